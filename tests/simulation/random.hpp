// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace minimq::simulation {

/// Numbers that follow from a seed alone, on every machine (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15u;
    z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
    z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
    return z ^ z >> 31;
  }
  /// 0 to bound - 1.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
  }
  /// `low` to `high`, both included.
  template <class Number>
  Number between(Number low, Number high) {
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    return static_cast<Number>(low + static_cast<Number>(next() % span));
  }
  bool per_mille(std::uint32_t rate) { return rate != 0 && below(1000) < rate; }
  bool one_in(std::uint32_t count) { return below(count) == 0; }
  template <class Value, std::size_t Count>
  const Value& pick(const std::array<Value, Count>& values) {
    return values[below(Count)];
  }
  /// Another sequence, so that one consumer's appetite does not change what others get.
  Random fork() { return Random{next()}; }

 private:
  std::uint64_t state_;
};

}  // namespace minimq::simulation

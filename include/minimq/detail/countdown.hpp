// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

namespace minimq::detail {

/// Milliseconds left until a deadline, 32 bits: no wrap, no base, and a clock that jumps can do no
/// worse than to end it.
class Countdown {
 public:
  static constexpr std::uint32_t off = 0xFFFFFFFF;

  void start(std::uint32_t milliseconds) { left_ = std::min(milliseconds, off - 1); }
  void stop() { left_ = off; }
  void pass(std::uint32_t milliseconds) {
    if (running()) left_ -= std::min(left_, milliseconds);
  }
  [[nodiscard]] bool running() const { return left_ != off; }
  [[nodiscard]] bool expired() const { return left_ == 0; }
  /// `off`: not running.
  [[nodiscard]] std::uint32_t left() const { return left_; }

 private:
  std::uint32_t left_{off};
};

}  // namespace minimq::detail

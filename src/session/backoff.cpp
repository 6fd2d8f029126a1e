// SPDX-License-Identifier: MIT
//
// When to try again, so that neither a device nor a fleet of them hammers a broker.
#include <algorithm>
#include <array>
#include <cstring>

#include "minimq/session.hpp"

namespace minimq {

std::uint32_t Session::random_up_to(std::uint32_t most) {
  std::array<std::byte, 4> bytes{};
  transport_.entropy(bytes);
  std::uint32_t random = 0;
  std::memcpy(&random, bytes.data(), sizeof random);
  return static_cast<std::uint32_t>(std::uint64_t{random} * (std::uint64_t{most} + 1) >> 32);
}

// Full jitter: anything below a bound that doubles with every failure.
Duration Session::backoff_pause() {
  const std::uint64_t doubled = std::uint64_t{config_.backoff_min.count()} << backoff_shift_;
  const auto bound =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(doubled, config_.backoff_max.count()));
  if (bound < config_.backoff_max.count()) ++backoff_shift_;
  return Duration{random_up_to(bound)};
}

Duration Session::slow_pause() {
  const std::uint32_t least = config_.slow_retry_min.count();
  return Duration{least + random_up_to(config_.slow_retry_max.count() - least)};
}

// A CONNACK alone proves nothing: a broker may accept and then kick. Each stable time that the
// connection has lasted halves the bound.
void Session::decay_backoff() {
  Duration lasted = engine_.now() - deadline_;
  while (backoff_shift_ > 0 && lasted >= config_.stable_time) {
    --backoff_shift_;
    lasted -= config_.stable_time;
  }
}

}  // namespace minimq

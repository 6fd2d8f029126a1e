// SPDX-License-Identifier: MIT
#include <minimq/posix/clock.hpp>

#include <cstdint>
#include <time.h>

namespace minimq::posix {

Instant Clock::now() const {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant{Duration{std::int64_t{time.tv_sec} * 1'000 + time.tv_nsec / 1'000'000}};
}

}  // namespace minimq::posix

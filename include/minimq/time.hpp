// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace minimq {

/// A span of time in milliseconds. Every standard duration of at least a millisecond converts to
/// it, so `5s` and `250ms` work wherever a Duration is asked for.
using Duration = std::chrono::duration<std::int64_t, std::milli>;

/// The clock of a Transport. It has no `now()`: the library never reads a clock by itself; time is
/// an argument (`Session::drive(now)`) or comes from `Transport::now()`.
struct Clock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  static constexpr bool is_steady = true;
};

/// A point in time: 64-bit milliseconds since an origin of the platform's choice, typically the
/// boot. It must not go backwards; where it does, the session treats the step as time that stood
/// still.
using Instant = std::chrono::time_point<Clock, Duration>;

/// A configured time span, 32-bit milliseconds: at most 49 days.
using Milliseconds = std::chrono::duration<std::uint32_t, std::milli>;

}  // namespace minimq

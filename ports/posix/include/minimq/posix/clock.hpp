// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>

namespace minimq::posix {

/// CLOCK_MONOTONIC in whole milliseconds, rounded down, so that no deadline seems reached early.
class Clock {
 public:
  [[nodiscard]] Instant now() const;
};

}  // namespace minimq::posix

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/event_loop.hpp>
#include <minimq/time.hpp>

#include <chrono>

namespace minimq::brokers {

/// How long a test waits for an event before it fails.
inline constexpr Duration patience = std::chrono::seconds{10};

/// Takes turns of the loop until `happened()`; false if the patience ends before.
template <class Predicate>
[[nodiscard]] bool turn_until(posix::EventLoop& loop, Predicate happened) {
  const Instant end = loop.now() + patience;
  while (!happened()) {
    if (loop.now() >= end || !loop.run_once(end)) return false;
  }
  return true;
}

}  // namespace minimq::brokers

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>

#include <chrono>

namespace minimq::testing {

using namespace std::chrono_literals;

/// Time that passes only when a test says so. It begins an hour after its origin, so that nothing
/// depends on zero.
class ManualClock {
 public:
  [[nodiscard]] Instant now() const { return now_; }
  void set(Instant now) { now_ = now; }
  void advance(Duration duration) { now_ += duration; }

 private:
  Instant now_{Duration{1h}};
};

}  // namespace minimq::testing

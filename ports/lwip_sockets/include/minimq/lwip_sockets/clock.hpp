// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>

#include <cstdint>

namespace minimq::lwip_sockets {

/// lwIP's `sys_now()`, extended to 64 bits. No wait of a loop lasts the 49 days of a wrap, unless
/// nobody waits for a time.
class Clock {
 public:
  Clock();
  [[nodiscard]] Instant now() const;

 private:
  mutable std::uint32_t ticks_;  // the last sys_now() seen
  mutable Instant now_;
};

}  // namespace minimq::lwip_sockets

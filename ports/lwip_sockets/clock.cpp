// SPDX-License-Identifier: MIT
#include <minimq/lwip_sockets/clock.hpp>

#include <lwip/sys.h>

namespace minimq::lwip_sockets {

Clock::Clock() : ticks_{::sys_now()}, now_{Duration{ticks_}} {}

Instant Clock::now() const {
  const std::uint32_t ticks = ::sys_now();
  now_ += Duration{ticks - ticks_};
  ticks_ = ticks;
  return now_;
}

}  // namespace minimq::lwip_sockets

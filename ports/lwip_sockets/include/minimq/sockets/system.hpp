// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip_sockets/clock.hpp>
#include <minimq/lwip_sockets/waker.hpp>

#include <cstddef>
#include <lwip/opt.h>

// What the loop and the transport of ports/sockets are made of with lwIP.
namespace minimq::sockets {

using lwip_sockets::Clock;
using lwip_sockets::Waker;

/// How many descriptors one loop can watch, its own for wake() included: all that lwIP has.
inline constexpr std::size_t descriptor_count_max = MEMP_NUM_NETCONN;
/// How many addresses of one name are tried: lwIP keeps one of each kind.
inline constexpr std::size_t address_count_max = LWIP_IPV4 && LWIP_IPV6 ? 2 : 1;

}  // namespace minimq::sockets

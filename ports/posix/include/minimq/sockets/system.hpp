// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/clock.hpp>
#include <minimq/posix/wake_pipe.hpp>

#include <cstddef>

// What the loop and the transport of ports/sockets are made of on POSIX systems.
namespace minimq::sockets {

using posix::Clock;
using Waker = posix::WakePipe;

/// How many descriptors one loop can watch, its own for wake() included.
inline constexpr std::size_t descriptor_count_max = 64;
/// How many addresses of one name are tried.
inline constexpr std::size_t address_count_max = 8;

}  // namespace minimq::sockets

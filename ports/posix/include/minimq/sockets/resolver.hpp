// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/resolver.hpp>

// How the transport of ports/sockets finds addresses on POSIX systems.
namespace minimq::sockets {

using posix::Resolver;
using posix::TcpOptions;

}  // namespace minimq::sockets

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip_sockets/resolver.hpp>

// How the transport of ports/sockets finds addresses with lwIP.
namespace minimq::sockets {

using lwip_sockets::Resolver;
using lwip_sockets::TcpOptions;

}  // namespace minimq::sockets

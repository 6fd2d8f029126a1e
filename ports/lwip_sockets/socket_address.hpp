// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/ip_address.hpp>

#include <cstdint>
#include <lwip/ip_addr.h>
// Last: it may define macros that are named like functions of ours.
#include <lwip/sockets.h>

namespace minimq::lwip_sockets {

using sockets::IpAddress;

union SocketAddress {
  sockaddr any;
  sockaddr_storage whole;
#if LWIP_IPV4
  sockaddr_in v4;
#endif
#if LWIP_IPV6
  sockaddr_in6 v6;
#endif
};

[[nodiscard]] IpAddress from_lwip(const ip_addr_t& address);

/// The size of the name; 0 where lwIP is built without addresses of that kind.
[[nodiscard]] socklen_t fill(SocketAddress& name, const IpAddress& address, std::uint16_t port);
[[nodiscard]] inline socklen_t fill(SocketAddress& name, const ip_addr_t& address,
                                    std::uint16_t port) {
  return fill(name, from_lwip(address), port);
}

[[nodiscard]] std::uint16_t port_of(const SocketAddress& name);

/// Makes the calls on a socket return instead of waiting.
[[nodiscard]] bool never_block(int descriptor);

}  // namespace minimq::lwip_sockets

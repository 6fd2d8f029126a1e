// SPDX-License-Identifier: MIT
#include "socket_address.hpp"

#include <cstring>

namespace minimq::lwip_sockets {

IpAddress from_lwip(const ip_addr_t& address) {
  IpAddress result;
#if LWIP_IPV4
  if (IP_IS_V4_VAL(address))
    std::memcpy(result.bytes.data(), &ip_2_ip4(&address)->addr, sizeof ip_2_ip4(&address)->addr);
#endif
#if LWIP_IPV6
  if (IP_IS_V6_VAL(address)) {
    const ip6_addr_t& v6 = *ip_2_ip6(&address);
    std::memcpy(result.bytes.data(), v6.addr, sizeof v6.addr);
    result.scope = ip6_addr_zone(&v6);
    result.v6 = true;
  }
#endif
  return result;
}

socklen_t fill(SocketAddress& name, const IpAddress& address, std::uint16_t port) {
  name.whole = {};
#if LWIP_IPV6
  if (address.v6) {
    name.v6.sin6_family = AF_INET6;
    name.v6.sin6_port = lwip_htons(port);
    name.v6.sin6_scope_id = address.scope;
    std::memcpy(&name.v6.sin6_addr, address.bytes.data(), sizeof name.v6.sin6_addr);
    return sizeof name.v6;
  }
#endif
#if LWIP_IPV4
  if (!address.v6) {
    name.v4.sin_family = AF_INET;
    name.v4.sin_port = lwip_htons(port);
    std::memcpy(&name.v4.sin_addr, address.bytes.data(), sizeof name.v4.sin_addr);
    return sizeof name.v4;
  }
#endif
  return 0;
}

std::uint16_t port_of(const SocketAddress& name) {
#if LWIP_IPV6
  if (name.any.sa_family == AF_INET6) return lwip_ntohs(name.v6.sin6_port);
#endif
#if LWIP_IPV4
  if (name.any.sa_family == AF_INET) return lwip_ntohs(name.v4.sin_port);
#endif
  return 0;
}

bool never_block(int descriptor) {
  int on = 1;
  return ::lwip_ioctl(descriptor, FIONBIO, &on) == 0;
}

}  // namespace minimq::lwip_sockets

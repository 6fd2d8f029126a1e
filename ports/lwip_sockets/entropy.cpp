// SPDX-License-Identifier: MIT
#include <minimq/lwip_sockets/tcp_transport.hpp>

namespace minimq::lwip_sockets {

// Here, not in the class, so that its table of virtual functions is compiled with this port.
void TcpTransport::entropy(std::span<std::byte> space) {
  platform_.entropy(space);
}

}  // namespace minimq::lwip_sockets

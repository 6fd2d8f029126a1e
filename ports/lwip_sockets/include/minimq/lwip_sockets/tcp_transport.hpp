// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip_sockets/event_loop.hpp>
#include <minimq/lwip_sockets/resolver.hpp>
#include <minimq/sockets/tcp_transport.hpp>

#include <cstddef>
#include <span>

namespace minimq::lwip_sockets {

using sockets::IpAddress;

/// A connection to a broker over TCP, through lwIP's sockets. Names are resolved by lwIP's DNS.
/// Paths, and TLS, are refused with transport_unsupported. sockets::TcpTransport, which it is, has
/// the details.
class TcpTransport final : public sockets::TcpTransport {
 public:
  explicit TcpTransport(EventLoop& loop, const TcpOptions& options = {})
      : sockets::TcpTransport{loop, options}, platform_{loop.platform()} {}

  /// From the platform.
  void entropy(std::span<std::byte> space) override;

 private:
  Platform& platform_;
};

}  // namespace minimq::lwip_sockets

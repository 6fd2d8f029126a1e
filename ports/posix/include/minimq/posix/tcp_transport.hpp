// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/ip_address.hpp>
#include <minimq/posix/resolver.hpp>
#include <minimq/sockets/tcp_transport.hpp>

#include <cstddef>
#include <span>

namespace minimq::posix {

/// A connection to a broker over TCP, or over a unix-domain socket where the broker is a path.
/// `localhost` needs no name server; other names are resolved by c-ares. sockets::TcpTransport,
/// which it is, has the details.
class TcpTransport final : public sockets::TcpTransport {
 public:
  explicit TcpTransport(EventLoop& loop, const TcpOptions& options = {})
      : sockets::TcpTransport{loop, options} {}

  /// From the kernel. May wait for the kernel's own generator, once, early after the boot.
  void entropy(std::span<std::byte> space) override;
};

}  // namespace minimq::posix

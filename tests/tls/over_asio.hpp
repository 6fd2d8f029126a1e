// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/async_session.hpp>
#include <minimq/asio/tcp_transport.hpp>
#include <minimq/asio/tls_transport.hpp>
#include <minimq/minimq.hpp>

#include <array>
#include <asio/io_context.hpp>
#include <optional>
#include <string>
#include <system_error>

#include "brokers/support/wait.hpp"
#include "tls/dial.hpp"
#include "tls/recorder.hpp"

namespace minimq::tls_test {

/// A device on an io_context, over TLS by OpenSSL; all that passes below and above TLS is recorded.
struct OverAsio {
  struct Address {
    std::string host{"localhost"};
    std::uint16_t port{0};
  };

  OverAsio(const Address& to, const asio::TlsConfig& config) : address{to}, tls{below, config} {}

  /// The next event; `error` has its cause, `payload` its text. Idle when patience has ended.
  Event::Kind next() {
    std::optional<Event::Kind> kind;
    async.async_poll(tcp.now() + brokers::patience, [&](std::error_code, const Event& event) {
      kind = event.kind();
      error = event.cause().error;
      if (event.kind() == Event::Kind::inbound) payload = event.message().text();
    });
    context.restart();
    while (!kind)
      context.run_one();
    return *kind;
  }
  /// The next event that is not about a lost link.
  Event::Kind next_but_lost() {
    Event::Kind kind = next();
    while (kind == Event::Kind::disconnected)
      kind = next();
    return kind;
  }
  [[nodiscard]] std::size_t bytes() const { return below.sent().size() + below.received(); }
  /// The link is cut; nobody has said goodbye.
  void cut() { tcp.close(); }

  Address address;
  ::asio::io_context context;
  asio::TcpTransport tcp{context};
  Recorder below{tcp};
  asio::TlsTransport tls;
  Recorder above{tls};
  std::array<std::byte, 4096> storage{};
  Session session{{.broker = Broker{address.host, address.port, true},
                   .client_id = "matrix",
                   .buffers = Buffers::split(storage, 512),
                   .backoff_min = Milliseconds{5},
                   .backoff_max = Milliseconds{50}},
                  above};
  asio::AsyncSession async{session, context};
  Error error{};
  std::string payload;
};

}  // namespace minimq::tls_test

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>

#include "brokers/support/wait.hpp"
#include "tls/dial.hpp"
#include "tls/recorder.hpp"

namespace minimq::tls_test {

/// A device over such a port, with its TLS transport and what that is told; all that passes below
/// and above TLS is recorded.
template <class Tls, class Config>
struct OverPosix {
  OverPosix(posix::EventLoop& its_loop, std::uint16_t broker_port, const Config& config)
      : loop{its_loop}, port{broker_port}, tls{below, config} {}

  /// The next event; `error` has its cause, `payload` its text. Idle when patience has ended.
  Event::Kind next() {
    const auto event = loop.run_until(session.poll(loop.now() + brokers::patience));
    if (!event) return Event::Kind::stopped;
    error = event->cause().error;
    if (event->kind() == Event::Kind::inbound) payload = event->message().text();
    return event->kind();
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
  void cut() { ::shutdown(tcp.descriptor(), SHUT_RDWR); }

  posix::EventLoop& loop;
  std::uint16_t port;
  posix::TcpTransport tcp{loop};
  Recorder below{tcp};
  Tls tls;
  Recorder above{tls};
  std::array<std::byte, 4096> storage{};
  Session session{{.broker = Broker{"localhost", port, true},
                   .client_id = "device",
                   .buffers = Buffers::split(storage, 512),
                   .backoff_min = Milliseconds{5},
                   .backoff_max = Milliseconds{50}},
                  above};
  Error error{};
  std::string payload;
};

/// For ports that are a Transport over another one: `make(lower)` returns the TLS transport, which
/// has `library_error()`.
template <class Make>
Dialled dial_over_posix(const Dial& dial, Make make) {
  posix::EventLoop loop;
  posix::TcpTransport tcp{loop};
  Recorder below{tcp};
  auto tls = make(below);
  Recorder above{tls};
  std::array<std::byte, 1024> storage{};
  Session session{{.broker = Broker{dial.host, dial.port, true},
                   .client_id = "matrix",
                   .buffers = Buffers::split(storage, 256)},
                  above};
  const auto event = loop.run_until(session.poll(loop.now() + brokers::patience));
  Dialled result{.offered = above.offered(),
                 .sent = below.sent(),
                 .library_error = static_cast<long>(tls.library_error())};
  if (!event || event->kind() == Event::Kind::idle) {
    ADD_FAILURE() << "neither accepted nor refused";
    result.refused = Error::connect_timeout;
  } else if (event->kind() != Event::Kind::connected) {
    result.refused = event->cause().error;
  }
  return result;
}

}  // namespace minimq::tls_test

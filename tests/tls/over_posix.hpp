// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <array>
#include <gtest/gtest.h>

#include "brokers/support/wait.hpp"
#include "tls/dial.hpp"
#include "tls/recorder.hpp"

namespace minimq::tls_test {

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

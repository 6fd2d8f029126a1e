// SPDX-License-Identifier: MIT
// The least a foreign program does: a session on a port. Nothing listens where it is sent.

#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <cstddef>

int main() {
  static std::byte storage[1024];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse("unix:/nobody/listens/here"),
                           .client_id = "consumer",
                           .buffers = minimq::Buffers::split(storage, 256)},
                          transport};
  const auto event = loop.run_until(session.poll());
  const bool told = event && event->kind() == minimq::Event::Kind::disconnected &&
                    event->cause().error == minimq::Error::host_not_found;
  return told ? 0 : 1;
}

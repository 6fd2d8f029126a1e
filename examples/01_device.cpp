// SPDX-License-Identifier: MIT
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <csignal>
#include <cstdio>

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) std::printf("refused: %s\n", to_string(result.error()).data());
}

minimq::Task<> device(minimq::posix::EventLoop&, minimq::Session& session) {
  for (;;) {
    const minimq::Event event = co_await session.poll();  // connects and reconnects by itself
    std::printf("%s\n", to_string(event.kind()).data());
    switch (event.kind()) {
      case minimq::Event::Kind::connected:  // a fresh session: subscribe (again)
        check(session.subscribe({.filter = "demo/in"}));
        break;
      case minimq::Event::Kind::inbound:  // zero-copy: views into the storage, until the next poll
        if (const auto reply = event.message().reply("ack"))
          check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
        break;
      default: break;  // reconnected, disconnected, settled, ...
    }
  }
}

int main(int argc, char** argv) {
  static std::byte storage[1024];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(argc > 1 ? argv[1] : "127.0.0.1:1883"),
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};
  return loop.stop_on(SIGINT) && !loop.run(device(loop, session)) ? 0 : 1;
}

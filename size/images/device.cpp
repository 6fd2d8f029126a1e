// SPDX-License-Identifier: MIT
//
// The device loop with everything that a device of the README may use: coroutines, outcomes that
// are awaited, replies, a will, credentials, unsubscribing.
#include <minimq/task.hpp>

#include "image.hpp"

namespace {

struct Frames {
  minimq::Arena arena;
  minimq::Arena& frame_arena() { return arena; }
};

minimq::Task<> report(Frames&, minimq::Session& session) {
  while (co_await session.ready(64)) {
    const auto ticket = session.publish(
        {.topic = "b", .payload = "c", .qos = minimq::QoS::exactly_once, .retain = true});
    if (ticket) (void)co_await session.settled(*ticket);
  }
}

minimq::Task<> device(Frames&, minimq::Session& session) {
  for (;;) {
    const minimq::Event event = co_await session.poll();
    if (event.kind() == minimq::Event::Kind::connected) {
      (void)session.subscribe({.filter = "a"});
      (void)session.unsubscribe("old");
    } else if (event.kind() == minimq::Event::Kind::inbound) {
      if (const auto reply = event.message().reply("ack"))
        (void)session.publish(reply->with_qos(minimq::QoS::at_least_once));
      if (event.message().payload().empty()) (void)session.disconnect();
    }
  }
}

}  // namespace

void start() {
  static std::byte storage[1024];
  alignas(std::max_align_t) static std::byte memory[768];
  RegisterTransport transport;
  Frames frames{minimq::Arena{memory}};
  const minimq::Credentials credentials{.user_name = "user", .password = minimq::as_bytes("word")};
  const minimq::Will will{.topic = "w", .payload = minimq::as_bytes("gone")};
  minimq::Session session{{.broker = minimq::Broker::parse("10.0.0.1:1883"),
                           .client_id = "image",
                           .buffers = minimq::Buffers::split(storage, 256),
                           .credentials = &credentials,
                           .will = &will},
                          transport};
  auto first = device(frames, session);
  auto second = report(frames, session);
  (void)first.start();
  (void)second.start();
  for (;;)
    transport.turn();
}

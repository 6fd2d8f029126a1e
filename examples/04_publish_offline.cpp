// SPDX-License-Identifier: MIT
//
// Measurements that are published while there is no connection wait in tx, as far as it has room,
// and each one has an outcome with the broker's reason code. A refusal has a name and changes
// nothing.
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

void print(std::string_view what, std::string_view text) {
  std::printf("%.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
              static_cast<int>(text.size()), text.data());
}

constexpr minimq::QoS once = minimq::QoS::at_least_once;

void publish(minimq::Session& session, const minimq::Publication& publication) {
  const auto ticket = session.publish(publication);
  if (!ticket) return print(publication.topic, to_string(ticket.error()));
  print(publication.topic, "queued");
  std::printf("  ticket %d, %zu bytes of tx are free\n", ticket->packet_id(), session.tx_free());
}

minimq::Task<> report(minimq::posix::EventLoop&, minimq::Session& session, int expected) {
  while (expected > 0) {
    const minimq::Event event = co_await session.poll();
    print("event", to_string(event.kind()));
    if (event.kind() != minimq::Event::Kind::settled) continue;
    const minimq::Outcome& outcome = event.outcome();
    const auto error = outcome.error();  // without an answer: session_lost, packet_too_large, ...
    std::printf("  ticket %d, ", outcome.ticket().packet_id());
    print("outcome", error ? to_string(*error) : to_string(outcome.reason()));
    --expected;
  }
}

}  // namespace

int main(int argc, char** argv) {
  static std::byte storage[512];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(argc > 1 ? argv[1] : "127.0.0.1:1883"),
                           .client_id = "offline",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/128)},
                          transport};

  // Nothing drives the session yet, so there is no connection.
  publish(session, {.topic = "demo/temperature", .payload = "21.5", .qos = once});
  publish(session, {.topic = "demo/humidity", .payload = "40", .qos = once});
  publish(session, {.topic = "demo/+", .payload = "a wildcard is no topic", .qos = once});
  publish(session, {.topic = "demo/log", .payload = "QoS 0 is not queued by default"});
  static const char picture[600]{};
  publish(session, {.topic = "demo/picture",
                    .payload = minimq::as_bytes({picture, sizeof picture}),
                    .qos = once});

  if (!loop.stop_on(SIGINT)) return 1;
  return loop.run(report(loop, session, 2)) ? 0 : 1;
}

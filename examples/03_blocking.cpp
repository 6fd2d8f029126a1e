// SPDX-License-Identifier: MIT
//
// A program that runs from top to bottom, as a thread of an RTOS would: each step blocks until it
// is done or its deadline has passed, and the session lives on meanwhile.
//
// usage: example_03_blocking [broker [topic [payload]]]
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <chrono>
#include <cstdio>
#include <string_view>

using namespace std::chrono_literals;

namespace {

void print(const char* what, std::string_view text) {
  std::printf("%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
}

}  // namespace

int main(int argc, char** argv) {
  static std::byte storage[1024];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(argc > 1 ? argv[1] : "127.0.0.1:1883"),
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};

  const auto event = loop.run_until(session.poll(loop.now() + 5s));
  if (!event || event->kind() != minimq::Event::Kind::connected) {
    const bool in_time = event && event->kind() != minimq::Event::Kind::idle;
    print("not connected",
          to_string(in_time ? event->cause().error : minimq::Error::deadline_passed));
    return 1;
  }

  const auto ticket = session.publish({.topic = argc > 2 ? argv[2] : "demo/greeting",
                                       .payload = argc > 3 ? argv[3] : "hello",
                                       .qos = minimq::QoS::exactly_once});
  if (!ticket) {
    print("refused", to_string(ticket.error()));
    return 1;
  }
  const auto outcome = loop.run_until(session.settled(*ticket, loop.now() + 5s));
  if (!outcome) {
    print("no outcome", to_string(outcome.error()));
    return 1;
  }
  print("the broker says", to_string(outcome->reason()));

  // DISCONNECT leaves in an orderly way, so the broker does not publish a will.
  if (!session.disconnect()) return 1;
  const auto last = loop.run_until(session.poll(loop.now() + 5s));
  return outcome->ok() && last && last->kind() == minimq::Event::Kind::stopped ? 0 : 1;
}

// SPDX-License-Identifier: MIT
//
// The same device as a super-loop, without coroutines: it does a bounded piece of work, takes what
// has happened, and sleeps until something can be done.
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

void print(std::string_view text) {
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
}

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) print(to_string(result.error()));
}

void handle(minimq::Session& session, const minimq::Event& event) {
  print(to_string(event.kind()));
  switch (event.kind()) {
    case minimq::Event::Kind::connected: check(session.subscribe({.filter = "demo/in"})); break;
    case minimq::Event::Kind::inbound:
      if (const auto reply = event.message().reply("ack"))
        check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
      break;
    default: break;
  }
}

// The end of a wait is all that a super-loop has to know.
struct Nobody final : minimq::Waiter {
  void ready() override {}
};

}  // namespace

int main(int argc, char** argv) {
  static std::byte storage[1024];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(argc > 1 ? argv[1] : "127.0.0.1:1883"),
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};
  Nobody nobody;
  if (!loop.stop_on(SIGINT)) return 1;

  while (!loop.stopped()) {
    session.drive(loop.now());
    while (const auto event = session.next_event())
      handle(session, *event);
    // What was just published makes next_deadline() say "now", so nothing is left lying about.
    transport.wait(session.interest(), session.next_deadline(), nobody);
    if (!loop.run_once()) return 1;
    transport.cancel(nobody);
  }
}

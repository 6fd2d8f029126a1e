// SPDX-License-Identifier: MIT
//
// The README's device as a super-loop. It sleeps until the network or the session has something.
#include <minimq/lwip/event_loop.hpp>
#include <minimq/lwip/tcp_transport.hpp>
#include <minimq/minimq.hpp>

#include "board/board.hpp"
#include "board/semihosting.hpp"
#include "board/uart.hpp"

namespace {

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) firmware::print_line("refused: ", to_string(result.error()));
}

void handle(minimq::Session& session, const minimq::Event& event) {
  firmware::print_line(to_string(event.kind()));
  switch (event.kind()) {
    case minimq::Event::Kind::connected: check(session.subscribe({.filter = "demo/in"})); break;
    case minimq::Event::Kind::inbound:
      if (const auto reply = event.message().reply("ack"))
        check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
      break;
    default: break;
  }
}

}  // namespace

int main() {
  static std::byte storage[1024];
  firmware::Board board;
  minimq::lwip::EventLoop loop{board};
  minimq::lwip::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(firmware::argument(1)),
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};
  for (;;) {
    session.drive(loop.now());
    while (const auto event = session.next_event())
      handle(session, *event);
    if (!loop.run_once(session.next_deadline())) return 1;
  }
}

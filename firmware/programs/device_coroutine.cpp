// SPDX-License-Identifier: MIT
//
// The README's device as it stands there, on a microcontroller: one coroutine, its frame in an
// arena of the program's own.
#include <minimq/lwip/event_loop.hpp>
#include <minimq/lwip/tcp_transport.hpp>
#include <minimq/minimq.hpp>
#include <minimq/task.hpp>

#include "board/board.hpp"
#include "board/semihosting.hpp"
#include "board/uart.hpp"

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) firmware::print_line("refused: ", to_string(result.error()));
}

minimq::Task<> device(minimq::lwip::EventLoop&, minimq::Session& session) {
  for (;;) {
    const minimq::Event event = co_await session.poll();  // connects and reconnects by itself
    firmware::print_line(to_string(event.kind()));
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

int main() {
  static std::byte storage[1024];
  alignas(std::max_align_t) static std::byte frames[384];
  // All the memory that this takes beside lwIP and the stack of the CPU.
  static_assert(sizeof storage + sizeof frames + sizeof(minimq::Session) +
                    sizeof(minimq::lwip::EventLoop) + sizeof(minimq::lwip::TcpTransport) <
                2048);
  firmware::Board board;
  minimq::lwip::EventLoop loop{board, frames};
  minimq::lwip::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(firmware::argument(1)),
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};
  return loop.run(device(loop, session)) ? 0 : 1;
}

// SPDX-License-Identifier: MIT
//
// The exerciser over TCP.
#include "support/exerciser.hpp"

#include <minimq/lwip/tcp_transport.hpp>

#include "board/board.hpp"

int main() {
  firmware::Board board;
  minimq::lwip::EventLoop loop{board};
  minimq::lwip::TcpTransport transport{loop};
  return firmware::run_exerciser(loop, transport);
}

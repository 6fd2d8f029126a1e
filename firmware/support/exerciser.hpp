// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip/event_loop.hpp>
#include <minimq/minimq.hpp>

#include "support/content.hpp"

namespace firmware {

/// A device that does what the test on the host asks for by messages, and says on its UART what has
/// happened. firmware/host/scenarios.py is the other side.
///
/// fw/echo: answers with the same payload, at QoS 1.
///
/// fw/count: a burst that is checked.
///
/// fw/report: tells how it was, and what this program needed.
///
/// fw/publish, "<qos> <count>": publishes that many messages to dev/data, and tells their outcomes.
///
/// fw/again: ends the connection and makes another one.
///
/// fw/vanish: ends the program without DISCONNECT, so that the broker publishes the will.
///
/// fw/quit: disconnects and ends the program.
class Exerciser {
 public:
  Exerciser(minimq::lwip::EventLoop& loop, minimq::Session& session)
      : loop_{loop}, session_{session} {}

  void handle(const minimq::Event& event);
  void go_on();

 private:
  // Messages that are to be sent as fast as tx has room.
  struct Burst {
    std::uint32_t count{0};
    std::uint32_t published{0};
    std::uint32_t settled{0};
    std::uint32_t failed{0};
    minimq::QoS qos{};
    bool active{false};
    bool endless{false};  // until it is disturbed
  };

  void obey(const minimq::Message& message);
  void report();
  void finish_burst();

  minimq::lwip::EventLoop& loop_;
  minimq::Session& session_;
  Burst burst_;
  Tally tally_;
};

/// Runs it over `transport`, with the broker that the command line names. Returns only if the loop
/// cannot go on: the exit status of the program.
[[nodiscard]] int run_exerciser(minimq::lwip::EventLoop& loop, minimq::Transport& transport);

}  // namespace firmware

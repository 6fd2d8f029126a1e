// SPDX-License-Identifier: MIT
//
// A device that does what the test on the host asks for by messages, and says on its UART what has
// happened. firmware/host/scenarios.py is the other side.
//
// fw/echo: answers with the same payload, at QoS 1.
//
// fw/count: a burst that is checked.
//
// fw/report: tells how it was, and what this program needed.
//
// fw/publish, "<qos> <count>": publishes that many messages to dev/data, and tells their outcomes.
//
// fw/again: ends the connection and makes another one.
//
// fw/vanish: ends the program without DISCONNECT, so that the broker publishes the will.
//
// fw/quit: disconnects and ends the program.
#include <minimq/lwip/event_loop.hpp>
#include <minimq/lwip/tcp_transport.hpp>
#include <minimq/minimq.hpp>

#include "board/board.hpp"
#include "board/clock.hpp"
#include "board/semihosting.hpp"
#include "board/start.hpp"
#include "board/uart.hpp"
#include "support/content.hpp"

namespace {

using firmware::print_line;

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

constexpr std::uint32_t after_disturbance = 200;

class Exerciser {
 public:
  Exerciser(minimq::lwip::EventLoop& loop, minimq::Session& session)
      : loop_{loop}, session_{session} {}

  void handle(const minimq::Event& event);
  void go_on();

 private:
  void obey(const minimq::Message& message);
  void report();
  void finish_burst();

  minimq::lwip::EventLoop& loop_;
  minimq::Session& session_;
  Burst burst_;
  firmware::Tally tally_;
};

void Exerciser::handle(const minimq::Event& event) {
  switch (event.kind()) {
    case minimq::Event::Kind::connected:
      print_line("connected at ", firmware::milliseconds());
      if (!session_.subscribe({.filter = "fw/+"})) print_line("subscribe refused");
      break;
    case minimq::Event::Kind::disconnected:
      print_line("disconnected ", to_string(event.cause().error));
      if (std::exchange(burst_.endless, false)) burst_.count = burst_.published + after_disturbance;
      break;
    case minimq::Event::Kind::inbound: obey(event.message()); break;
    case minimq::Event::Kind::settled:
      if (event.outcome().operation() == minimq::Outcome::Operation::publish) {
        ++(event.outcome().ok() ? burst_.settled : burst_.failed);
        finish_burst();
      } else {
        print_line(event.outcome().ok() ? "subscribed" : "subscription refused");
      }
      break;
    case minimq::Event::Kind::stopped: print_line("stopped"); firmware::exit(0);
    default: print_line(to_string(event.kind())); break;
  }
}

void Exerciser::obey(const minimq::Message& message) {
  const std::string_view topic = message.topic();
  if (topic == "fw/echo") {
    if (const auto reply = message.reply(message.payload())) {
      auto answer = reply->with_qos(minimq::QoS::at_least_once);
      answer.detached = true;
      if (!session_.publish(answer)) print_line("reply refused");
    }
  } else if (topic == "fw/count") {
    tally_.add(message.text());
  } else if (topic == "fw/publish" && message.text().size() > 2) {
    std::string_view count = message.text();
    count.remove_prefix(2);
    burst_ = {.count = firmware::leading_number(count).value_or(0),
              .qos = static_cast<minimq::QoS>((message.text()[0] - '0') & 3),
              .active = true};
    burst_.endless = burst_.count == 0;
  } else if (topic == "fw/report") {
    report();
  } else if (topic == "fw/again") {
    if (!session_.reconnect_now()) print_line("reconnect refused");
  } else if (topic == "fw/vanish") {
    firmware::exit(0);
  } else if (topic == "fw/quit") {
    if (!session_.disconnect()) print_line("disconnect refused");
  } else {
    print_line("unknown order ", topic);
  }
}

void Exerciser::go_on() {
  while (burst_.active && (burst_.endless || burst_.published < burst_.count)) {
    const firmware::Content content{burst_.published};
    const auto ticket =
        session_.publish({.topic = "dev/data", .payload = content.text(), .qos = burst_.qos});
    if (!ticket && ticket.error() == minimq::Error::not_ready) return;
    if (!ticket) {
      print_line("publish refused: ", to_string(ticket.error()));
      burst_.active = false;
      return;
    }
    if (++burst_.published == after_disturbance && burst_.endless) print_line("under way");
  }
  finish_burst();
}

void Exerciser::finish_burst() {
  if (!burst_.active || burst_.endless || burst_.published < burst_.count) return;
  const bool wants_outcomes = burst_.qos != minimq::QoS::at_most_once;
  if (wants_outcomes && burst_.settled + burst_.failed < burst_.count) return;
  print_line("published ", burst_.published, " settled ", burst_.settled, " failed ",
             burst_.failed);
  burst_.active = false;
}

void Exerciser::report() {
  print_line("counted ", tally_.arrived, " repeated ", tally_.repeated, " missing ", tally_.missing,
             " wrong ", tally_.wrong);
  tally_ = {};
  print_line("turns ", loop_.turns(), " stack ", static_cast<std::uint32_t>(firmware::stack_peak()),
             " rx ", static_cast<std::uint32_t>(session_.rx_peak()), " tx ",
             static_cast<std::uint32_t>(session_.tx_peak()));
}

}  // namespace

int main() {
  static std::byte storage[1024];
  firmware::Board board;
  minimq::lwip::EventLoop loop{board};
  minimq::lwip::TcpTransport transport{loop};
  const minimq::Will will{.topic = "dev/will", .payload = minimq::as_bytes("gone")};
  // Short, because the test waits for them.
  minimq::Session session{{.broker = minimq::Broker::parse(firmware::argument(1)),
                           .client_id = "exerciser",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256),
                           .will = &will,
                           .keep_alive_s = 2,
                           .ping_timeout = minimq::Milliseconds{1'000},
                           .backoff_min = minimq::Milliseconds{50},
                           .backoff_max = minimq::Milliseconds{200},
                           .slow_retry_min = minimq::Milliseconds{100},
                           .slow_retry_max = minimq::Milliseconds{200}},
                          transport};
  Exerciser exerciser{loop, session};
  print_line("boot");
  for (;;) {
    session.drive(loop.now());
    while (const auto event = session.next_event())
      exerciser.handle(*event);
    exerciser.go_on();
    if (!loop.run_once(session.next_deadline())) return 1;
  }
}

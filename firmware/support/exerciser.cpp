// SPDX-License-Identifier: MIT
#include "support/exerciser.hpp"

#include "board/clock.hpp"
#include "board/semihosting.hpp"
#include "board/start.hpp"
#include "board/uart.hpp"

namespace firmware {

namespace {

constexpr std::uint32_t after_disturbance = 200;

}  // namespace

void Exerciser::handle(const minimq::Event& event) {
  switch (event.kind()) {
    case minimq::Event::Kind::connected:
      print_line("connected at ", milliseconds());
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
    case minimq::Event::Kind::stopped: print_line("stopped"); exit(0);
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
    burst_ = {.count = leading_number(count).value_or(0),
              .qos = static_cast<minimq::QoS>((message.text()[0] - '0') & 3),
              .active = true};
    burst_.endless = burst_.count == 0;
  } else if (topic == "fw/report") {
    report();
  } else if (topic == "fw/again") {
    if (!session_.reconnect_now()) print_line("reconnect refused");
  } else if (topic == "fw/vanish") {
    exit(0);
  } else if (topic == "fw/quit") {
    if (!session_.disconnect()) print_line("disconnect refused");
  } else {
    print_line("unknown order ", topic);
  }
}

void Exerciser::go_on() {
  while (burst_.active && (burst_.endless || burst_.published < burst_.count)) {
    const Content content{burst_.published};
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
  print_line("turns ", loop_.turns(), " stack ", static_cast<std::uint32_t>(stack_peak()), " rx ",
             static_cast<std::uint32_t>(session_.rx_peak()), " tx ",
             static_cast<std::uint32_t>(session_.tx_peak()));
}

int run_exerciser(minimq::lwip::EventLoop& loop, minimq::Transport& transport) {
  static std::byte storage[1024];
  const minimq::Will will{.topic = "dev/will", .payload = minimq::as_bytes("gone")};
  // Short, because the test waits for them.
  minimq::Session session{{.broker = minimq::Broker::parse(argument(1)),
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

}  // namespace firmware

// SPDX-License-Identifier: MIT
//
// How the session is driven, and what it tells. What is asked of it is in device_calls.cpp.
#include "fuzz/device.hpp"

#include <algorithm>
#include <cstring>

#include "fuzz/require.hpp"

namespace minimq::fuzz {

namespace {

// Drives without a byte that moves or a stream that opens or closes.
constexpr int idle_drives_max = 100;
// Deadlines in one stretch of time; a device that has more sleeps through the rest.
constexpr int stops_max = 64;
// Calls of the transport in one drive, beside one for each byte.
constexpr std::uint64_t calls_max = 40;

}  // namespace

Device::Device(Input& input)
    : setup_{input},
      link_{setup_.config().adopt_session},
      session_{setup_.config(), static_cast<Transport&>(link_)},
      tx_free_at_first_{session_->tx_free()} {
  require(!session_->config_error(), "a configuration that should be good");
}

Device::~Device() {
  waits_.clear();
}

void Device::drive() {
  const std::uint64_t activity = link_.activity();
  const std::uint64_t calls = link_.calls();
  if (!link_.is_waited_for()) {
    session_->drive(link_.now());
  } else if (!link_.wake()) {
    return;
  }
  require(link_.calls() - calls <= calls_max + (link_.activity() - activity),
          "more work than there are bytes");
}

bool Device::has_work() {
  if (link_.is_waited_for()) {
    const auto deadline = link_.wait_deadline();
    return (deadline && *deadline <= link_.now()) || link_.possible(session_->interest());
  }
  const auto deadline = session_->next_deadline();
  return (deadline && *deadline <= link_.now()) || link_.possible(session_->interest());
}

void Device::run() {
  for (int idle = 0; idle <= idle_drives_max; ++idle) {
    const std::uint64_t before = link_.activity();
    drive();
    harvest();
    if (!has_work()) return;
    if (link_.activity() != before) idle = 0;
  }
  require(false, "a spin: driven again and again, and nothing moves");
}

void Device::pass(Duration duration) {
  const Instant end = link_.now() + duration;
  run();
  for (int stops = 0; stops < stops_max; ++stops) {
    const auto next = link_.is_waited_for() ? link_.wait_deadline() : session_->next_deadline();
    if (!next || *next > end || *next <= link_.now()) break;
    link_.pass(*next - link_.now());
    run();
  }
  link_.sleep(end - link_.now());
  run();
}

bool Device::take_event() {
  forget_held();
  const auto event = session_->next_event();
  if (event) on_event(*event);
  return event.has_value();
}

void Device::on_event(const Event& event) {
  require(!to_string(event.kind()).empty(), "an event of no kind");
  switch (event.kind()) {
    case Event::Kind::inbound:
    case Event::Kind::skipped: on_message(event); break;
    case Event::Kind::settled: on_outcome(event.outcome()); break;
    case Event::Kind::disconnected:
    case Event::Kind::stopped:
      require(!to_string(event.cause().error).empty(), "an end without a cause");
      [[fallthrough]];
    case Event::Kind::connected:
    case Event::Kind::reconnected:
      touch_properties(event.properties());
      touch(as_bytes(event.reason_string()));
      touch(as_bytes(event.server_reference()));
      break;
    case Event::Kind::idle: break;
  }
}

void Device::on_message(const Event& event) {
  const Message& message = event.message();
  require(!message.topic().empty(), "a message without a topic");
  require(setup_.rx().contains(as_bytes(message.topic())) || setup_.has_aliases(),
          "a topic that is not in rx");
  require(message.payload().empty() || setup_.rx().contains(message.payload()),
          "a payload that is not in rx");
  touch(as_bytes(message.topic()));
  touch(message.payload());
  touch_properties(message.properties());
  std::vector<std::byte> storage(message.copy_size());
  const auto copy = message.copy_to(storage);
  require(copy.has_value() && copy->topic() == message.topic() && copy->text() == message.text(),
          "a copy that differs");
  if (const auto reply = message.reply("answer")) touch(as_bytes(reply->topic));
  held_ = message;
}

std::vector<Device::Accepted>::iterator Device::find(std::uint16_t packet_id) {
  return std::ranges::find(tickets_, packet_id, &Accepted::packet_id);
}

void Device::on_outcome(const Outcome& outcome) {
  const auto ticket = find(outcome.ticket().packet_id());
  require(ticket != tickets_.end(), "an operation that ends twice, or never began");
  require(ticket->operation == outcome.operation(), "an operation that ends as another one");
  require(ticket->filters == 0 || outcome.error() || outcome.reason_count() == ticket->filters,
          "not a reason code for each filter");
  tickets_.erase(ticket);
  for (std::size_t i = 0; i < outcome.reason_count(); ++i)
    require(outcome.ok() || !outcome.error(), "an error with reason codes");
  if (const auto first = outcome.first_refused()) {
    require(is_error(outcome.reason(*first)) && !outcome.ok(), "refused, and well all the same");
  }
  touch_properties(outcome.properties());
}

void Device::touch_properties(const Properties& properties) const {
  touch(properties.encoded());
  for (const Property& property : properties) {
    touch(as_bytes(property.name()));
    touch(property.bytes());
  }
}

// Its bytes are given back with the next call.
void Device::forget_held() {
  if (!held_) return;
  for (const Bytes view :
       {as_bytes(held_->topic()), held_->properties().encoded(), held_->payload()})
    setup_.rx().forget_view(view);
  held_.reset();
}

bool Device::Wait::done() const {
  return poll ? poll->done() : settled ? settled->done() : ready->done();
}

// The operations that are done go on, as a blocked thread would.
void Device::harvest() {
  for (std::size_t i = 0; i < waits_.size();) {
    if (!waits_[i].done()) {
      ++i;
      continue;
    }
    const Wait wait = std::move(waits_[i]);
    waits_.erase(waits_.begin() + static_cast<std::ptrdiff_t>(i));
    if (wait.poll) {
      forget_held();
      const Event event = wait.poll->await_resume();
      on_event(event);
    } else if (wait.settled) {
      const auto outcome = wait.settled->await_resume();
      if (outcome && !outcome->ticket().empty()) on_outcome(*outcome);
    } else if (wait.ready->await_resume()) {
      require(session_->tx_free() >= wait.bytes || !waits_.empty(), "ready, and there is no room");
    }
  }
}

}  // namespace minimq::fuzz

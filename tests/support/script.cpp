// SPDX-License-Identifier: MIT
#include "support/script.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "support/judge/violation.hpp"

namespace minimq::testing {

namespace {

// So often may `drive` be called while nothing moves.
constexpr int idle_drives_max = 100;

void fail(const std::string& message, Script::Where where) {
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << message;
}

// Properties count only if the pattern has some.
std::string comparable(std::string text, std::string_view pattern) {
  if (pattern.find('{') == std::string_view::npos) {
    if (const auto braces = text.find(" {"); braces != std::string::npos) text.resize(braces);
  }
  return text;
}

}  // namespace

Script::Script(const Config& config, Sizes sizes) : rx_(sizes.rx), tx_(sizes.tx) {
  Config whole = config;
  if (!whole.broker.valid()) whole.broker = Broker{"broker.test", 1883};
  if (whole.client_id.data() == nullptr) whole.client_id = "demo";
  if (whole.buffers.rx.data() == nullptr) whole.buffers = {rx_, tx_};
  transport_.judge() = judge::Judge{{.may_know_a_session = whole.adopt_session}};
  session_.emplace(whole, transport_);
}

Script::~Script() {
  while (const auto packet = take_packet())
    ADD_FAILURE() << "sent and not expected: " << to_string(*packet);
}

void Script::run() {
  if (transport_.is_waited_for()) {
    transport_.run_until_idle();
  } else if (session_) {
    super_loop();
  }
}

void Script::super_loop() {
  for (int idle = 0; idle <= idle_drives_max; ++idle) {
    const std::size_t before = transport_.activity();
    session_->drive(clock_.now());
    if (!super_loop_has_work()) return;
    if (transport_.activity() != before) idle = 0;
  }
  ADD_FAILURE() << "a spin: drive() is called for again and again, and nothing moves";
}

bool Script::super_loop_has_work() {
  const auto deadline = session_->next_deadline();
  return (deadline && *deadline <= clock_.now()) || transport_.possible(session_->interest());
}

void Script::advance(Duration duration) {
  if (transport_.is_waited_for()) {
    transport_.advance(duration);
    return;
  }
  const Instant end = clock_.now() + duration;
  run();
  while (session_) {
    const auto deadline = session_->next_deadline();
    if (!deadline || *deadline > end || *deadline <= clock_.now()) break;
    clock_.set(*deadline);
    run();
  }
  clock_.set(end);
  run();
}

ClientPacket Script::go_online(const ConnackFields& fields, Where where) {
  ClientPacket packet = expect("CONNECT *", where);
  if (packet.type == ClientPacket::Type::connect) send(connack(fields));
  return packet;
}

ClientPacket Script::connect(const ConnackFields& fields, Where where) {
  ClientPacket packet = go_online(fields, where);
  expect_event(fields.session_present ? "reconnected" : "connected", where);
  return packet;
}

std::optional<ClientPacket> Script::take_packet(Where where) {
  const auto& streams = transport_.streams();
  try {
    for (; stream_ < streams.size(); ++stream_, position_ = 0) {
      const auto rest = std::span{streams[stream_]}.subspan(position_);
      if (auto packet = judge::parse_client_packet(rest)) {
        position_ += packet->size;
        return packet;
      }
      if (stream_ + 1 == streams.size()) break;  // More of it may come.
    }
  } catch (const judge::Violation& violation) {
    fail(std::string{"the client broke the specification: "} + violation.what(), where);
    stream_ = streams.size();
  }
  return std::nullopt;
}

std::vector<std::string> Script::take_packets(Where where) {
  run();
  std::vector<std::string> lines;
  while (const auto packet = take_packet(where))
    lines.push_back(comparable(to_string(*packet), ""));
  return lines;
}

ClientPacket Script::expect(std::string_view pattern, Where where) {
  run();
  const auto packet = take_packet(where);
  if (!packet) {
    fail("the client sends nothing; expected " + std::string{pattern}, where);
    return {};
  }
  const std::string text = to_string(*packet);
  if (!matches(comparable(text, pattern), pattern)) {
    fail("the client sends  " + text + "\nexpected          " + std::string{pattern}, where);
  }
  return *packet;
}

void Script::expect_nothing(Where where) {
  run();
  while (const auto packet = take_packet(where))
    fail("the client sends " + to_string(*packet) + "; expected nothing", where);
}

void Script::cut() {
  transport_.close_by_peer();
  run();
}

void Script::reset() {
  transport_.reset();
  run();
}

std::optional<Event> Script::next_event() {
  run();
  return session_->next_event();
}

Event Script::expect_event(std::string_view pattern, Where where) {
  const auto event = next_event();
  const std::string text = event ? to_text(*event) : "no event";
  if (!matches(text, pattern)) fail(text + ", expected " + std::string{pattern}, where);
  return event ? *event : Event{Event::Kind::idle};
}

void Script::expect_no_event(Where where) {
  if (const auto event = next_event()) fail(to_text(*event) + ", expected no event", where);
}

std::optional<Duration> Script::next_deadline() {
  run();
  const auto deadline = session_->next_deadline();
  return deadline ? std::optional{*deadline - clock_.now()} : std::nullopt;
}

bool matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() != '*') {
    return !text.empty() && text.front() == pattern.front() &&
           matches(text.substr(1), pattern.substr(1));
  }
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
    if (matches(text.substr(skipped), pattern.substr(1))) return true;
  }
  return false;
}

}  // namespace minimq::testing

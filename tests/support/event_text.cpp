// SPDX-License-Identifier: MIT
#include <array>
#include <cstdio>
#include <ostream>

#include "support/script.hpp"

namespace minimq::testing {

namespace {

std::string hex_of(ReasonCode reason) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "0x%02X", static_cast<unsigned>(reason));
  return text.data();
}

std::string cause_text(Cause cause) {
  std::string text = " " + std::string{to_string(cause.error)};
  if (cause.reason != ReasonCode::success) text += " " + hex_of(cause.reason);
  return text;
}

std::string message_text(const Event& event) {
  const Message& message = event.message();
  std::string text = " q" + std::to_string(static_cast<int>(message.qos()));
  if (message.duplicate()) text += " dup";
  if (message.retain()) text += " retain";
  text += " " + std::string{message.topic()};
  if (event.kind() == Event::Kind::skipped)
    return text + " size=" + std::to_string(event.skipped_size());
  return text + " " + std::string{message.text()};
}

}  // namespace

std::string to_text(const Outcome& outcome) {
  constexpr std::array names{"publish", "subscribe", "unsubscribe"};
  std::string text = names[static_cast<std::size_t>(outcome.operation())];
  if (outcome.error()) return text + " " + std::string{to_string(*outcome.error())};
  if (outcome.reason_count() == 0) return text + " " + hex_of(outcome.reason());
  for (std::size_t i = 0; i < outcome.reason_count(); ++i)
    text += " " + hex_of(outcome.reason(i));
  return text;
}

std::string to_text(const Event& event) {
  const std::string kind{to_string(event.kind())};
  switch (event.kind()) {
    case Event::Kind::connected:
    case Event::Kind::reconnected:
    case Event::Kind::idle: break;
    case Event::Kind::disconnected:
    case Event::Kind::stopped: return kind + cause_text(event.cause());
    case Event::Kind::inbound:
    case Event::Kind::skipped: return kind + message_text(event);
    case Event::Kind::settled: return kind + " " + to_text(event.outcome());
  }
  return kind;
}

}  // namespace minimq::testing

namespace minimq {

void PrintTo(Error error, std::ostream* stream) {
  *stream << to_string(error);
}

void PrintTo(ReasonCode reason, std::ostream* stream) {
  *stream << to_string(reason) << " (" << static_cast<unsigned>(reason) << ")";
}

void PrintTo(Event::Kind kind, std::ostream* stream) {
  *stream << to_string(kind);
}

void PrintTo(const Event& event, std::ostream* stream) {
  *stream << testing::to_text(event);
}

}  // namespace minimq

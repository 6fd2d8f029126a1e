// SPDX-License-Identifier: MIT
#include "support/engine_script.hpp"

#include <algorithm>

namespace minimq::testing {

// Not in the header: every test would compile the judge's members.
EngineScript::EngineScript() = default;
EngineScript::~EngineScript() = default;

Engine& EngineScript::engine() {
  if (!engine_) {
    EXPECT_EQ(check_config(config), std::nullopt);
    engine_.emplace(config);
    engine_->seed(0x0101);
    judge_ = judge::Judge{{.may_know_a_session = config.adopt_session}};
  }
  return *engine_;
}

void EngineScript::start_anew() {
  engine_.reset();
  names_.clear();
}

void EngineScript::open_link() {
  engine().link_opened();
  judge_.connected();
}

std::string EngineScript::open() {
  open_link();
  return sent();
}

void EngineScript::connect(std::string_view answer) {
  open();
  receive(answer);
  ASSERT_EQ(engine().phase(), Engine::Phase::online);
}

void EngineScript::lose_link() {
  judge_.closed(time());
  object();
  engine().link_lost();
}

void EngineScript::reconnect(std::string_view answer) {
  lose_link();
  connect(answer);
}

bool EngineScript::receive(std::string_view text) {
  std::vector<std::byte> bytes = hex(resolve(text));
  std::span<const std::byte> left{bytes};
  while (!left.empty()) {
    const auto space = engine().rx_space();
    if (space.empty()) return false;
    const std::size_t count = std::min(space.size(), left.size());
    std::copy_n(left.begin(), count, space.begin());
    judge_.server_bytes(left.first(count), time());
    engine().rx_commit(count);
    left = left.subspan(count);
  }
  return true;
}

std::string EngineScript::sent() {
  return to_hex(take(SIZE_MAX));
}

std::string EngineScript::sent(std::size_t most) {
  return to_hex(take(most));
}

std::string EngineScript::bytes(std::string_view text) {
  return to_hex(hex(resolve(text)));
}

Ticket EngineScript::name(char letter, const Result<Ticket>& ticket) {
  EXPECT_TRUE(ticket.has_value());
  names_.emplace_back(letter, ticket.value_or(Ticket{}));
  return ticket.value_or(Ticket{});
}

Result<Ticket> EngineScript::publish(QoS qos, std::string_view payload) {
  return engine().publish({.topic = "t", .payload = payload, .qos = qos});
}

Result<Ticket> EngineScript::subscribe(std::string_view filter) {
  const TopicFilter entry{.filter = filter};
  return engine().subscribe({&entry, 1}, {});
}

std::string EngineScript::message() {
  engine().end_views();
  const auto event = engine().next_message();
  return event ? std::string{event->message().text()} : "none";
}

void EngineScript::advance(Duration duration) {
  // A client that is called too late cannot send in time.
  const auto deadline = engine().next_deadline();
  if (deadline && *deadline < engine().now() + duration) judge_.client_blocked(time());
  engine().advance(engine().now() + duration);
}

void EngineScript::end_direct(TxSpans pieces, std::size_t count) {
  std::size_t left = count;
  for (const Bytes piece : pieces) {
    const Bytes taken = piece.first(std::min(piece.size(), left));
    judge_.client_bytes(taken, time());
    left -= taken.size();
  }
  engine().end_direct(pieces, count);
}

::testing::AssertionResult EngineScript::ended(Error error, ReasonCode reason) {
  const bool closing = engine().phase() == Engine::Phase::closing;
  if (closing && engine().cause().error == error && engine().cause().reason == reason) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << (closing ? to_string(engine().cause().error) : "not closing") << ", reason "
         << static_cast<int>(engine().cause().reason);
}

std::string EngineScript::outcome(Ticket ticket) {
  if (engine().pending(ticket)) return "pending";
  const auto outcome = engine().take_outcome(ticket);
  if (!outcome) return "unknown";
  if (outcome->error()) return "error: " + std::string{to_string(*outcome->error())};
  return std::to_string(static_cast<int>(outcome->reason()));
}

judge::Time EngineScript::time() {
  return engine().now().time_since_epoch();
}

void EngineScript::object() {
  for (const judge::Violation& violation : judge_.take_violations())
    ADD_FAILURE() << "the client breaks the specification: " << violation.what();
}

std::vector<std::byte> EngineScript::take(std::size_t most) {
  std::vector<std::byte> all;
  while (all.size() < most) {
    TxGather gather;
    std::size_t count = 0;
    for (const Bytes piece : engine().tx_pending(gather)) {
      const std::size_t size = std::min(piece.size(), most - all.size());
      all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size));
      judge_.client_bytes(piece.first(size), time());
      count += size;
    }
    object();
    if (count == 0) break;
    engine().tx_consume(count);
    engine().rx_commit(0);  // Scanning may go on.
  }
  return all;
}

std::string EngineScript::resolve(std::string_view text) const {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '<') {
      result += text[i];
      continue;
    }
    for (const auto& [letter, ticket] : names_) {
      if (letter != text[i + 1]) continue;
      const std::uint16_t id = ticket.packet_id();
      const std::byte pair[] = {static_cast<std::byte>(id >> 8), static_cast<std::byte>(id)};
      result += to_hex(pair);
      break;
    }
    i += 2;
  }
  return result;
}

}  // namespace minimq::testing

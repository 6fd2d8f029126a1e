// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "minimq/engine.hpp"
#include "support/hex.hpp"
#include "support/judge/judge.hpp"

namespace minimq::testing {

/// A conversation with an engine, byte for byte and in virtual time: what comes in is hexadecimal,
/// and so is what goes out. `<a>` in a text stands for the packet identifier of the ticket named by
/// `name('a', ...)`. The judge sees all of it.
class EngineScript : public ::testing::Test {
 protected:
  static constexpr std::string_view connack = "20 03 00 00 00";
  static constexpr std::string_view connack_resumed = "20 03 01 00 00";

  /// Before the first use of the engine.
  Config config{.broker = Broker{"broker", 1883}, .client_id = "c", .buffers = {rx_, tx_}};

  Engine& engine() {
    if (!engine_) {
      EXPECT_EQ(check_config(config), std::nullopt);
      engine_.emplace(config);
      engine_->seed(0x0101);
      judge_ = judge::Judge{{.may_know_a_session = config.adopt_session}};
    }
    return *engine_;
  }

  /// Another engine, which knows nothing.
  void start_anew() {
    engine_.reset();
    names_.clear();
  }

  void open_link() {
    engine().link_opened();
    judge_.connected();
  }
  /// A link opens; CONNECT leaves and is returned.
  std::string open() {
    open_link();
    return sent();
  }
  /// A link opens, and the broker accepts.
  void connect(std::string_view answer = connack) {
    open();
    receive(answer);
    ASSERT_EQ(engine().phase(), Engine::Phase::online);
  }
  void lose_link() {
    judge_.closed(time());
    object();
    engine().link_lost();
  }
  void reconnect(std::string_view answer) {
    lose_link();
    connect(answer);
  }

  /// The broker's bytes arrive, as many at once as there is room for. Returns whether all did.
  bool receive(std::string_view text) {
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

  /// Everything the engine wants to send, which the transport takes whole.
  std::string sent() { return to_hex(take(SIZE_MAX)); }
  /// The next `most` bytes of it.
  std::string sent(std::size_t most) { return to_hex(take(most)); }

  /// What `sent()` should be.
  std::string bytes(std::string_view text) { return to_hex(hex(resolve(text))); }

  Ticket name(char letter, const Result<Ticket>& ticket) {
    EXPECT_TRUE(ticket.has_value());
    names_.emplace_back(letter, ticket.value_or(Ticket{}));
    return ticket.value_or(Ticket{});
  }
  Result<Ticket> publish(QoS qos, std::string_view payload = "x") {
    return engine().publish({.topic = "t", .payload = payload, .qos = qos});
  }
  Result<Ticket> subscribe(std::string_view filter = "f") {
    const TopicFilter entry{.filter = filter};
    return engine().subscribe({&entry, 1}, {});
  }

  /// The next message's payload as text, or "none".
  std::string message() {
    engine().end_views();
    const auto event = engine().next_message();
    return event ? std::string{event->message().text()} : "none";
  }
  void advance(Duration duration) {
    // A client that is called too late cannot send in time.
    const auto deadline = engine().next_deadline();
    if (deadline && *deadline < engine().now() + duration) judge_.client_blocked(time());
    engine().advance(engine().now() + duration);
  }
  /// The transport takes so many bytes of a message that goes there directly.
  void end_direct(TxSpans pieces, std::size_t count) {
    std::size_t left = count;
    for (const Bytes piece : pieces) {
      const Bytes taken = piece.first(std::min(piece.size(), left));
      judge_.client_bytes(taken, time());
      left -= taken.size();
    }
    engine().end_direct(pieces, count);
  }

  /// The connection has ended for this reason.
  ::testing::AssertionResult ended(Error error, ReasonCode reason = ReasonCode::success) {
    const bool closing = engine().phase() == Engine::Phase::closing;
    if (closing && engine().cause().error == error && engine().cause().reason == reason) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << (closing ? to_string(engine().cause().error) : "not closing") << ", reason "
           << static_cast<int>(engine().cause().reason);
  }

  /// How the operation ended: a reason code, or "error: " and its name; "pending"; "unknown".
  std::string outcome(Ticket ticket) {
    if (engine().pending(ticket)) return "pending";
    const auto outcome = engine().take_outcome(ticket);
    if (!outcome) return "unknown";
    if (outcome->error()) return "error: " + std::string{to_string(*outcome->error())};
    return std::to_string(static_cast<int>(outcome->reason()));
  }

 private:
  judge::Time time() { return engine().now().time_since_epoch(); }
  void object() {
    for (const judge::Violation& violation : judge_.take_violations())
      ADD_FAILURE() << "the client breaks the specification: " << violation.what();
  }

  std::vector<std::byte> take(std::size_t most) {
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
    }
    return all;
  }

  std::string resolve(std::string_view text) const {
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

  alignas(4) std::byte rx_[256];
  alignas(4) std::byte tx_[768];
  std::optional<Engine> engine_;
  judge::Judge judge_;
  std::vector<std::pair<char, Ticket>> names_;
};

}  // namespace minimq::testing

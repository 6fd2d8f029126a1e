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
  EngineScript();
  ~EngineScript() override;

  static constexpr std::string_view connack = "20 03 00 00 00";
  static constexpr std::string_view connack_resumed = "20 03 01 00 00";

  /// Before the first use of the engine.
  Config config{.broker = Broker{"broker", 1883}, .client_id = "c", .buffers = {rx_, tx_}};

  Engine& engine();

  /// Another engine, which knows nothing.
  void start_anew();

  void open_link();
  /// A link opens; CONNECT leaves and is returned.
  std::string open();
  /// A link opens, and the broker accepts.
  void connect(std::string_view answer = connack);
  void lose_link();
  void reconnect(std::string_view answer);

  /// The broker's bytes arrive, as many at once as there is room for. Returns whether all did.
  bool receive(std::string_view text);

  /// Everything the engine wants to send, which the transport takes whole.
  std::string sent();
  /// The next `most` bytes of it.
  std::string sent(std::size_t most);

  /// What `sent()` should be.
  std::string bytes(std::string_view text);

  Ticket name(char letter, const Result<Ticket>& ticket);
  Result<Ticket> publish(QoS qos, std::string_view payload = "x");
  Result<Ticket> subscribe(std::string_view filter = "f");

  /// The next message's payload as text, or "none".
  std::string message();
  void advance(Duration duration);
  /// The transport takes so many bytes of a message that goes there directly.
  void end_direct(TxSpans pieces, std::size_t count);

  /// The connection has ended for this reason.
  ::testing::AssertionResult ended(Error error, ReasonCode reason = ReasonCode::success);

  /// How the operation ended: a reason code, or "error: " and its name; "pending"; "unknown".
  std::string outcome(Ticket ticket);

 private:
  judge::Time time();
  void object();

  std::vector<std::byte> take(std::size_t most);

  std::string resolve(std::string_view text) const;

  alignas(4) std::byte rx_[256];
  alignas(4) std::byte tx_[768];
  std::optional<Engine> engine_;
  judge::Judge judge_;
  std::vector<std::pair<char, Ticket>> names_;
};

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// What a kilobyte holds.
#include <array>
#include <gtest/gtest.h>
#include <set>
#include <vector>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class Capacity : public EngineScript {
 protected:
  Capacity() { config.buffers = Buffers::split(storage_, 256); }

  // As many messages of 32 bytes as fit, all in flight.
  std::vector<Ticket> fill(QoS qos) {
    std::vector<Ticket> tickets;
    const std::string payload(32, 'p');
    for (;;) {
      const auto ticket =
          engine().publish({.topic = "room/temperature", .payload = payload, .qos = qos});
      if (!ticket) break;
      tickets.push_back(*ticket);
    }
    EXPECT_EQ(engine().shortage(), Shortage::bytes);
    sent();
    return tickets;
  }
  void answer(std::string_view first, Ticket ticket) {
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    receive(std::string{first} + " 02 " + to_hex(id));
  }

 private:
  alignas(4) std::array<std::byte, 1024> storage_;
};

TEST_F(Capacity, AKilobyteHoldsEightQos1MessagesOf32BytesInFlight) {
  connect();
  const auto tickets = fill(QoS::at_least_once);
  EXPECT_GE(tickets.size(), 8u);
  std::set<std::uint16_t> ids;
  for (const Ticket ticket : tickets) {
    EXPECT_TRUE(engine().pending(ticket));
    ids.insert(ticket.packet_id());
  }
  EXPECT_EQ(ids.size(), tickets.size());
  EXPECT_TRUE(subscribe());  // That has a place of its own.
  for (const Ticket ticket : tickets) {
    answer("40", ticket);
    EXPECT_EQ(outcome(ticket), "0");
  }
  EXPECT_GE(fill(QoS::at_least_once).size(), 8u);
}

TEST_F(Capacity, AQos2MessageThatWasReceivedNeedsOnlyItsSlot) {
  connect();
  const auto first = fill(QoS::exactly_once);
  EXPECT_GE(first.size(), 8u);
  for (const Ticket ticket : first)
    answer("50", ticket);
  const auto second = fill(QoS::exactly_once);
  EXPECT_GE(second.size(), 4u);
  sent();
  for (const Ticket ticket : first) {
    answer("70", ticket);
    EXPECT_EQ(outcome(ticket), "0");
  }
  EXPECT_LE(engine().tx_peak(), engine().tx_capacity());
}

// Rule 11: CONNECT needs no room, however long it is, and leaves whole in any pieces.
TEST_F(Capacity, AConnectLargerThanAllBuffersLeavesInPiecesWhileTxIsFull) {
  const std::string token(5'000, 'k');
  const Credentials credentials{.user_name = "device", .password = as_bytes(token)};
  const std::string last(3'000, 'w');
  const Will will{.topic = "w", .payload = as_bytes(last), .qos = QoS::at_least_once};
  config.credentials = &credentials;
  config.will = &will;
  const std::string whole = open();
  EXPECT_GT(whole.size(), 8'000 * 3u);
  receive(connack);
  fill(QoS::at_least_once);
  for (const std::size_t piece : {1u, 7u, 1'000u}) {
    lose_link();
    open_link();
    std::string pieces;
    for (std::string next = sent(piece); !next.empty(); next = sent(piece))
      pieces += (pieces.empty() ? "" : " ") + next;
    // It does not ask for a clean start now.
    EXPECT_EQ(pieces.substr(60), whole.substr(60)) << piece;
    receive(connack_resumed);
    EXPECT_EQ(engine().phase(), Engine::Phase::online);
    sent();
  }
}

// Inbound messages are acknowledged however full tx is.
TEST_F(Capacity, AFullTxHoldsUpNoAcknowledgement) {
  connect();
  fill(QoS::at_least_once);
  while (subscribe()) {
  }
  sent();
  for (int round = 0; round < 100; ++round) {
    receive("32 07 00 01 't' 00 05 00 'x' 34 07 00 01 't' 00 06 00 'y'");
    EXPECT_EQ(message(), "x");
    EXPECT_EQ(message(), "y");
    engine().end_views();
    EXPECT_EQ(sent(), "40 02 00 05 50 02 00 06");
    receive("62 02 00 06");
    EXPECT_EQ(sent(), "70 02 00 06");
  }
}

}  // namespace
}  // namespace minimq::testing

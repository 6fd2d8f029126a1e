// SPDX-License-Identifier: MIT
//
// Messages from the broker when the link is lost, and when there are too many of them.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

class InboundLoss : public EngineScript {
 protected:
  static std::string publish_of(std::string_view first, int id) {
    const std::byte low[] = {static_cast<std::byte>(id)};
    const std::string text = to_hex(low);
    return std::string{first} + " 08 00 01 't' 00 " + text + " 00 'm' " + text;
  }
  // Takes all that can be taken; how many.
  int take_all() {
    int count = 0;
    for (engine().end_views(); engine().next_message(); engine().end_views())
      ++count;
    return count;
  }
};

// Rule 4: what is remembered when the connection is lost.
TEST_F(InboundLoss, ADeliveredQos2MessageIsRememberedAlsoIfItsPubrecWasNeverSent) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none") << "[MQTT-4.3.3-10]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
  receive("3C 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05");
  receive("62 02 00 05");
  EXPECT_EQ(sent(), "70 02 00 05");
}

// The first one was refused, and so is new when it comes again. Found by simulation: seed 493.
TEST_F(InboundLoss, PubrecsLeaveInTheOrderInWhichMessagesComeAgain) {  // [MQTT-4.6.0-3]
  connect();
  receive("34 07 00 01 't' 00 05 00 'a' 34 07 00 01 't' 00 06 00 'b'");
  const auto event = engine().next_message();
  const AckHandle handle = event->message().defer_ack();
  ASSERT_TRUE(engine().acknowledge(handle, ReasonCode::not_authorized));
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 03 00 05 87 50 02 00 06");
  reconnect(connack_resumed);
  receive("3C 07 00 01 't' 00 05 00 'a' 3C 07 00 01 't' 00 06 00 'b'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05 50 02 00 06");
}

// No broker may send a message again on the same connection, and some do [MQTT-4.4.0-1].
TEST_F(InboundLoss, PubrecsLeaveInThatOrderAlsoIfAMessageComesAgainOnTheSameConnection) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05");
  receive("34 07 00 01 't' 00 06 00 'b' 3C 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 06 50 02 00 05") << "[MQTT-4.6.0-3]";
  receive("62 02 00 06 62 02 00 05");
  EXPECT_EQ(sent(), "70 02 00 06 70 02 00 05");
}

TEST_F(InboundLoss, AHeldQos2MessageIsRememberedAsWell) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  ASSERT_TRUE(engine().next_message());
  lose_link();
  engine().end_views();
  connect(connack_resumed);
  receive("3C 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05");
}

TEST_F(InboundLoss, ADeliveredQos1MessageComesAgain) {  // [MQTT-4.3.2-4]
  connect();
  receive("32 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
  receive("3A 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 05") << "[MQTT-4.3.2-4]";
}

TEST_F(InboundLoss, AMessageAfterAReconnectWithoutDupIsTheDuplicateItIs) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  sent();
  reconnect(connack_resumed);
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05");
}

TEST_F(InboundLoss, AMessageInANewSessionIsNew) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  sent();
  reconnect(connack);
  receive("34 07 00 01 't' 00 05 00 'b'");
  EXPECT_EQ(message(), "b");
}

// Rule 5: parsed, not taken, and the link is gone.
TEST_F(InboundLoss, MessagesNobodyHasTakenAreDeliveredUntilTheNextAttempt) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'a' 34 07 00 01 't' 00 06 00 'b' 30 05 00 01 't' 00 'c'");
  lose_link();
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "c");
  EXPECT_EQ(message(), "none");
  connect(connack_resumed);
  EXPECT_EQ(sent(), "");
  receive("3A 07 00 01 't' 00 05 00 'a' 3C 07 00 01 't' 00 06 00 'b'");
  EXPECT_EQ(message(), "a");  // QoS 1 may come twice, QoS 2 may not.
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 05 50 02 00 06");
}

TEST_F(InboundLoss, AMessageTakenAfterTheLossHasNothingToAcknowledge) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'a' 34 07 00 01 't' 00 06 00 'b'");
  lose_link();
  for (int i = 0; i < 2; ++i) {
    engine().end_views();
    const auto event = engine().next_message();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->message().defer_ack().packet_id, 0);
  }
  engine().end_views();
  connect(connack_resumed);
  EXPECT_EQ(sent(), "");
}

TEST_F(InboundLoss, MessagesNobodyHasTakenAreDroppedByTheNextAttemptAndComeAgain) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'a' 34 07 00 01 't' 00 06 00 'b'");
  lose_link();
  open();
  EXPECT_EQ(message(), "none");
  receive(connack_resumed);
  receive("3A 07 00 01 't' 00 05 00 'a' 3C 07 00 01 't' 00 06 00 'b'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
}

// Rule 7: the table is full.
TEST_F(InboundLoss, UpToTheTableAMessageMoreThanWasAnnouncedIsTaken) {
  connect();
  for (int id = 1; id <= 8; ++id)
    receive(publish_of("34", id));
  EXPECT_EQ(take_all(), 8);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  for (int id = 1; id <= 8; ++id)
    receive(publish_of("3C", id));
  EXPECT_EQ(take_all(), 0);
  EXPECT_EQ(engine().counters().duplicates, 8);
}

TEST_F(InboundLoss, AFullTableEndsItsExchangesThenDisconnectsAndLosesNothing) {
  connect();
  for (int id = 1; id <= 10; ++id)
    receive(publish_of("34", id));
  receive("30 05 00 01 't' 00 'z'");
  EXPECT_EQ(take_all(), 9);  // Eight, and QoS 0, which needs no place in the table.
  EXPECT_EQ(engine().counters().refused_inbound, 2);
  EXPECT_EQ(sent().size(), 8 * 12u - 1);
  for (int id = 1; id <= 8; ++id) {
    EXPECT_EQ(engine().phase(), Engine::Phase::online);
    const std::byte low[] = {static_cast<std::byte>(id)};
    receive("62 02 00 " + to_hex(low));
    if (id < 8) {
      EXPECT_EQ(sent(), "70 02 00 " + to_hex(low));
    }
  }
  receive(publish_of("32", 11));  // Every later one is left to the broker as well.
  EXPECT_EQ(take_all(), 0);
  EXPECT_EQ(sent(), "70 02 00 08 E0 01 93");
  EXPECT_TRUE(ended(Error::receive_maximum_exceeded, ReasonCode::receive_maximum_exceeded));
  EXPECT_TRUE(engine().made_progress());
  reconnect(connack_resumed);
  receive(publish_of("3C", 9) + publish_of("3C", 10) + publish_of("3A", 11));
  EXPECT_EQ(take_all(), 3);
}

TEST_F(InboundLoss, AFullTableIsLeftAtADeadlineIfItsExchangesDoNotEnd) {
  config.keep_alive_s = 0;
  connect();
  for (int id = 1; id <= 9; ++id)
    receive(publish_of("34", id));
  EXPECT_EQ(take_all(), 8);
  sent();
  ASSERT_TRUE(engine().next_deadline());
  EXPECT_EQ(*engine().next_deadline() - engine().now(), Duration{config.ping_timeout});
  advance(config.ping_timeout - Milliseconds{1});
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  advance(1ms);
  EXPECT_TRUE(ended(Error::receive_maximum_exceeded, ReasonCode::receive_maximum_exceeded))
      << "[MQTT-3.3.4-9]";
  EXPECT_EQ(sent(), "E0 01 93");
  EXPECT_FALSE(engine().made_progress());
}

TEST_F(InboundLoss, WhileTheTableIsFullAcknowledgementsStillAct) {
  connect();
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  sent();
  for (int id = 1; id <= 9; ++id)
    receive(publish_of("32", id));
  EXPECT_TRUE(engine().next_message());
  receive("40 02 <a> D0 00");
  EXPECT_EQ(outcome(ticket), "0");
}

TEST_F(InboundLoss, ProgressIsAnExchangeThatEndedOrAQos0Message) {
  connect();
  receive(publish_of("34", 1));
  EXPECT_EQ(take_all(), 1);
  sent();
  EXPECT_FALSE(engine().made_progress());
  receive("62 02 00 01");
  EXPECT_FALSE(engine().made_progress());
  sent();
  EXPECT_TRUE(engine().made_progress());
  reconnect(connack_resumed);
  EXPECT_FALSE(engine().made_progress());
  receive("30 05 00 01 't' 00 'z'");
  EXPECT_EQ(take_all(), 1);
  EXPECT_TRUE(engine().made_progress());
}

// A broker far above our Receive Maximum, in cycles: every message arrives exactly once.
TEST_F(InboundLoss, ABrokerThatIgnoresTheReceiveMaximumDeliversEverythingExactlyOnce) {
  std::vector<int> undelivered;  // Their PUBREC was not seen.
  for (int id = 1; id <= 60; ++id)
    undelivered.push_back(id);
  std::vector<std::string> received;
  bool again = false;
  for (int cycle = 0; cycle < 20 && !undelivered.empty(); ++cycle) {
    connect(again ? connack_resumed : connack);
    std::string answers;
    for (const int id : undelivered) {
      ASSERT_TRUE(receive(publish_of(again ? "3C" : "34", id)));
      for (std::string text = message(); text != "none"; text = message())
        received.push_back(text);
      answers += " " + sent();
    }
    const auto answered = [&](int id) {
      const std::byte low[] = {static_cast<std::byte>(id)};
      const std::string pubrec = "50 02 00 " + to_hex(low);
      if (answers.find(pubrec) == std::string::npos) return false;
      receive("62 02 00 " + to_hex(low));
      sent();
      return true;
    };
    std::erase_if(undelivered, answered);
    if (!undelivered.empty()) {
      EXPECT_EQ(engine().phase(), Engine::Phase::closing);
    }
    EXPECT_TRUE(engine().made_progress());
    lose_link();
    again = true;
  }
  EXPECT_TRUE(undelivered.empty());
  EXPECT_EQ(received.size(), 60u);
  std::ranges::sort(received);
  EXPECT_EQ(std::ranges::adjacent_find(received), received.end());
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Messages from the broker: when they are acknowledged, in which order, and what is a duplicate.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

class Inbound : public EngineScript {
 protected:
  // A message at QoS 1 or 2 with a payload of one letter.
  static std::string qos1(std::uint16_t id, char payload, bool dup = false) {
    return packet(dup ? "3A" : "32", id, payload);
  }
  static std::string qos2(std::uint16_t id, char payload, bool dup = false) {
    return packet(dup ? "3C" : "34", id, payload);
  }
  static std::string hex16(std::uint16_t id) {
    const std::byte pair[] = {static_cast<std::byte>(id >> 8), static_cast<std::byte>(id)};
    return to_hex(pair);
  }

  // The next message is taken, and its acknowledgement is left for later.
  AckHandle defer() {
    engine().end_views();
    const auto event = engine().next_message();
    EXPECT_TRUE(event);
    return event ? event->message().defer_ack() : AckHandle{};
  }

 private:
  static std::string packet(std::string_view first, std::uint16_t id, char payload) {
    return std::string{first} + " 07 00 01 't' " + hex16(id) + " 00 '" + payload + "'";
  }
};

// Rule 2: acknowledged when released, not before.
TEST_F(Inbound, AMessageIsAcknowledgedWhenItIsReleasedAndNotBefore) {  // [MQTT-4.3.2-4]
  connect();
  receive(qos1(5, 'a'));
  EXPECT_EQ(sent(), "");
  const auto event = engine().next_message();
  ASSERT_TRUE(event);
  EXPECT_EQ(sent(), "");
  event->message().release();
  EXPECT_EQ(sent(), "40 02 00 05") << "[MQTT-4.3.2-4]";
  event->message().release();
  engine().end_views();
  EXPECT_EQ(sent(), "");
}

TEST_F(Inbound, AQos2MessageGoesThroughItsFourPackets) {  // [MQTT-4.3.3-8], [MQTT-4.3.3-11]
  connect();
  receive(qos2(5, 'a'));
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 05") << "[MQTT-4.3.3-8]";
  receive("62 02 00 05");
  EXPECT_EQ(sent(), "70 02 00 05") << "[MQTT-4.3.3-11]";
  receive("62 02 00 05");
  EXPECT_EQ(sent(), "70 03 00 05 92");
}

TEST_F(Inbound, ReleasingAnOldMessageDoesNotEndTheOneThatIsHeldNow) {
  connect();
  receive(qos1(5, 'a') + qos1(6, 'b'));
  const auto first = engine().next_message();
  engine().end_views();
  const auto second = engine().next_message();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(sent(), "40 02 00 05");
  first->message().release();
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(first->message().defer_ack().packet_id, 0);
  second->message().release();
  EXPECT_EQ(sent(), "40 02 00 06");
}

// The order of acknowledgements is that of the messages, each QoS by itself.
TEST_F(Inbound, AWithheldPubackHoldsBackLaterPubacksButNotPubrecs) {  // [MQTT-4.6.0-2]
  connect();
  receive(qos1(1, 'a') + qos1(2, 'b') + qos2(3, 'c') + qos1(4, 'd'));
  const AckHandle first = defer();
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "c");
  EXPECT_EQ(message(), "d");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "50 02 00 03");
  ASSERT_TRUE(engine().acknowledge(first, ReasonCode::success));
  EXPECT_EQ(sent(), "40 02 00 01 40 02 00 02 40 02 00 04") << "[MQTT-4.6.0-2]";
}

TEST_F(Inbound, AWithheldPubrecHoldsBackLaterPubrecsButNotPubacks) {  // [MQTT-4.6.0-3]
  connect();
  receive(qos2(1, 'a') + qos2(2, 'b') + qos1(3, 'c') + qos2(4, 'd'));
  const AckHandle first = defer();
  const AckHandle second = defer();
  EXPECT_EQ(message(), "c");
  EXPECT_EQ(message(), "d");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 03");
  ASSERT_TRUE(engine().acknowledge(second, ReasonCode::success));
  EXPECT_EQ(sent(), "");
  ASSERT_TRUE(engine().acknowledge(first, ReasonCode::success));
  EXPECT_EQ(sent(), "50 02 00 01 50 02 00 02 50 02 00 04") << "[MQTT-4.6.0-3]";
}

TEST_F(Inbound, AWithheldMessageDoesNotHoldBackPubcomp) {
  connect();
  receive(qos2(1, 'a') + qos2(2, 'b'));
  EXPECT_EQ(message(), "a");
  defer();
  EXPECT_EQ(sent(), "50 02 00 01");
  receive("62 02 00 01");
  EXPECT_EQ(sent(), "70 02 00 01");
}

TEST_F(Inbound, AMessageIsRefusedWithAReasonByItsHandle) {  // [MQTT-3.4.2-1], [MQTT-3.5.2-1]
  connect();
  receive(qos1(1, 'a') + qos2(2, 'b'));
  const AckHandle a = defer();
  const AckHandle b = defer();
  ASSERT_TRUE(engine().acknowledge(a, ReasonCode::quota_exceeded));
  ASSERT_TRUE(engine().acknowledge(b, ReasonCode::not_authorized));
  EXPECT_EQ(sent(), "40 03 00 01 97 50 03 00 02 87");
  receive(qos2(2, 'c', true));  // A refused identifier is new [MQTT-4.3.3-9].
  EXPECT_EQ(message(), "c") << "[MQTT-4.3.3-9]";
}

TEST_F(Inbound, AReasonThatOnlyABrokerMaySendIsNotAccepted) {
  connect();
  receive(qos1(1, 'a'));
  const AckHandle handle = defer();
  for (const ReasonCode code : {ReasonCode::no_matching_subscribers, ReasonCode::granted_qos_1,
                                ReasonCode::packet_identifier_not_found, ReasonCode{0xFF}}) {
    EXPECT_EQ(engine().acknowledge(handle, code).error(), Error::reason_code_invalid);
  }
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(engine().acknowledge(handle, ReasonCode::success));
}

TEST_F(Inbound, AStaleHandleDoesNothing) {
  connect();
  receive(qos1(1, 'a') + qos2(2, 'b'));
  const AckHandle a = defer();
  const AckHandle b = defer();
  ASSERT_TRUE(engine().acknowledge(a, ReasonCode::success));
  EXPECT_EQ(engine().acknowledge(a, ReasonCode::success).error(), Error::stale_ack);
  EXPECT_EQ(sent(), "40 02 00 01");
  EXPECT_EQ(engine().acknowledge(a, ReasonCode::success).error(), Error::stale_ack);
  lose_link();
  EXPECT_EQ(engine().acknowledge(b, ReasonCode::success).error(), Error::stale_ack);
  engine().end_views();
  connect(connack_resumed);
  EXPECT_EQ(engine().acknowledge(b, ReasonCode::success).error(), Error::stale_ack);
  receive(qos1(1, 'a', true));  // The same identifier on this connection is another message.
  defer();
  EXPECT_EQ(engine().acknowledge(a, ReasonCode::success).error(), Error::stale_ack);
  EXPECT_EQ(sent(), "");
}

TEST_F(Inbound, AQos0MessageHasNothingToAcknowledge) {  // [MQTT-3.3.4-1]
  connect();
  receive("30 05 00 01 't' 00 'x'");
  const AckHandle handle = defer();
  EXPECT_EQ(handle.packet_id, 0);
  EXPECT_TRUE(engine().acknowledge(handle, ReasonCode::success));
  engine().end_views();
  EXPECT_EQ(sent(), "");
}

// Rule 4 and the broker's habits: what is a duplicate, with and without DUP.
TEST_F(Inbound, ARepeatedQos2MessageIsAnsweredAndNotDeliveredAgain) {  // [MQTT-4.3.3-10]
  for (const bool dup : {true, false}) {
    start_anew();
    connect();
    receive(qos2(5, 'a'));
    EXPECT_EQ(message(), "a");
    EXPECT_EQ(message(), "none");
    EXPECT_EQ(sent(), "50 02 00 05");
    receive(qos2(5, 'a', dup));
    EXPECT_EQ(message(), "none");
    EXPECT_EQ(sent(), "50 02 00 05");
    EXPECT_EQ(engine().counters().duplicates, 1) << "[MQTT-4.3.3-10]";
  }
}

TEST_F(Inbound, ARepeatedMessageThatIsStillHeldIsAnsweredOnceWhenItIsReleased) {
  connect();
  receive(qos1(5, 'a') + qos1(5, 'a', true) + qos2(6, 'b') + qos2(6, 'b', true));
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 05 50 02 00 06");
}

TEST_F(Inbound, AnAcknowledgedQos1IdentifierIsNewWhateverDupSays) {  // [MQTT-4.3.2-5]
  connect();
  receive(qos1(9, 'a'));
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 09");
  receive(qos1(9, 'b', true));
  EXPECT_EQ(message(), "b") << "[MQTT-4.3.2-5]";
}

TEST_F(Inbound, AnIdentifierIsNewAfterItsPubcompAlsoWhileOtherAcksAreOnTheirWay) {
  connect();
  receive(qos2(1, 'a') + qos1(2, 'b'));  // [MQTT-4.3.3-12]
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(sent(), "");
  engine().end_views();
  EXPECT_EQ(sent(), "50 02 00 01");
  EXPECT_EQ(message(), "b");
  receive("62 02 00 01");
  engine().end_views();
  EXPECT_EQ(sent(5), "70 02 00 01 40");
  receive(qos2(1, 'c'));
  EXPECT_EQ(message(), "c") << "[MQTT-4.3.3-12]";
  EXPECT_EQ(sent(), "02 00 02");
}

TEST_F(Inbound, AnIdentifierIsNewAfterItsPubcompAlsoIfTheLinkIsLostBeforeTheNextAck) {
  connect();
  receive(qos2(1, 'a') + qos1(2, 'b'));
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(sent(), "50 02 00 01");
  receive("62 02 00 01");
  engine().end_views();
  EXPECT_EQ(sent(4), "70 02 00 01");
  reconnect(connack_resumed);
  receive(qos2(1, 'c'));
  EXPECT_EQ(message(), "c");
}

TEST_F(Inbound, AHalfWrittenPubcompLeavesItsIdentifierInUse) {
  connect();
  receive(qos2(1, 'a'));
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "none");
  sent();
  receive("62 02 00 01");
  EXPECT_EQ(sent(3), "70 02 00");
  reconnect(connack_resumed);
  receive("62 02 00 01");
  EXPECT_EQ(sent(), "70 02 00 01");
}

// Rule 8: unknown identifiers, and a queue of answers that is full.
TEST_F(Inbound, ParsingPausesWhileTheAnswersDoNotFitAndGoesOnWithTheNextWrite) {
  connect();
  std::string stray;
  for (int i = 1; i <= 12; ++i)
    stray += "62 02 00 " + hex16(static_cast<std::uint16_t>(i)).substr(3) + " ";
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  sent();
  receive(stray + "40 02 <a>");
  EXPECT_EQ(outcome(ticket), "pending");  // It stands behind what could not be answered.
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  std::string expected;
  for (int i = 1; i <= 12; ++i)
    expected += (i == 1 ? "70 03 " : " 70 03 ") + hex16(static_cast<std::uint16_t>(i)) + " 92";
  EXPECT_EQ(sent(), expected);
  EXPECT_EQ(outcome(ticket), "0");
}

TEST_F(Inbound, APausedConnectionWithoutAnyWriteEndsAsStalled) {
  config.keep_alive_s = 10;
  connect();
  for (int i = 0; i < 60; ++i)
    receive("62 02 12 34");
  TxGather gather;
  EXPECT_FALSE(engine().tx_pending(gather).empty());
  for (int i = 0; i < 30 && engine().phase() == Engine::Phase::online; ++i)
    advance(1s);
  EXPECT_TRUE(ended(Error::write_stalled));
}

TEST_F(Inbound, AnswersToUnknownIdentifiersDieWithTheirConnection) {
  connect();
  receive("62 02 12 34 50 02 12 35");
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
}

// Acknowledgements that only wait to be written are no reason to leave messages to the broker.
TEST_F(Inbound, AFullTableWaitsForAcknowledgementsThatAreDue) {
  config.receive_maximum = 1;
  connect();
  receive("32 07 00 01 't' 00 01 00 'a' 32 07 00 01 't' 00 02 00 'b' 32 07 00 01 't' 00 03 00 'c'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 01 40 02 00 02");
  EXPECT_EQ(message(), "c");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 02 00 03");
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

}  // namespace
}  // namespace minimq::testing

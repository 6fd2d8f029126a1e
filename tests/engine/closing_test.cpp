// SPDX-License-Identifier: MIT
//
// How a connection ends: what is still said, and what is not.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class Closing : public EngineScript {
 protected:
  // On a connection with an operation of each kind in flight, the broker sends this.
  void expect_answer(std::string_view packet, Error error, ReasonCode reason) {
    SCOPED_TRACE(packet);
    start_anew();
    connect();
    name('a', publish(QoS::at_least_once));
    name('b', publish(QoS::exactly_once));
    name('s', subscribe());
    sent();
    receive(packet);
    EXPECT_TRUE(ended(error, reason));
    const std::byte code[] = {static_cast<std::byte>(reason)};
    EXPECT_EQ(sent(), "E0 01 " + to_hex(code));
    EXPECT_TRUE(engine().finished());
    EXPECT_EQ(message(), "none");
    EXPECT_TRUE(engine().rx_space().empty());
  }
  void expect_malformed(std::string_view packet) {
    expect_answer(packet, Error::malformed_packet, ReasonCode::malformed_packet);
  }
  void expect_protocol_error(std::string_view packet) {
    expect_answer(packet, Error::protocol_error, ReasonCode::protocol_error);
  }
  void connect_with_packet_size(int size) {
    start_anew();
    const std::byte low[] = {static_cast<std::byte>(size)};
    connect("20 08 00 00 05 27 00 00 00 " + to_hex(low));
  }
};

// The table of reactions: what cannot be parsed is 0x81.
TEST_F(Closing, WhatCannotBeParsedIsMalformed) {
  for (const std::string_view packet : {"00 00",
                                        "21 03 00 00 00",
                                        "36 07 00 01 't' 00 05 00 'x'",
                                        "38 05 00 01 't' 00 'x'",
                                        "42 02 <a>",
                                        "51 02 <b>",
                                        "60 02 00 05",
                                        "63 02 00 05",
                                        "71 02 <b>",
                                        "92 04 <s> 00 00",
                                        "B1 04 <s> 00 00",
                                        "D1 00",
                                        "D0 01 00",
                                        "E1 00",
                                        "F1 00",  // reserved bits
                                        "30 FF FF FF FF 7F",
                                        "30 85 80 00 00 01 't' 00 'x'",  // the length
                                        "30 04 00 05 't' 00",
                                        "32 04 00 01 't' 00",
                                        "40 01 00",
                                        "40 00",  // missing bytes
                                        "40 05 <a> 00 00 00",
                                        "62 05 00 05 00 00 00",  // bytes too many
                                        "30 06 00 02 C3 28 00 'x'",
                                        "30 07 00 03 ED A0 80 00 'x'",      // UTF-8 [MQTT-1.5.4-1]
                                        "30 05 00 01 00 00 'x'",            // U+0000 [MQTT-1.5.4-2]
                                        "30 06 00 01 't' 01 7E 'x'",        // an unknown property
                                        "30 08 00 01 't' 03 21 00 05 'x'",  // a misplaced one
                                        "90 03 <s> 00"}) {                  // no reason code at all
    expect_malformed(packet);
  }
}

TEST_F(Closing, WhatIsNotAllowedIsAProtocolError) {
  for (const std::string_view packet :
       {"20 03 00 00 00",                           // [MQTT-3.2.0-2]
        "10 0D 00 04 'MQTT' 05 02 00 00 00 00 00",  // [MQTT-3.1.0-2]
        "82 07 00 01 00 00 01 'f' 00",
        "A2 06 00 01 00 00 01 'f'",
        "C0 00",
        "F0 00",  // [MQTT-4.12.0-6]
        "30 04 00 00 00 'x'",
        "30 05 00 01 '+' 00 'x'",        // [MQTT-3.3.2-2]
        "32 07 00 01 't' 00 00 00 'x'",  // packet identifier 0
        "40 03 <a> 01",
        "40 03 <a> 92",
        "50 03 <b> 18",  // [MQTT-3.4.2-1], [MQTT-3.5.2-1]
        "62 03 00 05 80",
        "70 03 <b> 87",  // [MQTT-3.6.2-1], [MQTT-3.7.2-1]
        "90 04 <s> 00 03",
        "90 04 <s> 00 7F",     // [MQTT-3.9.3-2]
        "90 05 <s> 00 00 00",  // [MQTT-3.8.4-6]
        "E0 01 05",
        "E0 01 18",                            // [MQTT-3.14.2-1]
        "E0 07 00 05 11 00 00 00 05",          // [MQTT-3.14.2-2]
        "30 09 00 01 't' 04 01 00 01 01 'x'",  // a property twice
        "30 07 00 01 't' 02 01 02 'x'",        // a value out of range
        "30 07 00 01 't' 02 0B 00 'x'"}) {
    expect_protocol_error(packet);
  }
}

TEST_F(Closing, ATopicAliasIsInvalidWhereNoneIsAllowed) {  // [MQTT-3.1.2-26], [MQTT-3.3.2-8]
  for (const std::string_view alias : {"00 00", "00 01", "FF FF"}) {
    expect_answer("30 08 00 01 't' 03 23 " + std::string{alias} + " 'x'",
                  Error::topic_alias_invalid, ReasonCode::topic_alias_invalid);
  }
}

TEST_F(Closing, APacketAboveRxIsTooLargeFromItsHeaderOn) {  // [MQTT-3.1.2-24]
  expect_answer("30 FE 01", Error::inbound_too_large, ReasonCode::packet_too_large);
  expect_answer("90 FF FF FF 7F", Error::inbound_too_large, ReasonCode::packet_too_large);
}

// Before CONNACK there is nothing to be said [MQTT-3.14.0-1].
TEST_F(Closing, BeforeASuccessfulConnackTheLinkEndsWithoutAWord) {
  for (const std::string_view packet :
       {"D0 00", "E0 00", "30 05 00 01 't' 00 'x'", "40 02 00 05",   // [MQTT-3.2.0-1]
        "F0 00", "20 03 02 00 00", "20 02 00 00", "20 03 00 01 00",  // [MQTT-3.2.2-1], -8
        "20 06 00 00 03 21 00 00", "20 05 00 00 02 25 02"}) {
    SCOPED_TRACE(packet);
    start_anew();
    open();
    receive(packet);
    EXPECT_EQ(engine().phase(), Engine::Phase::closing);
    EXPECT_TRUE(engine().cause().error == Error::protocol_error ||
                engine().cause().error == Error::malformed_packet);
    EXPECT_TRUE(engine().finished());
    EXPECT_EQ(sent(), "");
  }
}

TEST_F(Closing, ARefusalIsNotAnswered) {  // [MQTT-3.1.4-6], [MQTT-3.2.2-7]
  open();
  receive("20 08 00 87 05 1F 00 02 'no' 30 05 00 01 't' 00 'x'");
  EXPECT_TRUE(ended(Error::connection_refused, ReasonCode::not_authorized));
  EXPECT_EQ(engine().last_words().find(PropertyId::reason_string)->text(), "no");
  EXPECT_TRUE(engine().finished()) << "[MQTT-3.2.2-7]";
  EXPECT_EQ(sent(), "") << "[MQTT-3.1.4-6]";
}

TEST_F(Closing, AConnackBeforeTheWholeConnectIsAProtocolErrorUnlessItRefuses) {
  open_link();
  sent(10);
  receive(connack);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
  lose_link();
  open_link();
  sent(10);
  receive("20 03 00 8A 00");
  EXPECT_TRUE(ended(Error::connection_refused, ReasonCode::banned));
}

TEST_F(Closing, AReceivedDisconnectIsNotAnswered) {  // 3.14.4
  for (const std::string_view packet : {"E0 00", "E0 01 8B", "E0 02 8E 00", "E0 01 04"}) {
    start_anew();
    connect();
    ASSERT_TRUE(publish(QoS::at_least_once));
    receive(packet);
    EXPECT_EQ(engine().cause().error, Error::disconnected_by_broker);
    EXPECT_TRUE(engine().finished());
    EXPECT_EQ(sent(), "") << "[MQTT-3.14.4-M]";
  }
}

TEST_F(Closing, AReceivedDisconnectEndsReading) {
  connect();
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  sent();
  receive("E0 01 8B 40 02 <a>");
  EXPECT_EQ(outcome(ticket), "pending");
}

// Rule 21: after what is half written, and nothing after it [MQTT-3.14.4-1].
TEST_F(Closing, DisconnectGoesBehindWhatIsHalfWrittenAndNothingFollows) {
  const Property why = Property::reason_string("bye");
  for (const bool properties : {false, true}) {
    start_anew();
    connect();
    name('a', publish(QoS::at_least_once));
    name('b', publish(QoS::at_least_once));
    receive("34 07 00 01 't' 00 05 00 'x'");
    EXPECT_EQ(message(), "x");
    EXPECT_EQ(sent(3), "32 07 00");
    engine().end_views();
    const std::span<const Property> given{&why, properties ? 1u : 0u};
    ASSERT_TRUE(engine().disconnect(ReasonCode::disconnect_with_will_message, given));
    EXPECT_FALSE(engine().finished());
    (void)subscribe();
    (void)publish(QoS::at_least_once);
    EXPECT_EQ(sent(), bytes("01 't' <a> 00 'x' " +
                            std::string{properties ? "E0 08 04 06 1F 00 03 'bye'" : "E0 01 04"}))
        << "[MQTT-3.14.4-1]";
    EXPECT_TRUE(engine().finished());
    EXPECT_TRUE(ended(Error::requested, ReasonCode::disconnect_with_will_message));
    EXPECT_TRUE(engine().rx_space().empty());
  }
}

TEST_F(Closing, DisconnectGoesBehindAnAckThatIsHalfWritten) {
  connect();
  receive("62 02 00 01 62 02 00 02");
  EXPECT_EQ(sent(2), "70 03");
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {}));
  EXPECT_EQ(sent(), "00 01 92 E0 00");
}

TEST_F(Closing, AnErrorOfTheBrokersGoesBehindWhatIsHalfWritten) {
  connect();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::at_least_once));
  sent(3);
  receive("D1 00");
  EXPECT_EQ(sent(), bytes("01 't' <a> 00 'x' E0 01 81"));
  EXPECT_TRUE(engine().finished());
}

TEST_F(Closing, DisconnectWithPropertiesFindsRoomWhenTxIsFullOfMessages) {
  connect();
  while (publish(QoS::at_least_once)) {
  }
  const Property why = Property::reason_string("a reason of thirty bytes in all");
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {&why, 1}));
  EXPECT_EQ(sent().substr(0, 5), "E0 24");
}

TEST_F(Closing, OfflineAndWhileConnectingDisconnectAbandonsTheLink) {
  EXPECT_TRUE(engine().disconnect(ReasonCode::success, {}));
  EXPECT_EQ(engine().phase(), Engine::Phase::offline);
  open();
  EXPECT_TRUE(engine().disconnect(ReasonCode::success, {}));
  EXPECT_TRUE(ended(Error::requested));
  EXPECT_TRUE(engine().finished());
  EXPECT_EQ(sent(), "");
}

// Maximum Packet Size so small that not even these fit [MQTT-3.2.2-15].
TEST_F(Closing, AnAckThatIsTooLargeForTheBrokerEndsTheConnection) {
  for (int size = 2; size <= 5; ++size) {
    SCOPED_TRACE(size);
    const std::string disconnect = size >= 3 ? "E0 01 95" : "";
    connect_with_packet_size(size);
    receive("32 07 00 01 't' 00 05 00 'x'");
    EXPECT_EQ(message(), "x");
    engine().end_views();
    EXPECT_EQ(sent(), size >= 4 ? "40 02 00 05" : disconnect) << "[MQTT-3.2.2-15]";
    if (size < 4) {
      EXPECT_TRUE(ended(Error::packet_too_large, ReasonCode::packet_too_large));
    }
    connect_with_packet_size(size);
    receive("62 02 00 05");
    EXPECT_EQ(sent(), size >= 5 ? "70 03 00 05 92" : disconnect);
    EXPECT_EQ(engine().phase(), size >= 5 ? Engine::Phase::online : Engine::Phase::closing);
  }
}

TEST_F(Closing, DisconnectDropsItsPropertiesAndThenItselfToFit) {  // [MQTT-3.14.2-3]
  const Property why = Property::reason_string("bye");
  for (int size = 2; size <= 5; ++size) {
    connect_with_packet_size(size);
    ASSERT_TRUE(engine().disconnect(ReasonCode::disconnect_with_will_message, {&why, 1}))
        << "[MQTT-3.14.2-3]";
    EXPECT_EQ(sent(), size >= 3 ? "E0 01 04" : "") << "[MQTT-3.14.2-3]";
    EXPECT_TRUE(engine().finished());
    connect_with_packet_size(size);
    ASSERT_TRUE(engine().disconnect(ReasonCode::success, {&why, 1}));
    EXPECT_EQ(sent(), "E0 00");
  }
}

TEST_F(Closing, AnAbandonedLinkSaysNothing) {
  connect();
  ASSERT_TRUE(publish(QoS::at_least_once));
  engine().abandon(Error::link_closed);
  EXPECT_TRUE(ended(Error::link_closed));
  EXPECT_TRUE(engine().finished());
  EXPECT_EQ(sent(), "");
  lose_link();
  engine().abandon(Error::link_error);
  EXPECT_EQ(engine().phase(), Engine::Phase::offline);
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Defects that comparable clients have had. Each is a situation that must not end like that here.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using Defect = EngineScript;
using namespace std::chrono_literals;

// 1: a replayed SUBSCRIBE with DUP (0x8A) is malformed for every broker, for ever.
TEST_F(Defect, SubscribeAndUnsubscribeAreSentAgainByteForByte) {
  connect();
  name('s', subscribe());
  const std::string_view filter = "f";
  name('u', engine().unsubscribe({&filter, 1}, {}));
  const std::string both = "82 07 <s> 00 00 01 'f' 02 A2 06 <u> 00 00 01 'f'";
  EXPECT_EQ(sent(), bytes(both)) << "[MQTT-3.8.4-1] [MQTT-3.10.4-4]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes(both));
}

// 2, 4: the send quota is freed by PUBCOMP, not by PUBREC, and is that of this connection.
TEST_F(Defect, TheQuotaIsFreedByPubcompNotByPubrec) {
  connect("20 06 00 00 03 21 00 01");
  name('a', publish(QoS::exactly_once));
  name('b', publish(QoS::exactly_once));
  EXPECT_EQ(sent(), bytes("34 07 00 01 't' <a> 00 'x'")) << "[MQTT-3.3.4-7]";
  receive("50 02 <a>");
  EXPECT_EQ(sent(), bytes("62 02 <a>"));
  receive("70 02 <a>");
  EXPECT_EQ(sent(), bytes("34 07 00 01 't' <b> 00 'x'"));
}

TEST_F(Defect, ARefusingPubrecFreesTheQuotaAtOnce) {
  connect("20 06 00 00 03 21 00 01");
  const Ticket a = name('a', publish(QoS::exactly_once));
  name('b', publish(QoS::exactly_once));
  sent();
  receive("50 03 <a> 87");
  EXPECT_EQ(outcome(a), "135");
  EXPECT_EQ(sent(), bytes("34 07 00 01 't' <b> 00 'x'"));
}

// 3: as many releases as there are messages.
TEST_F(Defect, NoReleaseIsLostHoweverManyAreDue) {
  connect();
  std::vector<Ticket> tickets;
  for (auto ticket = publish(QoS::exactly_once); ticket; ticket = publish(QoS::exactly_once)) {
    tickets.push_back(*ticket);
  }
  ASSERT_GE(tickets.size(), 16u);
  sent();
  std::string releases;
  for (const Ticket ticket : tickets) {
    name('r', ticket);
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    receive("50 02 " + to_hex(id));
    releases += (releases.empty() ? "62 02 " : " 62 02 ") + to_hex(id);
  }
  EXPECT_EQ(sent(), releases);
  for (const Ticket ticket : tickets) {
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    EXPECT_EQ(outcome(ticket), "pending");
    receive("70 02 " + to_hex(id));
    EXPECT_EQ(outcome(ticket), "0");
  }
}

TEST_F(Defect, AReplayObeysTheNewReceiveMaximum) {
  connect();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::at_least_once));
  sent();
  reconnect("20 06 01 00 03 21 00 01");
  EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <a> 00 'x'")) << "[MQTT-3.3.4-7]";
  receive("40 02 <a>");
  EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <b> 00 'x'"));
}

// 5: a message that the new connection does not allow ends by name and wedges nothing.
TEST_F(Defect, AMessageAboveTheNewMaximumPacketSizeFailsByNameAlone) {
  connect();
  const Ticket large = name('a', publish(QoS::at_least_once, std::string(50, 'y')));
  name('b', publish(QoS::at_least_once));
  sent();
  reconnect("20 08 01 00 05 27 00 00 00 20");
  EXPECT_EQ(outcome(large), "error: packet_too_large");
  EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <b> 00 'x'"));
}

// 7, 11: reconnecting needs no room in tx.
TEST_F(Defect, AFullTxDoesNotPreventAReconnect) {
  connect();
  while (publish(QoS::at_least_once, "twenty bytes payload")) {
  }
  lose_link();
  EXPECT_EQ(open().substr(0, 5), "10 1B");
  receive(connack_resumed);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

// 8: DISCONNECT with properties.
TEST_F(Defect, DisconnectCarriesItsProperties) {
  connect();
  const std::array properties{Property::session_expiry_s(0), Property::reason_string("bye")};
  ASSERT_TRUE(engine().disconnect(ReasonCode::disconnect_with_will_message, properties));
  EXPECT_EQ(sent(), bytes("E0 0D 04 0B 11 00 00 00 00 1F 00 03 'bye'"));
  EXPECT_TRUE(engine().finished());
}

// 9: a short keep alive neither spins nor falls silent while PINGRESP is missing.
TEST_F(Defect, AKeepAliveOfOneSecondPingsEachSecondAndNoMore) {
  config.keep_alive_s = 1;
  connect();
  int pings = 0;
  int steps = 0;
  while (engine().phase() == Engine::Phase::online && steps < 1000) {
    const auto deadline = engine().next_deadline();
    ASSERT_TRUE(deadline);
    engine().advance(*deadline);
    if (sent() == "C0 00") ++pings;
    ++steps;
  }
  EXPECT_TRUE(ended(Error::ping_timeout));
  EXPECT_EQ(engine().now().time_since_epoch(), Duration{10'750});
  EXPECT_LE(steps, 3 * pings);
  EXPECT_EQ(pings, 14);
}

// 10: bytes of a large message on their way are life.
TEST_F(Defect, ASlowMessageIsNotTakenForADeadLink) {
  config.keep_alive_s = 10;
  connect();
  advance(8s);
  EXPECT_EQ(sent(), "C0 00");
  receive("30 50 00 01 't' 00");
  for (int i = 0; i < 12; ++i) {
    advance(5s);
    sent();
    receive("78 78");
    ASSERT_EQ(engine().phase(), Engine::Phase::online) << i;
  }
}

TEST_F(Defect, ATrickleIsNotLifeForEver) {
  config.keep_alive_s = 10;
  connect();
  advance(8s);
  EXPECT_EQ(sent(), "C0 00");
  receive("30 C8 01 00 01 't' 00");
  for (int i = 0; i < 40 && engine().phase() == Engine::Phase::online; ++i) {
    advance(5s);
    sent();
    receive("78");
  }
  EXPECT_TRUE(ended(Error::ping_timeout));
}

TEST_F(Defect, ALongBacklogBeforePingrespIsNotTakenForADeadLink) {
  config.keep_alive_s = 10;
  connect();
  advance(8s);
  EXPECT_EQ(sent(), "C0 00");
  for (int i = 0; i < 100; ++i) {
    advance(5s);
    ASSERT_TRUE(receive("30 05 00 01 't' 00 'x'"));
    EXPECT_EQ(message(), "x");
    EXPECT_EQ(message(), "none");
    sent();
    ASSERT_EQ(engine().phase(), Engine::Phase::online) << i;
  }
}

// 11: the keep alive is that of this connection.
TEST_F(Defect, TheServerKeepAliveOfOneConnectionIsNotTakenForTheNext) {
  connect("20 06 00 00 03 13 00 00");
  EXPECT_EQ(engine().limits().keep_alive_s, 0) << "[MQTT-3.1.2-21]";
  advance(10h);
  EXPECT_EQ(sent(), "");
  reconnect(connack_resumed);
  EXPECT_EQ(engine().limits().keep_alive_s, 60);
  advance(45s);
  EXPECT_EQ(sent(), "C0 00");
}

// 12: each topic filter has its own answer.
TEST_F(Defect, EachTopicFilterHasItsOwnReasonCode) {
  connect();
  const std::array filters{TopicFilter{.filter = "a"}, TopicFilter{.filter = "b"},
                           TopicFilter{.filter = "c"}};
  const Ticket ticket = name('s', engine().subscribe(filters, {}));
  sent();
  receive("90 06 <s> 00 01 87 02");
  const auto outcome = engine().take_outcome(ticket);
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->reason_count(), 3u);
  EXPECT_EQ(outcome->reason(0), ReasonCode::granted_qos_1);
  EXPECT_EQ(outcome->reason(1), ReasonCode::not_authorized);
  EXPECT_EQ(outcome->reason(2), ReasonCode::granted_qos_2);
  EXPECT_FALSE(outcome->ok());
  EXPECT_EQ(outcome->reason(), ReasonCode::not_authorized);
}

TEST_F(Defect, ASubackWithTooFewOrTooManyCodesIsAProtocolError) {
  for (const std::string_view suback : {"90 04 <s> 00 00", "90 06 <s> 00 00 00 00"}) {
    start_anew();
    connect();
    const std::array filters{TopicFilter{.filter = "a"}, TopicFilter{.filter = "b"}};
    const Ticket ticket = name('s', engine().subscribe(filters, {}));
    sent();
    receive(suback);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error))
        << suback << " [MQTT-3.8.4-6]";
    EXPECT_EQ(outcome(ticket), "pending");
  }
}

// 13: a failure names its operation.
TEST_F(Defect, AFailedPublishIsTheOutcomeOfItsOwnTicket) {
  connect();
  const Ticket a = name('a', publish(QoS::at_least_once));
  const Ticket b = name('b', publish(QoS::at_least_once));
  sent();
  receive("40 03 <b> 97 40 03 <a> 10");
  EXPECT_EQ(outcome(b), "151");
  EXPECT_EQ(outcome(a), "16");
  EXPECT_EQ(outcome(a), "unknown");
}

// 14: the right answers to identifiers that are unknown or in use.
TEST_F(Defect, AnUnknownPubrecIsAnsweredByPubrelNotFound) {
  connect();
  receive("50 02 12 34");
  EXPECT_EQ(sent(), "62 03 12 34 92") << "[MQTT-4.3-M]";
}

TEST_F(Defect, AnUnknownPubrelIsAnsweredByPubcompNotFound) {
  connect();
  receive("62 02 12 34");
  EXPECT_EQ(sent(), "70 03 12 34 92") << "[MQTT-4.3-M]";
}

TEST_F(Defect, AnIdentifierInUseAtAnotherQosIsRefusedAndNotDelivered) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'a'");
  EXPECT_EQ(message(), "a");
  receive("32 07 00 01 't' 00 05 00 'b'");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), "40 03 00 05 91 50 02 00 05");
}

// 15: an acknowledgement of the wrong kind completes nothing.
TEST_F(Defect, APubackDoesNotCompleteASubscribe) {
  connect();
  const Ticket ticket = name('s', subscribe());
  sent();
  receive("40 02 <s>");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-4.3-M2]";
  EXPECT_EQ(sent(), "E0 01 82");
  EXPECT_EQ(outcome(ticket), "pending");
}

// 16: acknowledgements and PINGREQs of an old connection die with it.
TEST_F(Defect, AcknowledgementsOfAnOldConnectionAreNotSentOnTheNewOne) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'a' 34 07 00 01 't' 00 06 00 'b' 50 02 77 77");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  EXPECT_EQ(message(), "none");
  advance(50s);
  EXPECT_EQ(sent(3), "62 03 77");
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
}

// 17: a packet that was half written when the link was lost is sent whole on the next.
TEST_F(Defect, APacketHalfWrittenIsSentWholeOnTheNextLink) {
  connect();
  name('a', publish(QoS::at_least_once));
  EXPECT_EQ(sent(4), bytes("32 07 00 01"));
  EXPECT_EQ(sent(0), "");
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <a> 00 'x'"));
}

// 18: what CONNACK says is obeyed.
TEST_F(Defect, WhatTheBrokerDoesNotDoIsRefusedAndNotSent) {
  connect("20 0D 00 00 0A 24 00 25 00 28 00 29 00 2A 00");
  EXPECT_EQ(publish(QoS::at_least_once).error(), Error::qos_not_supported);
  EXPECT_EQ(engine().publish({.topic = "t", .retain = true}).error(), Error::retain_not_supported);
  EXPECT_EQ(subscribe("a/#").error(), Error::wildcard_not_supported) << "[MQTT-3.2.2.3.11-M]";
  EXPECT_EQ(subscribe("$share/g/a").error(), Error::shared_not_supported);
  const TopicFilter filter{.filter = "a"};
  const Property id = Property::subscription_identifier(1);
  EXPECT_EQ(engine().subscribe({&filter, 1}, {&id, 1}).error(),
            Error::subscription_id_not_supported);
  EXPECT_EQ(sent(), "");
}

TEST_F(Defect, ATopicAliasWithoutPermissionEndsTheConnection) {
  connect();
  receive("30 07 00 01 't' 03 23 00 01");
  EXPECT_TRUE(ended(Error::topic_alias_invalid, ReasonCode::topic_alias_invalid))
      << "[MQTT-3.1.2-27]";
  EXPECT_EQ(message(), "none");
}

TEST_F(Defect, AMaximumQosOfTwoInConnackIsAProtocolError) {
  open();
  receive("20 05 00 00 02 24 02");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-3.2.2-9]";
}

TEST_F(Defect, AMaximumPacketSizeOfZeroInConnackIsAProtocolError) {
  open();
  receive("20 08 00 00 05 27 00 00 00 00");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

// 19: Session Present after Clean Start.
TEST_F(Defect, SessionPresentAfterCleanStartIsRefused) {
  open();
  receive(connack_resumed);
  EXPECT_TRUE(ended(Error::session_unexpected, ReasonCode::protocol_error));
}

// 20: nothing is acknowledged that was not validated.
TEST_F(Defect, AMessageIsValidatedBeforeItIsAcknowledged) {
  const std::array<std::string_view, 5> bad{"32 07 00 01 't' 00 05 01 7F",    // an unknown property
                                            "32 06 00 00 00 05 00 'x'",       // an empty topic
                                            "32 07 00 01 '#' 00 05 00 'x'",   // a wildcard
                                            "32 07 00 01 00 00 05 00 'x'",    // U+0000
                                            "32 07 00 01 't' 00 00 00 'x'"};  // packet identifier 0
  for (const std::string_view packet : bad) {
    connect(engine().phase() == Engine::Phase::offline && engine().counters().connections > 0
                ? connack_resumed
                : connack);
    receive(packet);
    EXPECT_EQ(engine().phase(), Engine::Phase::closing) << packet;
    EXPECT_EQ(message(), "none");
    EXPECT_EQ(sent().substr(0, 5), "E0 01") << packet;
    lose_link();
  }
}

// 21: releases keep the order of their PUBRECs, also on the next connection.
TEST_F(Defect, ReleasesAreReplayedInTheOrderOfTheirPubrecs) {
  connect();
  name('a', publish(QoS::exactly_once));
  name('b', publish(QoS::exactly_once));
  name('c', publish(QoS::exactly_once));
  sent();
  receive("50 02 <c> 50 02 <a>");
  EXPECT_EQ(sent(), bytes("62 02 <c> 62 02 <a>")) << "[MQTT-4.6.0-4]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes("62 02 <c> 62 02 <a> 3C 07 00 01 't' <b> 00 'x'"));
}

// 22: DUP only on what was sent.
TEST_F(Defect, AMessageThatWasNeverSentHasNoDup) {
  connect();
  lose_link();
  name('a', publish(QoS::at_least_once));
  connect(connack_resumed);
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x'")) << "[MQTT-4.3.2-2]";
}

// 23: what the broker said is there to be read.
TEST_F(Defect, TheBrokersLastWordsAreKept) {
  connect();
  receive("E0 0E 9C 0C 1C 00 03 'b:1' 1F 00 03 'why'");
  EXPECT_TRUE(ended(Error::disconnected_by_broker, ReasonCode::use_another_server));
  EXPECT_EQ(engine().last_words().find(PropertyId::server_reference)->text(), "b:1");
  EXPECT_EQ(engine().last_words().find(PropertyId::reason_string)->text(), "why");
  EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// The limits of a new connection, applied to what was queued and to what is sent again.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using Limit = EngineScript;

// CONNACKs with Session Present.
constexpr std::string_view no_qos = "20 05 01 00 02 24 00";
constexpr std::string_view qos1_only = "20 05 01 00 02 24 01";
constexpr std::string_view no_retain = "20 05 01 00 02 25 00";
constexpr std::string_view size_32 = "20 08 01 00 05 27 00 00 00 20";

TEST_F(Limit, AQueuedMessageAboveTheMaximumQosFailsByName) {  // [MQTT-3.2.2-11]
  connect();
  lose_link();
  const Ticket two = publish(QoS::exactly_once).value();
  const Ticket one = name('a', publish(QoS::at_least_once));
  connect(qos1_only);
  EXPECT_EQ(outcome(two), "error: qos_not_supported") << "[MQTT-3.2.2-11]";
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x'"));
  EXPECT_EQ(outcome(one), "pending");
}

TEST_F(Limit, AReplayedMessageAboveTheMaximumQosFailsByName) {
  connect();
  const Ticket two = publish(QoS::exactly_once).value();
  const Ticket one = publish(QoS::at_least_once).value();
  name('s', subscribe());
  sent();
  reconnect(no_qos);
  EXPECT_EQ(outcome(two), "error: qos_not_supported") << "[MQTT-3.2.2-11]";
  EXPECT_EQ(outcome(one), "error: qos_not_supported");
  EXPECT_EQ(sent(), bytes("82 07 <s> 00 00 01 'f' 02")) << "[MQTT-3.2.2-9]";
}

TEST_F(Limit, ARetainedMessageFailsByNameWhereTheBrokerDoesNotStoreIt) {  // [MQTT-3.2.2-14]
  connect();
  const Ticket sent_before =
      engine().publish({.topic = "t", .qos = QoS::at_least_once, .retain = true}).value();
  sent();
  lose_link();
  const Ticket queued =
      engine().publish({.topic = "t", .qos = QoS::at_least_once, .retain = true}).value();
  connect(no_retain);
  EXPECT_EQ(outcome(sent_before), "error: retain_not_supported");
  EXPECT_EQ(outcome(queued), "error: retain_not_supported") << "[MQTT-3.2.2-14]";
  EXPECT_EQ(sent(), "");
}

// Found by simulation: seed 704.
TEST_F(Limit, WhereNotEvenPingreqFitsTheConnectionEnds) {  // [MQTT-3.2.2-15]
  config.keep_alive_s = 10;
  connect("20 08 00 00 05 27 00 00 00 01");
  advance(Duration{7'500});
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(ended(Error::packet_too_large, ReasonCode::packet_too_large));
  EXPECT_TRUE(engine().finished());
}

TEST_F(Limit, WherePingreqJustFitsItLeaves) {
  config.keep_alive_s = 10;
  connect("20 08 00 00 05 27 00 00 00 02");
  advance(Duration{7'500});
  EXPECT_EQ(sent(), bytes("C0 00"));
}

TEST_F(Limit, TheSizeAppliesToSubscriptionsAsWell) {  // [MQTT-3.2.2-15]
  connect();
  const Ticket large = subscribe(std::string(25, 'f')).value();
  name('s', subscribe(std::string(24, 'f')));
  sent();
  lose_link();
  const std::string filter_text(40, 'u');
  const std::string_view filter = filter_text;
  const Ticket queued = engine().unsubscribe({&filter, 1}, {}).value();
  connect(size_32);
  EXPECT_EQ(outcome(large), "error: packet_too_large") << "[MQTT-3.2.2-15]";
  EXPECT_EQ(outcome(queued), "error: packet_too_large");
  EXPECT_EQ(sent().substr(0, 11), bytes("82 1E <s>"));
}

TEST_F(Limit, ALimitOfOneConnectionIsGoneWithIt) {  // 3.2.2.3
  connect("20 0D 00 00 0A 24 00 25 00 28 00 29 00 2A 00");
  reconnect(connack_resumed);
  EXPECT_TRUE(publish(QoS::exactly_once));
  EXPECT_TRUE(engine().publish({.topic = "t", .retain = true}));
  EXPECT_TRUE(subscribe("a/#"));
  EXPECT_TRUE(subscribe("$share/g/a"));
  EXPECT_EQ(engine().limits().receive_maximum, 65'535) << "[MQTT-3.2.2.3-M]";
  reconnect("20 10 01 00 0D 21 00 05 22 00 07 27 00 00 01 00 24 01");
  EXPECT_EQ(engine().limits().receive_maximum, 5);
  EXPECT_EQ(engine().limits().topic_alias_maximum, 7);
  EXPECT_EQ(engine().limits().maximum_packet_size, 256u);
  EXPECT_EQ(engine().limits().maximum_qos, QoS::at_least_once);
  reconnect(connack_resumed);
  EXPECT_EQ(engine().limits().topic_alias_maximum, 0);
  EXPECT_EQ(engine().limits().maximum_packet_size, 0u);
  EXPECT_EQ(engine().limits().maximum_qos, QoS::exactly_once);
}

// Rule 18: the broker may hold the identifier of a QoS 2 message that was sent.
TEST_F(Limit, TheIdentifierOfARefusedQos2ReplayIsNotUsedAgainInThisSession) {
  connect();
  const Ticket held = name('a', publish(QoS::exactly_once, std::string(40, 'y')));
  sent();
  reconnect(size_32);
  EXPECT_EQ(outcome(held), "error: packet_too_large");
  EXPECT_EQ(outcome(held), "unknown");
  EXPECT_TRUE(engine().idle());
  for (int i = 0; i < 70'000; ++i) {
    const Ticket ticket = publish(QoS::at_least_once).value();
    ASSERT_NE(ticket, held);
    sent();
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    receive("40 02 " + to_hex(id));
    ASSERT_TRUE(engine().take_outcome(ticket));
  }
  receive("50 02 <a>");  // Late, and of nothing we know.
  EXPECT_EQ(sent(), bytes("62 03 <a> 92"));
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Limit, AQuarantinedIdentifierIsFreeInANewSession) {
  connect();
  const std::size_t all = engine().tx_free();
  for (const bool taken_before : {true, false}) {
    const Ticket held = publish(QoS::exactly_once, std::string(40, 'y')).value();
    sent();
    reconnect(size_32);
    if (taken_before) {
      EXPECT_EQ(outcome(held), "error: packet_too_large");
    }
    EXPECT_LT(engine().tx_free(), all);
    reconnect(connack_resumed);
    EXPECT_LT(engine().tx_free(), all);
    EXPECT_EQ(sent(), "");
    reconnect(connack);
    if (!taken_before) {
      EXPECT_EQ(outcome(held), "error: packet_too_large");
    }
    EXPECT_EQ(engine().tx_free(), all);
  }
}

TEST_F(Limit, APubrelIsSubjectToNoLimitButSize) {
  connect();
  const Ticket ticket =
      name('a', engine().publish({.topic = "t", .qos = QoS::exactly_once, .retain = true}));
  sent();
  receive("50 02 <a>");
  reconnect("20 07 01 00 04 24 00 25 00");
  EXPECT_EQ(sent(), bytes("62 02 <a>")) << "[MQTT-4.3.3-5]";
  receive("70 02 <a>");
  EXPECT_EQ(outcome(ticket), "0");
}

// Downgrading, as configured.
TEST_F(Limit, AMessageIsDowngradedToQos1) {
  config.downgrade_qos = true;
  connect();
  lose_link();
  const Ticket queued = name('a', publish(QoS::exactly_once));
  connect(qos1_only);
  name('b', publish(QoS::exactly_once));
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 32 07 00 01 't' <b> 00 'x'"));
  receive("40 02 <a>");
  EXPECT_EQ(outcome(queued), "0");
}

TEST_F(Limit, AMessageThatWasSentIsNotDowngraded) {
  config.downgrade_qos = true;
  connect();
  const Ticket ticket = publish(QoS::exactly_once).value();
  sent();
  reconnect(qos1_only);
  EXPECT_EQ(outcome(ticket), "error: qos_not_supported");
}

TEST_F(Limit, AMessageIsDowngradedToQos0WhateverItsLength) {
  config.downgrade_qos = true;
  for (std::size_t size = 110; size < 140; ++size) {  // The length crosses 127, 128.
    for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
      start_anew();
      connect();
      lose_link();
      const std::string text(size, 'y');
      const Ticket queued =
          engine().publish({.topic = "top", .payload = text, .qos = qos, .retain = true}).value();
      const Ticket behind = name('b', subscribe());
      connect(no_qos);
      const std::string downgraded = sent(size + (size + 6 < 128 ? 8 : 9));
      ASSERT_TRUE(engine().publish({.topic = "top", .payload = text, .retain = true}));
      EXPECT_EQ(sent(9), bytes("82 07 <b> 00 00 01 'f' 02"));
      EXPECT_EQ(downgraded, sent()) << size;
      EXPECT_EQ(outcome(queued), "0");  // Sent is all there is to know.
      EXPECT_EQ(outcome(behind), "pending");
    }
  }
}

TEST_F(Limit, ADowngradedMessageThatIsLostWithItsLinkSaysSo) {
  config.downgrade_qos = true;
  connect();
  lose_link();
  const Ticket queued = publish(QoS::at_least_once).value();
  connect(no_qos);
  EXPECT_EQ(sent(3), "30 05 00");
  lose_link();
  EXPECT_EQ(outcome(queued), "error: session_lost");
}

}  // namespace
}  // namespace minimq::testing

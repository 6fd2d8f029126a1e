// SPDX-License-Identifier: MIT
//
// What a reconnect does to what was queued and what was in flight, with and without a session.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;
using Resume = EngineScript;

// Rules 17, 19: one operation of each kind and in each state.
TEST_F(Resume, ASessionThatIsPresentGoesOnWhereItWas) {  // [MQTT-4.4.0-1], [MQTT-4.6.0-1]
  connect();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::exactly_once));
  name('c', publish(QoS::exactly_once));
  name('s', subscribe());
  (void)publish(QoS::at_most_once);
  sent();
  receive("50 02 <c>");
  sent();
  lose_link();
  name('q', publish(QoS::at_least_once));
  connect(connack_resumed);
  EXPECT_TRUE(engine().resumed());
  EXPECT_EQ(sent(), bytes("62 02 <c> 3A 07 00 01 't' <a> 00 'x' 3C 07 00 01 't' <b> 00 'x'"
                          "82 07 <s> 00 00 01 'f' 02 32 07 00 01 't' <q> 00 'x'"))
      << "[MQTT-4.4.0-1] [MQTT-4.6.0-1] [MQTT-3.2.2-3]";
  EXPECT_EQ(engine().counters().dropped_qos0, 0);
}

TEST_F(Resume, ASessionThatIsLostEndsWhatWasSentAndSendsWhatWasNot) {  // [MQTT-3.2.2-5]
  connect();
  const Ticket a = name('a', publish(QoS::at_least_once));
  const Ticket b = name('b', publish(QoS::exactly_once));
  const Ticket c = name('c', publish(QoS::exactly_once));
  const Ticket s = name('s', subscribe());
  const std::string_view filter = "f";
  const Ticket u = name('u', engine().unsubscribe({&filter, 1}, {}));
  sent();
  receive("50 02 <c>");
  sent();
  lose_link();
  name('q', publish(QoS::exactly_once));
  name('r', subscribe());
  connect(connack);
  EXPECT_FALSE(engine().resumed());
  EXPECT_EQ(outcome(a), "pending");
  for (const Ticket ticket : {b, c, s, u})
    EXPECT_EQ(outcome(ticket), "error: session_lost") << "[MQTT-3.2.2-5]";
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <q> 00 'x'"
                          "82 07 <r> 00 00 01 'f' 02"));
}

// Rule 20.
TEST_F(Resume, AQos1MessageOfALostSessionFailsIfThatIsConfigured) {
  config.on_session_lost = OnSessionLost::fail;
  connect();
  const Ticket sent_before = name('a', publish(QoS::at_least_once));
  sent();
  lose_link();
  name('b', publish(QoS::at_least_once));
  connect(connack);
  EXPECT_EQ(outcome(sent_before), "error: session_lost");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <b> 00 'x'"));
}

TEST_F(Resume, ALostSessionFreesItsBytesBeforeAnybodySubscribes) {  // Rule 19.
  config.on_session_lost = OnSessionLost::fail;
  config.subscribe_reserve = 0;
  connect();
  while (publish(QoS::exactly_once)) {
  }
  sent();
  ASSERT_FALSE(subscribe());
  reconnect(connack);
  EXPECT_TRUE(subscribe());
}

TEST_F(Resume, TheReserveIsThereForSubscribeWhenTheQueueIsFull) {  // Rule 19.
  connect();
  while (publish(QoS::at_least_once)) {
  }
  EXPECT_EQ(engine().tx_free(), 0u);
  EXPECT_EQ(publish(QoS::at_least_once).error(), Error::not_ready);
  EXPECT_TRUE(subscribe());
}

// Rule 14: "sent" means that the first byte was taken.
TEST_F(Resume, DupIsSetFromTheFirstByteOn) {  // [MQTT-3.3.1-1], [MQTT-4.3.2-2]
  for (const std::size_t taken : {0u, 1u, 8u, 9u}) {
    start_anew();
    connect();
    name('a', publish(QoS::at_least_once));
    sent(taken);
    reconnect(connack_resumed);
    EXPECT_EQ(sent(), bytes((taken == 0 ? "32" : "3A") + std::string{" 07 00 01 't' <a> 00 'x'"}))
        << "[MQTT-3.3.1-1]";
  }
}

TEST_F(Resume, NothingIsSentAgainWhileTheConnectionLasts) {  // [MQTT-4.4.0-1]
  config.keep_alive_s = 0;
  connect();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::exactly_once));
  sent();
  receive("50 02 <b>");
  sent();
  advance(48h);
  EXPECT_EQ(sent(), "") << "[MQTT-4.4.0-1]";
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Resume, AnAckOfTheResumedSessionEndsAMessageBeforeItIsSentAgain) {
  connect("20 06 00 00 03 21 00 02");
  const Ticket a = name('a', publish(QoS::at_least_once));
  const Ticket b = name('b', publish(QoS::exactly_once));
  sent();
  reconnect("20 09 01 00 06 21 00 01 13 00 00");
  receive("40 02 <a> 50 02 <b>");
  EXPECT_EQ(outcome(a), "0");
  EXPECT_EQ(sent(), bytes("62 02 <b>"));
  receive("70 02 <b>");
  EXPECT_EQ(outcome(b), "0");
}

TEST_F(Resume, ADisconnectAndQos0DoNotOutliveTheirConnection) {
  connect();
  (void)publish(QoS::at_most_once);
  const Property why = Property::reason_string("bye");
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {&why, 1}));
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(engine().counters().dropped_qos0, 1);
  EXPECT_TRUE(engine().idle());
}

TEST_F(Resume, Qos0WaitsOfflineOnlyIfThatIsConfigured) {
  connect();
  lose_link();
  EXPECT_EQ(publish(QoS::at_most_once).error(), Error::not_ready);
  EXPECT_EQ(engine().shortage(), Shortage::link);
  start_anew();
  config.queue_qos0_offline = true;
  connect();
  lose_link();
  ASSERT_TRUE(publish(QoS::at_most_once));
  connect(connack);
  EXPECT_EQ(sent(3), "30 05 00");  // One that was begun is lost with its connection.
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(engine().counters().dropped_qos0, 1);
}

// Rule 17: PUBREL is never held back, PUBLISH as the new quota says.
TEST_F(Resume, ReleasesGoFirstAndCountForTheQuota) {
  connect();
  for (const char letter : {'a', 'b', 'c'})
    name(letter, publish(QoS::exactly_once));
  sent();
  receive("50 02 <a> 50 02 <b>");
  sent();
  reconnect("20 06 01 00 03 21 00 01");
  name('n', publish(QoS::at_least_once));
  EXPECT_EQ(sent(), bytes("62 02 <a> 62 02 <b>")) << "[MQTT-4.9.0-1]";
  receive("70 02 <a>");
  EXPECT_EQ(sent(), "");
  receive("70 02 <b>");
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <c> 00 'x'"));
  receive("50 03 <c> 97");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <n> 00 'x'"));
}

TEST_F(Resume, AMessageIsNeverPublishedAgainAfterItsPubrec) {  // [MQTT-4.3.3-6]
  connect();
  name('a', publish(QoS::exactly_once));
  sent();
  receive("50 02 <a>");
  for (int i = 0; i < 3; ++i) {
    reconnect(connack_resumed);
    EXPECT_EQ(sent(i == 1 ? 2u : SIZE_MAX), i == 1 ? "62 02" : bytes("62 02 <a>"))
        << "[MQTT-4.3.3-6] [MQTT-4.3.3-5]";
  }
  receive("50 02 <a>");  // A repeated PUBREC is answered again [MQTT-4.3.3-4].
  EXPECT_EQ(sent(), bytes("62 02 <a>"));
}

// Rule 26 and what else decides whether there is a session at all.
TEST_F(Resume, WithoutSessionExpiryWhatIsInFlightSettlesAtTheLossOfTheLink) {
  config.session_expiry_s = 0;
  config.on_session_lost = OnSessionLost::fail;
  connect();
  const Ticket a = publish(QoS::at_least_once).value();
  const Ticket b = publish(QoS::exactly_once).value();
  const Ticket s = subscribe().value();
  sent();
  lose_link();
  for (const Ticket ticket : {a, b, s})
    EXPECT_EQ(outcome(ticket), "error: session_lost");
  EXPECT_EQ(open().substr(27, 2), "02");  // Clean Start
}

TEST_F(Resume, WithoutSessionExpiryAQos1MessageIsPublishedAgainByDefault) {
  config.session_expiry_s = 0;
  connect();
  name('a', publish(QoS::at_least_once));
  sent();
  reconnect(connack);
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x'"));
}

TEST_F(Resume, TheBrokersSessionExpiryReplacesOurs) {  // [MQTT-3.2.2-21] and 3.2.2.3.2
  connect("20 08 00 00 05 11 00 00 00 00");
  const Ticket b = publish(QoS::exactly_once).value();
  sent();
  lose_link();
  EXPECT_EQ(outcome(b), "error: session_lost") << "[MQTT-3.2.2.3.2-M]";
  EXPECT_EQ(open().substr(27, 2), "02");
}

TEST_F(Resume, AnExpiryOfZeroInDisconnectEndsTheSession) {
  connect();
  const Ticket b = publish(QoS::exactly_once).value();
  sent();
  const Property expiry = Property::session_expiry_s(0);
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {&expiry, 1}));
  EXPECT_EQ(sent(), "E0 07 00 05 11 00 00 00 00");
  lose_link();
  EXPECT_EQ(outcome(b), "error: session_lost");
  EXPECT_EQ(open().substr(27, 2), "02");
}

TEST_F(Resume, WithAnAssignedClientIdEveryConnectionIsANewSession) {  // [MQTT-3.1.3-7]
  config.client_id = "";
  const std::string_view assigned = "20 08 00 00 05 12 00 02 'id'";
  connect(assigned);
  const Ticket b = publish(QoS::exactly_once).value();
  sent();
  lose_link();
  EXPECT_EQ(outcome(b), "error: session_lost");
  EXPECT_EQ(open().substr(27, 2), "02");
  receive(assigned);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Resume, AConnackWithoutTheAssignedClientIdIsAProtocolError) {
  config.client_id = "";
  open();
  receive(connack);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-3.1.3-7]";
}

TEST_F(Resume, AttemptsThatFailDoNotEndTheSession) {
  connect();
  name('a', publish(QoS::exactly_once));
  sent();
  lose_link();
  open_link();
  lose_link();
  open();
  lose_link();
  open();
  receive("20 03 00 88 00");
  lose_link();
  connect(connack_resumed);
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <a> 00 'x'")) << "[MQTT-3.1.2-23]";
}

TEST_F(Resume, WhatIsOfflineForLongIsNotDroppedByTheClock) {  // Rule 24.
  connect();
  name('a', publish(QoS::exactly_once));
  sent();
  lose_link();
  advance(24h * 400);
  connect(connack_resumed);
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <a> 00 'x'")) << "[MQTT-3.1.2-23]";
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Built with MINIMQ_QOS2=0.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class WithoutQos2 : public ::testing::Test {
 protected:
  Script script{{.downgrade_qos = false}};
  Session& session = script.session();
};

TEST_F(WithoutQos2, PublishingAtItIsRefusedByName) {
  const Publication message{.topic = "t", .payload = "x", .qos = QoS::exactly_once};
  EXPECT_EQ(session.publish(message).error(), Error::qos_not_supported);
  script.connect();
  EXPECT_EQ(session.publish(message).error(), Error::qos_not_supported);
  script.expect_nothing();
  EXPECT_EQ(session.publish(message.with_qos(static_cast<QoS>(3))).error(),
            Error::qos_not_supported);
}

TEST_F(WithoutQos2, ADowngradeEndsAtQos1) {
  Script lenient{{.downgrade_qos = true}};
  EXPECT_TRUE(lenient.session().publish({.topic = "t", .qos = QoS::exactly_once}));
  lenient.connect();
  lenient.expect("PUBLISH q1 d0 id=* topic=t payload=");
  EXPECT_TRUE(lenient.session().publish({.topic = "u", .qos = QoS::exactly_once}));
  lenient.expect("PUBLISH q1 d0 id=* topic=u payload=");
}

TEST_F(WithoutQos2, Qos1SurvivesTheLink) {
  script.connect();
  EXPECT_TRUE(session.publish({.topic = "t", .payload = "x", .qos = QoS::at_least_once}));
  const auto id = script.expect("PUBLISH q1 d0 id=* topic=t payload=x").id;
  script.cut();
  script.expect_event("disconnected link_closed*");
  script.advance(2s);
  script.connect({.session_present = true});
  EXPECT_EQ(script.expect("PUBLISH q1 d1 id=* topic=t payload=x").id, id);
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
}

TEST_F(WithoutQos2, SubscriptionsAskForQos1) {
  script.connect();
  EXPECT_TRUE(session.subscribe({.filter = "f", .maximum_qos = QoS::exactly_once}));
  const auto id = script.expect("SUBSCRIBE id=* f:1").id;
  script.send(suback(id, {1}), publish({.topic = "f", .payload = "x", .qos = 1, .id = 7}));
  script.expect_event("settled subscribe 0x01");
  script.expect_event("inbound q1 f x");
  script.expect_no_event();
  script.expect("PUBACK id=7 0x00");
}

TEST_F(WithoutQos2, WhatBelongsToItIsAProtocolError) {
  for (const Packet& bytes : {publish({.topic = "f", .payload = "x", .qos = 2, .id = 7}), pubrec(7),
                              pubrel(7), pubcomp(7)}) {
    Script other;
    other.connect();
    other.send(bytes);
    other.expect("DISCONNECT 0x82");
    other.expect_event("disconnected protocol_error 0x82");
  }
}

}  // namespace
}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// disconnect() with a drain deadline: what was accepted may still be answered.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

using State = Session::State;

class Drain : public ::testing::Test {
 protected:
  void SetUp() override {
    script.connect();
    ASSERT_TRUE(
        script.session().publish({.topic = "a", .payload = "x", .qos = QoS::at_least_once}));
    id = script.expect("PUBLISH q1 d0 id=* topic=a payload=x").id;
  }

  Script script;
  std::uint16_t id{0};
};

TEST_F(Drain, AnswerComesInTime) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  script.advance(4s);
  script.expect_nothing();
  EXPECT_EQ(script.session().state(), State::online);
  script.send(puback(id));
  script.expect("DISCONNECT 0x00");
  script.expect_event("settled publish 0x00");
  script.expect_event("stopped requested");
  script.expect_no_event();
}

TEST_F(Drain, DeadlinePasses) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  EXPECT_EQ(script.next_deadline(), 5s);
  script.advance(4'999ms);
  script.expect_nothing();
  script.advance(1ms);
  script.expect("DISCONNECT 0x00");
  script.expect_event("stopped requested");
  // It goes on after start().
  ASSERT_TRUE(script.session().start());
  script.connect({.session_present = true});
  script.expect("PUBLISH q1 d1 id=" + std::to_string(id) + " topic=a payload=x");
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
}

TEST_F(Drain, NothingIsAcceptedMeanwhile) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  EXPECT_EQ(script.session().publish({.topic = "b"}).error(), Error::stopped);
  EXPECT_EQ(script.session().subscribe({.filter = "b"}).error(), Error::stopped);
  EXPECT_EQ(script.session().unsubscribe("b").error(), Error::stopped);
  script.send(puback(id));
  script.expect("DISCONNECT 0x00");
}

TEST_F(Drain, WaitsForBothHandshakesOfQos2) {
  ASSERT_TRUE(script.session().publish({.topic = "b", .qos = QoS::exactly_once}));
  const auto second = script.expect("PUBLISH q2 d0 id=* topic=b payload=").id;
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  script.send(puback(id), pubrec(second));
  script.expect("PUBREL id=* 0x00");
  script.expect_nothing();
  script.send(pubcomp(second));
  script.expect("DISCONNECT 0x00");
}

TEST_F(Drain, MessagesThatComeMeanwhileAreDeliveredAndAcknowledged) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  script.send(publish({.topic = "in", .payload = "y", .qos = 1, .id = 9}));
  script.expect_event("inbound q1 in y");
  script.expect_no_event();
  script.expect("PUBACK id=9 0x00");
  script.send(puback(id));
  script.expect("DISCONNECT 0x00");
}

TEST_F(Drain, LinkIsLostMeanwhile) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  script.cut();
  script.expect_event("stopped requested");
  EXPECT_EQ(script.session().state(), State::stopped);
  script.advance(1h);
  script.expect_nothing();
}

TEST_F(Drain, ReasonCodeOfTheFarewellIsKept) {
  ASSERT_TRUE(script.session().disconnect(
      {.reason = ReasonCode::disconnect_with_will_message, .drain = 5s}));
  script.send(puback(id));
  script.expect("DISCONNECT 0x04");
  script.expect_event("settled publish 0x00");
  script.expect_event("stopped requested 0x04");
}

TEST_F(Drain, ReasonCodeThatAClientMustNotSendChangesNothing) {
  EXPECT_EQ(
      script.session().disconnect({.reason = ReasonCode::session_taken_over, .drain = 5s}).error(),
      Error::reason_code_invalid);
  EXPECT_TRUE(script.session().publish({.topic = "b"}));
  script.expect("PUBLISH q0 topic=b payload=");
}

TEST_F(Drain, PropertiesAreNotPossible) {
  const std::array properties{Property::reason_string("bye")};
  EXPECT_EQ(script.session().disconnect({.properties = properties, .drain = 5s}).error(),
            Error::property_invalid);
}

TEST_F(Drain, SecondDisconnectCutsItShort) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  ASSERT_TRUE(script.session().disconnect({.reason = ReasonCode::disconnect_with_will_message}));
  script.expect("DISCONNECT 0x04");
  script.expect_event("stopped requested 0x04");
}

TEST_F(Drain, StartAnnulsTheEndAndTheNextAttemptFollows) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  ASSERT_TRUE(script.session().start());
  script.advance(5s);
  script.expect("DISCONNECT 0x00");
  script.connect({.session_present = true});
  script.expect("PUBLISH q1 d1 id=* topic=a payload=x");
  EXPECT_TRUE(script.session().publish({.topic = "b"}));
  script.expect("PUBLISH q0 topic=b payload=");
}

TEST_F(Drain, DisconnectAnnulsTheStartThatAnnulledIt) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  ASSERT_TRUE(script.session().start());
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  script.expect_event("stopped requested");
  script.advance(1h);
  script.expect_nothing();
}

TEST_F(Drain, ReconnectNowCutsItShort) {
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  ASSERT_TRUE(script.session().reconnect_now());
  script.expect("DISCONNECT 0x00");
  script.connect({.session_present = true});
  script.expect("PUBLISH q1 d1 id=* topic=a payload=x");
}

TEST_F(Drain, KeepAliveGoesOn) {
  ASSERT_TRUE(script.session().disconnect({.drain = 100s}));
  script.advance(45s);
  script.expect("PINGREQ");
  script.send(pingresp());
  script.advance(45s);
  script.expect("PINGREQ");
  script.send(puback(id));
  script.expect("DISCONNECT 0x00");
}

TEST(DrainWithNothingToWaitFor, DisconnectLeavesAtOnce) {
  Script script;
  script.connect();
  ASSERT_TRUE(script.session().disconnect({.drain = 5s}));
  script.expect("DISCONNECT 0x00");
  script.expect_event("stopped requested");
}

}  // namespace
}  // namespace minimq::testing

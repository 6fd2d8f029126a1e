// SPDX-License-Identifier: MIT
//
// Connections come and go; the application sees each step once, in both forms of its loop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"
#include "support/hex.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = Session::State;

class Lifecycle : public ::testing::TestWithParam<Form> {
 protected:
  // A connection that is up, its event taken.
  void connect(const ConnackFields& fields = {}) {
    script.go_online(fields);
    ASSERT_THAT(device.events(), ElementsAre(fields.session_present ? "reconnected" : "connected"));
  }
  // The connection ends for that reason, and the next attempt succeeds.
  void expect_end(const std::string& event) {
    EXPECT_THAT(device.events(), ElementsAre(event));
    EXPECT_EQ(script.session().state(), State::waiting);
    EXPECT_FALSE(script.transport().is_open());
    EXPECT_GE(device.next_attempt(), script.now());
    script.advance(device.pause());
    script.go_online({.session_present = true});
    EXPECT_THAT(device.events(), ElementsAre("reconnected"));
    EXPECT_EQ(script.session().state(), State::online);
    EXPECT_EQ(script.session().counters().failures, 1);
    EXPECT_EQ(script.session().counters().connections, 2);
  }

  Script script;
  Device device{script, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(BothForms, Lifecycle, ::testing::Values(Form::super_loop, Form::coroutine),
                         [](const auto& form) {
                           return form.param == Form::super_loop ? "SuperLoop" : "Coroutine";
                         });

TEST_P(Lifecycle, FirstConnectionIsConnectedAndNothingElseHappens) {
  EXPECT_EQ(script.session().state(), State::waiting);
  connect();
  EXPECT_EQ(script.session().state(), State::online);
  EXPECT_THAT(script.transport().opened(), ElementsAre("broker.test:1883"));
  EXPECT_THAT(device.events(), IsEmpty());
  script.expect_nothing();
}

TEST_P(Lifecycle, BrokerClosesTheStream) {
  connect();
  script.cut();
  expect_end("disconnected link_closed");
}

TEST_P(Lifecycle, LinkBreaks) {
  connect();
  script.reset();
  expect_end("disconnected link_error");
}

TEST_P(Lifecycle, BrokerDisconnectsAndIsNotAnswered) {
  connect();
  script.send(disconnect(0x8B));
  expect_end("disconnected disconnected_by_broker 0x8B");
}

TEST_P(Lifecycle, BrokerBreaksTheProtocolAndIsToldWhy) {
  connect();
  script.send(packet(0x93, hex("00 00")));
  script.expect("DISCONNECT 0x81");
  expect_end("disconnected malformed_packet 0x81");
}

TEST_P(Lifecycle, SecondConnackIsAProtocolError) {
  connect();
  script.send(connack());
  script.expect("DISCONNECT 0x82");
  expect_end("disconnected protocol_error 0x82");
}

TEST_P(Lifecycle, TopicAliasThatWasNotPermitted) {
  connect();
  script.send(publish({.topic = "a", .properties = {topic_alias(1)}}));
  script.expect("DISCONNECT 0x94");
  expect_end("disconnected topic_alias_invalid 0x94");
}

TEST_P(Lifecycle, PacketAboveTheAnnouncedSize) {
  connect();
  script.send(publish({.topic = "a", .payload = std::string(256, 'x')}));
  script.expect("DISCONNECT 0x95");
  expect_end("disconnected inbound_too_large 0x95");
}

TEST_P(Lifecycle, PingIsNotAnswered) {
  connect();
  script.advance(45s);
  script.expect("PINGREQ");
  script.advance(9'999ms);
  EXPECT_THAT(device.events(), IsEmpty());
  script.advance(1ms);
  expect_end("disconnected ping_timeout");
}

TEST_P(Lifecycle, PingIsAnswered) {
  connect();
  for (int minute = 0; minute < 4; ++minute) {
    script.advance(45s);
    script.expect("PINGREQ");
    script.send(pingresp());
  }
  EXPECT_THAT(device.events(), IsEmpty());
}

TEST_P(Lifecycle, NothingCanBeWrittenAnyMoreWhateverIsReceived) {
  connect();
  script.transport().set_write_budget(0);
  for (int i = 0; i < 13; ++i) {  // Keep alive and ping timeout together are 70 s.
    script.advance(5s);
    script.send(pingresp());
  }
  script.advance(4'999ms);
  EXPECT_THAT(device.events(), IsEmpty());
  script.advance(1ms);
  script.transport().take_all_writes();
  expect_end("disconnected write_stalled");
}

TEST_P(Lifecycle, SessionIsLostAndTheApplicationSubscribesAgain) {
  connect();
  script.cut();
  EXPECT_THAT(device.events(), ElementsAre("disconnected link_closed"));
  script.advance(device.pause());
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = false}));
  EXPECT_THAT(device.events(), ElementsAre("connected"));
}

TEST_P(Lifecycle, NewSessionWhoseLinkIsOverBeforeAnybodyHeardOfIt) {
  connect();
  script.cut();
  EXPECT_THAT(device.events(), ElementsAre("disconnected link_closed"));
  script.advance(device.pause());
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = false}), disconnect(0x8B));
  EXPECT_THAT(device.events(), ElementsAre("disconnected disconnected_by_broker 0x8B"));
  script.advance(device.pause());
  script.go_online({.session_present = true});
  EXPECT_THAT(device.events(), ElementsAre("connected"));  // It has yet to subscribe.
}

TEST_P(Lifecycle, DisconnectStopsOnceAndForAll) {
  connect();
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  EXPECT_THAT(device.events(), ElementsAre("stopped requested"));
  EXPECT_EQ(device.next_attempt(), Instant::max());
  EXPECT_EQ(script.session().state(), State::stopped);
  script.advance(48h);
  EXPECT_THAT(device.events(), IsEmpty());
  script.expect_nothing();
  EXPECT_EQ(script.session().counters().failures, 0);
}

TEST_P(Lifecycle, StartedAgainAfterDisconnect) {
  connect();
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  EXPECT_THAT(device.events(), ElementsAre("stopped requested"));
  ASSERT_TRUE(script.session().start());
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  EXPECT_THAT(device.events(), ElementsAre("reconnected"));
}

TEST_P(Lifecycle, EventsThatNobodyTookAreReportedOnceAndTheNewestOnly) {
  if (GetParam() == Form::coroutine) return;  // Its application takes every event at once.
  script.go_online();
  script.cut();
  ASSERT_TRUE(script.session().reconnect_now());
  script.go_online({.session_present = true});
  script.cut();
  EXPECT_THAT(device.events(), ElementsAre("disconnected link_closed"));
  script.advance(device.pause());
  script.go_online({.session_present = true});
  // The application has not heard of the first connection, so it never subscribed.
  EXPECT_THAT(device.events(), ElementsAre("connected"));
}

}  // namespace
}  // namespace minimq::testing

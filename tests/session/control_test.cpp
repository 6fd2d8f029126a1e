// SPDX-License-Identifier: MIT
//
// start(), reconnect_now() and disconnect() in every state, and what may be changed only while
// stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"
#include "support/hex.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using Progress = Transport::Progress;
using State = Session::State;

class Control : public ::testing::Test {
 protected:
  // The session in the state `waiting`, with a long pause before it.
  void bring_to_waiting() {
    script.transport().set_entropy(0xFFFF'FFFF);
    script.connect();
    script.cut();
    script.expect_event("disconnected link_closed");
    ASSERT_EQ(script.session().state(), State::waiting);
  }
  void bring_to_opening() {
    script.transport().set_open(Progress::pending);
    script.run();
    ASSERT_EQ(script.session().state(), State::opening);
  }
  void bring_to_connecting() {
    script.expect("CONNECT *");
    ASSERT_EQ(script.session().state(), State::connecting);
  }
  // DISCONNECT cannot leave.
  void bring_to_closing() {
    script.connect();
    script.transport().set_write_budget(0);
    ASSERT_TRUE(script.session().disconnect());
    script.run();
    ASSERT_EQ(script.session().state(), State::closing);
  }
  void bring_to_stopped() {
    script.connect();
    ASSERT_TRUE(script.session().disconnect());
    script.expect("DISCONNECT 0x00");
    script.expect_event("stopped requested");
    ASSERT_EQ(script.session().state(), State::stopped);
  }
  void expect_stopped_for_good() {
    script.expect_event("stopped requested");
    script.expect_no_event();
    EXPECT_EQ(script.session().state(), State::stopped);
    EXPECT_FALSE(script.transport().is_open());
    EXPECT_EQ(script.session().next_deadline(), std::nullopt);
    script.advance(48h);
    script.expect_nothing();
  }

  Script script;
};

TEST_F(Control, DisconnectWhileWaiting) {
  bring_to_waiting();
  ASSERT_TRUE(script.session().disconnect());
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectBeforeTheFirstAttempt) {
  ASSERT_TRUE(script.session().disconnect());
  expect_stopped_for_good();
  EXPECT_TRUE(script.transport().opened().empty());
}

TEST_F(Control, DisconnectWhileOpening) {
  bring_to_opening();
  ASSERT_TRUE(script.session().disconnect());
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectWhileConnackIsMissing) {
  bring_to_connecting();
  ASSERT_TRUE(script.session().disconnect());
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectTwice) {
  bring_to_closing();
  ASSERT_TRUE(script.session().disconnect());
  script.transport().take_all_writes();
  script.expect("DISCONNECT 0x00");
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectThatCannotLeaveEndsAtItsDeadline) {
  bring_to_closing();
  script.advance(9'999ms);
  EXPECT_EQ(script.session().state(), State::closing);
  script.advance(1ms);
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectWhileStoppedIsRefused) {
  bring_to_stopped();
  EXPECT_EQ(script.session().disconnect(), std::unexpected{Error::stopped});
  script.expect_no_event();
}

TEST_F(Control, DisconnectWhileTheBrokersErrorIsBeingAnswered) {
  script.connect();
  script.transport().set_write_budget(0);
  script.send(packet(0x93, hex("00 00")));
  ASSERT_EQ(script.session().state(), State::closing);
  ASSERT_TRUE(script.session().disconnect());
  script.transport().take_all_writes();
  script.expect("DISCONNECT 0x81");
  expect_stopped_for_good();
}

TEST_F(Control, DisconnectWithAReasonThatAClientMustNotSend) {
  script.connect();
  EXPECT_EQ(script.session().disconnect({.reason = ReasonCode::session_taken_over}),
            std::unexpected{Error::reason_code_invalid});
  script.expect_nothing();
  EXPECT_EQ(script.session().state(), State::online);
}

TEST_F(Control, DisconnectAskingForTheWill) {
  script.connect();
  ASSERT_TRUE(script.session().disconnect({.reason = ReasonCode::disconnect_with_will_message}));
  script.expect("DISCONNECT 0x04");
  script.expect_event("stopped requested 0x04");
}

TEST_F(Control, DisconnectWithProperties) {
  script.connect();
  const std::array properties{Property::session_expiry_s(0), Property::reason_string("bye")};
  ASSERT_TRUE(script.session().disconnect({.properties = properties}));
  script.expect("DISCONNECT 0x00 {session_expiry=0 reason_string=bye}");
  script.expect_event("stopped requested");
}

TEST_F(Control, ReconnectNowWhileWaiting) {
  bring_to_waiting();
  ASSERT_TRUE(script.session().reconnect_now());
  script.connect({.session_present = true});
}

TEST_F(Control, ReconnectNowWhileOpening) {
  bring_to_opening();
  ASSERT_TRUE(script.session().reconnect_now());
  script.transport().set_open(Progress::ready);
  script.connect();
  EXPECT_EQ(script.transport().opened().size(), 2u);
}

TEST_F(Control, ReconnectNowWhileConnackIsMissing) {
  bring_to_connecting();
  ASSERT_TRUE(script.session().reconnect_now());
  script.connect();
}

TEST_F(Control, ReconnectNowWhileOnline) {
  script.connect();
  ASSERT_TRUE(script.session().reconnect_now());
  script.expect("DISCONNECT 0x00");
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  script.expect_event("reconnected");
  EXPECT_EQ(script.session().counters().failures, 0);
}

TEST_F(Control, ReconnectNowAfterDisconnectThatHasNotLeftYet) {
  bring_to_closing();
  ASSERT_TRUE(script.session().reconnect_now());
  script.run();  // At once: it does not wait for a link that takes nothing.
  EXPECT_EQ(script.transport().opened().size(), 2u);
  script.transport().take_all_writes();
  script.connect({.session_present = true});
}

TEST_F(Control, DisconnectAfterReconnectNowThatHasNotLeftYet) {
  script.connect();
  script.transport().set_write_budget(0);
  ASSERT_TRUE(script.session().reconnect_now());
  ASSERT_TRUE(script.session().disconnect());
  script.transport().take_all_writes();
  script.expect("DISCONNECT 0x00");
  expect_stopped_for_good();
}

TEST_F(Control, ReconnectNowWhileStopped) {
  bring_to_stopped();
  ASSERT_TRUE(script.session().reconnect_now());
  script.connect({.session_present = true});
}

TEST_F(Control, StartWhileWaiting) {
  bring_to_waiting();
  ASSERT_TRUE(script.session().start());
  script.connect({.session_present = true});
}

TEST_F(Control, StartWhileAnAttemptIsUnderWayDoesNothing) {
  bring_to_opening();
  ASSERT_TRUE(script.session().start());
  script.transport().set_open(Progress::ready);
  bring_to_connecting();
  ASSERT_TRUE(script.session().start());
  script.send(connack());
  script.expect_event("connected");
  ASSERT_TRUE(script.session().start());
  script.expect_nothing();
  EXPECT_EQ(script.transport().opened().size(), 1u);
}

TEST_F(Control, StartWhileStopped) {
  bring_to_stopped();
  ASSERT_TRUE(script.session().start());
  script.connect({.session_present = true});
}

TEST_F(Control, StopThatNobodyHeardOfIsNotReportedAfterTheStart) {
  script.connect();
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  ASSERT_TRUE(script.session().start());
  script.connect({.session_present = true});
  script.expect_no_event();
}

TEST_F(Control, StartAfterDisconnectThatHasNotLeftYet) {
  bring_to_closing();
  ASSERT_TRUE(script.session().start());
  script.transport().take_all_writes();
  script.expect("DISCONNECT 0x00");
  script.connect({.session_present = true});
}

TEST_F(Control, BrokerAndCredentialsChangeOnlyWhileStopped) {
  const Credentials credentials{.user_name = "ada", .password = as_bytes("secret")};
  const Broker other{"other", 1884};
  const auto refused = std::unexpected{Error::not_stopped};
  EXPECT_EQ(script.session().set_broker(other), refused);
  bring_to_connecting();
  EXPECT_EQ(script.session().set_credentials(&credentials), refused);
  script.send(connack());
  script.expect_event("connected");
  EXPECT_EQ(script.session().set_broker(other), refused);
  ASSERT_TRUE(script.session().disconnect());
  EXPECT_EQ(script.session().set_credentials(&credentials), refused);
  script.expect("DISCONNECT 0x00");
  script.expect_event("stopped requested");
  ASSERT_TRUE(script.session().set_broker(other));
  ASSERT_TRUE(script.session().set_credentials(&credentials));
  ASSERT_TRUE(script.session().start());
  script.expect("CONNECT clean=0 id=demo user=ada password=secret");
  EXPECT_EQ(script.transport().opened().back(), "other:1884");
}

TEST_F(Control, WrongBrokerAndWrongCredentialsAreRefusedWhileStopped) {
  bring_to_stopped();
  const Credentials ill_formed{.user_name = "\xFF"};
  EXPECT_EQ(script.session().set_broker(Broker{}), std::unexpected{Error::config_broker});
  EXPECT_EQ(script.session().set_credentials(&ill_formed),
            std::unexpected{Error::config_credentials});
  ASSERT_TRUE(script.session().start());
  script.expect("CONNECT clean=0 id=demo");
  EXPECT_EQ(script.transport().opened().back(), "broker.test:1883");
}

// It ends for another reason, and that is no wish of the application's which start() would undo.
TEST_F(Control, StartWhileTheSessionTellsTheBrokerWhyItEndsChangesNothing) {
  script.connect();
  script.transport().set_write_budget(0);
  script.send(pubcomp(1, 0x11));  // That is no reason code of PUBCOMP.
  ASSERT_TRUE(script.session().start());
  script.transport().set_write_budget(SIZE_MAX);
  script.expect("DISCONNECT *");
  script.expect_event("disconnected *");
  EXPECT_NE(script.session().state(), State::stopped);
}

}  // namespace
}  // namespace minimq::testing

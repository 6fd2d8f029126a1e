// SPDX-License-Identifier: MIT
//
// Enhanced authentication on an open connection.
#include <gtest/gtest.h>

#include "engine/authentication_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

class Reauthentication : public AuthenticationScript {
 protected:
  void go_online(std::string_view answer = accepted) {
    connect(answer);
    calls();
  }
};

TEST_F(Reauthentication, ItHasAsManyRoundsAsTheBrokerWants) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  EXPECT_EQ(sent(), bytes(again)) << "[MQTT-4.12.1-1]";
  EXPECT_TRUE(exchange.busy());
  receive(challenge_1);
  EXPECT_EQ(sent(), bytes(answer_1)) << "[MQTT-4.12.0-3]";
  receive(challenge_2);
  EXPECT_EQ(sent(), bytes(answer_2));
  receive(done);
  EXPECT_EQ(calls(), (Calls{"begin", "challenge c1", "challenge c2", "finish ok"}));
  EXPECT_FALSE(exchange.busy());
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_TRUE(engine().reauthenticate()) << "and again";
}

TEST_F(Reauthentication, MessagesGoOnMeanwhile) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x'"));
  receive("32 07 00 01 'i' 00 05 00 'p'");
  EXPECT_EQ(message(), "p");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(sent(), bytes("40 02 00 05"));
  receive("40 02 <a>");
  EXPECT_EQ(outcome(ticket), "0") << "[MQTT-4.12.1-1]";
  receive(done);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Reauthentication, AuthWaitsForThePacketThatIsHalfWritten) {
  go_online();
  name('a', publish(QoS::at_least_once));
  const std::string half = sent(4);
  ASSERT_TRUE(engine().reauthenticate());
  name('b', publish(QoS::at_least_once));
  EXPECT_EQ(half + ' ' + sent(), bytes("32 07 00 01 't' <a> 00 'x'") + ' ' + bytes(again) + ' ' +
                                     bytes("32 07 00 01 't' <b> 00 'x'"));
}

TEST_F(Reauthentication, AuthWaitsForTheAcknowledgementThatIsHalfWritten) {
  go_online();
  receive("32 07 00 01 'i' 00 05 00 'p'");
  message();
  message();
  const std::string half = sent(1);
  ASSERT_TRUE(engine().reauthenticate());
  EXPECT_EQ(half + ' ' + sent(), bytes("40 02 00 05") + ' ' + bytes(again));
}

TEST_F(Reauthentication, NothingComesBetweenItsBytes) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  std::string all = sent(3);
  name('a', publish(QoS::at_least_once));
  receive("32 07 00 01 'i' 00 05 00 'p'");
  message();
  message();
  all += ' ' + sent();
  EXPECT_EQ(all, bytes(again) + ' ' + bytes("40 02 00 05 32 07 00 01 't' <a> 00 'x'"));
}

TEST_F(Reauthentication, DisconnectComesBehindItsLastByte) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  const std::string half = sent(3);
  ASSERT_TRUE(engine().disconnect(ReasonCode::normal_disconnection, {}));
  EXPECT_FALSE(engine().finished());
  EXPECT_EQ(half + ' ' + sent(), bytes(again) + " E0 00");
  EXPECT_TRUE(engine().finished());
}

TEST_F(Reauthentication, ADisconnectWithPropertiesDoesNotWaitForIt) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  const Property why = Property::reason_string("w");
  ASSERT_TRUE(engine().disconnect(ReasonCode::normal_disconnection, {&why, 1}));
  EXPECT_EQ(sent(), bytes("E0 06 00 04 1F 00 01 'w'"));
  EXPECT_TRUE(engine().finished());
}

TEST_F(Reauthentication, AfterDisconnectItDoesNotBegin) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  ASSERT_TRUE(engine().disconnect(ReasonCode::normal_disconnection, {}));
  EXPECT_EQ(sent(), bytes("E0 00")) << "[MQTT-3.14.4-1]";
  EXPECT_TRUE(engine().finished());
}

TEST_F(Reauthentication, AFullTxKeepsNothingBack) {
  go_online("20 0F 00 00 0C 15 00 01 'M' 16 00 02 'ok' 21 00 01");
  while (publish(QoS::at_least_once, std::string(20, 'x'))) {
  }
  sent();
  ASSERT_TRUE(engine().reauthenticate());
  EXPECT_EQ(sent(), bytes(again));
}

TEST_F(Reauthentication, WithoutAnAuthenticatorItIsRefused) {
  config.extras = nullptr;
  connect();
  EXPECT_EQ(engine().reauthenticate().error(), Error::no_authenticator) << "[MQTT-4.12.0-7]";
  EXPECT_EQ(sent(), "");
}

TEST_F(Reauthentication, WithoutAConnectionItIsRefused) {
  EXPECT_EQ(engine().reauthenticate().error(), Error::not_online);
  go_online();
  lose_link();
  EXPECT_EQ(engine().reauthenticate().error(), Error::not_online);
  open();
  EXPECT_EQ(engine().reauthenticate().error(), Error::busy);
}

TEST_F(Reauthentication, OneAtATime) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  EXPECT_EQ(engine().reauthenticate().error(), Error::busy);
  EXPECT_EQ(sent(), bytes(again));
}

TEST_F(Reauthentication, WhatTheAuthenticatorRefusesChangesNothing) {
  go_online();
  authenticator.begins = false;
  EXPECT_EQ(engine().reauthenticate().error(), Error::no_memory);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  authenticator.begins = true;
  EXPECT_TRUE(engine().reauthenticate());
}

// Maximum Packet Size of 20.
TEST_F(Reauthentication, TheBrokersMaximumPacketSizeCounts) {
  go_online("20 11 00 00 0E 15 00 01 'M' 16 00 02 'ok' 27 00 00 00 14");
  authenticator.first = std::string(10, 'd');
  EXPECT_EQ(engine().reauthenticate().error(), Error::packet_too_large) << "[MQTT-3.2.2-15]";
  authenticator.first = std::string(9, 'd');
  EXPECT_TRUE(engine().reauthenticate());
  sent();
  authenticator.answers = {std::string(10, 'a')};
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::packet_too_large))
      << "[MQTT-3.2.2-15]";
  EXPECT_EQ(sent(), bytes("E0 01 95"));
}

TEST_F(Reauthentication, AChallengeThatNobodyAskedForIsAProtocolError) {
  for (const std::string_view auth : {challenge_1, done}) {
    start_anew();
    go_online();
    receive(auth);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
    EXPECT_EQ(sent(), bytes("E0 01 82"));
    EXPECT_EQ(calls(), Calls{});
  }
}

TEST_F(Reauthentication, AnotherMethodIsAProtocolError) {
  for (const std::string_view auth :
       {"F0 0B 00 09 15 00 01 'N' 16 00 02 'ok'", "F0 02 00 00", "F0 00"}) {
    start_anew();
    go_online();
    ASSERT_TRUE(engine().reauthenticate());
    sent();
    receive(auth);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error))
        << "[MQTT-4.12.0-5] " << auth;
    EXPECT_EQ(sent(), bytes("E0 01 82"));
    calls();
  }
}

TEST_F(Reauthentication, AnAnswerBeforeTheQuestionHasLeftIsAProtocolError) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  receive(done);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

TEST_F(Reauthentication, ABrokerThatCannotShowWhoItIsIsLeft) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  authenticator.accepts = false;
  receive(done);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::unspecified_error))
      << "[MQTT-4.12.1-2]";
  EXPECT_EQ(sent(), bytes("E0 01 80"));
}

TEST_F(Reauthentication, ABrokerThatRefusesEndsTheConnection) {
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  receive("E0 01 87");
  EXPECT_TRUE(ended(Error::disconnected_by_broker, ReasonCode::not_authorized))
      << "[MQTT-4.12.1-2]";
  EXPECT_EQ(sent(), "");
}

TEST_F(Reauthentication, ItHasItsDeadline) {
  config.keep_alive_s = 0;
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  EXPECT_EQ(engine().next_deadline(), engine().now() + 10s);
  advance(6s);
  receive(challenge_1);
  sent();
  advance(3999ms);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  advance(1ms);
  EXPECT_TRUE(ended(Error::authentication_timeout));
}

TEST_F(Reauthentication, ItsDeadlineEndsWithIt) {
  config.keep_alive_s = 0;
  go_online();
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  receive(done);
  EXPECT_EQ(engine().next_deadline(), std::nullopt);
  ASSERT_TRUE(engine().reauthenticate());
  sent();
  lose_link();
  go_online();
  advance(60s);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Reauthentication, TheTracerSeesNoSecret) {
  std::vector<TraceEvent> seen;
  const Tracer tracer{.function =
                          [](void* context, const TraceEvent& event) {
                            static_cast<std::vector<TraceEvent>*>(context)->push_back(event);
                          },
                      .context = &seen};
  config.tracer = &tracer;
  go_online();
  seen.clear();
  ASSERT_TRUE(engine().reauthenticate());
  sent(2);
  sent();
  receive(done);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].type, PacketType::auth);
  EXPECT_EQ(seen[0].reason, 0x19);
  EXPECT_EQ(seen[0].size, 13u);
  EXPECT_EQ(seen[1].type, PacketType::auth);
  EXPECT_EQ(seen[1].reason, 0);
}

}  // namespace
}  // namespace minimq::testing

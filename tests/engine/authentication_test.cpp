// SPDX-License-Identifier: MIT
//
// Enhanced authentication before CONNACK.
#include <gtest/gtest.h>

#include "engine/authentication_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;
using Authenticating = AuthenticationScript;

TEST_F(Authenticating, ConnectNamesTheMethodAndHasTheFirstData) {
  EXPECT_EQ(open(), bytes("10 24 00 04 'MQTT' 05 02 00 3C 16 11 00 00 0E 10 21 00 04 "
                          "27 00 00 00 FF 15 00 01 'M' 16 00 02 'd0' 00 01 'c'"));
  EXPECT_EQ(calls(), Calls{"begin"});
  receive(accepted);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(calls(), Calls{"finish ok"});
  EXPECT_FALSE(exchange.busy());
}

TEST_F(Authenticating, WithoutFirstDataThereIsTheMethodAlone) {
  authenticator.first = "";
  EXPECT_EQ(open(), bytes("10 1F 00 04 'MQTT' 05 02 00 3C 11 11 00 00 0E 10 21 00 04 "
                          "27 00 00 00 FF 15 00 01 'M' 00 01 'c'"));
}

TEST_F(Authenticating, EachChallengeIsAnswered) {
  open();
  receive(challenge_1);
  EXPECT_EQ(sent(), bytes(answer_1)) << "[MQTT-4.12.0-3] [MQTT-4.12.0-5]";
  receive(challenge_2);
  EXPECT_EQ(sent(), bytes(answer_2)) << "[MQTT-3.15.2-1]";
  receive(accepted);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(calls(), (Calls{"begin", "challenge c1", "challenge c2", "finish ok"}));
}

TEST_F(Authenticating, AnswersLeaveByteByByte) {
  engine().link_opened();
  std::string connect;
  for (std::string byte; !(byte = sent(1)).empty();)
    connect += byte + ' ';
  EXPECT_EQ(connect.substr(0, 6), "10 24 ");
  receive(challenge_1);
  std::string answer;
  for (std::string byte; !(byte = sent(1)).empty();)
    answer += (answer.empty() ? "" : " ") + byte;
  EXPECT_EQ(answer, bytes(answer_1)) << "[MQTT-3.15.2-2] [MQTT-3.15.2-3] [MQTT-4.12.0-2]";
  receive(accepted);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Authenticating, NothingButAuthLeavesBeforeConnack) {
  config.queue_qos0_offline = true;
  EXPECT_TRUE(publish(QoS::at_most_once));
  EXPECT_TRUE(publish(QoS::at_least_once));
  open();
  name('s', subscribe());
  EXPECT_EQ(sent(), "") << "[MQTT-3.1.2-30]";
  advance(9s);
  receive(challenge_1);
  EXPECT_EQ(sent(), bytes(answer_1)) << "[MQTT-3.1.2-30]";
  EXPECT_TRUE(publish(QoS::at_least_once));
  EXPECT_EQ(sent(), "");
  receive(accepted);
  EXPECT_EQ(sent().substr(0, 2), "30") << "what has waited goes now";
}

TEST_F(Authenticating, AFullTxKeepsNobodyOut) {
  while (publish(QoS::at_least_once, std::string(20, 'x'))) {
  }
  authenticator.answers = {std::string(300, 'a')};
  open();
  receive(challenge_1);
  EXPECT_EQ(sent().size(), 3 * (3u + 1 + 2 + 4 + 3 + 300) - 1);
  receive(accepted);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Authenticating, TheTimeForConnackIsThatOfTheWholeExchange) {
  open();
  advance(6s);
  receive(challenge_1);
  sent();
  advance(3999ms);
  EXPECT_EQ(engine().phase(), Engine::Phase::connecting);
  advance(1ms);
  EXPECT_TRUE(ended(Error::connack_timeout));
}

TEST_F(Authenticating, TheRoundsAreBounded) {
  authenticator.answers.assign(minimq::Authentication::rounds_max + 1u, "aa");
  open();
  for (int round = 0; round < minimq::Authentication::rounds_max; ++round) {
    receive(challenge_1);
    ASSERT_NE(sent(), "");
  }
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::unspecified_error));
  EXPECT_EQ(sent(), "");
}

TEST_F(Authenticating, AnotherMethodIsAProtocolError) {
  open();
  receive("F0 0B 18 09 15 00 01 'N' 16 00 02 'c1'");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-4.12.0-5]";
  EXPECT_EQ(calls(), Calls{"begin"});
}

TEST_F(Authenticating, AMissingMethodIsAProtocolError) {
  for (const std::string_view auth : {"F0 07 18 05 16 00 02 'c1'", "F0 02 18 00", "F0 00"}) {
    start_anew();
    open();
    receive(auth);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error))
        << "[MQTT-4.12.0-5] " << auth;
  }
}

TEST_F(Authenticating, ASuccessfulConnackHasTheSameMethod) {
  constexpr std::string_view another = "20 07 00 00 04 15 00 01 'N'";
  for (const std::string_view answer : std::array{connack, another}) {
    start_anew();
    open();
    receive(answer);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error))
        << "[MQTT-4.12.0-5] " << answer;
  }
  EXPECT_EQ(calls(), (Calls{"begin", "begin"})) << "nothing is finished";
}

TEST_F(Authenticating, ARefusalNeedsNoMethod) {
  for (const auto& [code, reason] : {std::pair{"87", ReasonCode::not_authorized},
                                     std::pair{"8C", ReasonCode::bad_authentication_method}}) {
    start_anew();
    open();
    receive(std::string{"20 03 00 "} + code + " 00");
    EXPECT_TRUE(ended(Error::connection_refused, reason)) << "[MQTT-4.12.0-1] [MQTT-4.12.0-4]";
  }
}

TEST_F(Authenticating, OnlyConnackEndsTheFirstExchange) {
  open();
  receive(done);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

TEST_F(Authenticating, TheBrokerDoesNotReauthenticate) {
  open();
  receive("F0 0B 19 09 15 00 01 'M' 16 00 02 'c1'");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-3.15.2-1]";
}

TEST_F(Authenticating, FlagsAreMalformed) {
  open();
  receive("F1 0B 18 09 15 00 01 'M' 16 00 02 'c1'");
  EXPECT_TRUE(ended(Error::malformed_packet, ReasonCode::malformed_packet)) << "[MQTT-3.15.1-1]";
}

TEST_F(Authenticating, AnAnswerBeforeTheQuestionHasLeftIsAProtocolError) {
  engine().link_opened();
  sent(10);
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
  start_anew();
  open();
  receive(challenge_1);
  sent(5);
  receive(accepted);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

TEST_F(Authenticating, WhoeverGivesUpEndsTheAttempt) {
  authenticator.answers.clear();
  open();
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::unspecified_error));
  start_anew();
  authenticator.begins = false;
  engine().link_opened();
  EXPECT_TRUE(ended(Error::authentication_failed));
  EXPECT_EQ(sent(), "");
}

TEST_F(Authenticating, ABrokerThatCannotShowWhoItIsIsLeft) {
  authenticator.accepts = false;
  open();
  receive(accepted);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::unspecified_error));
  EXPECT_FALSE(engine().was_online());
}

TEST_F(Authenticating, AnAnswerTooLongForItsFieldIsAFailure) {
  authenticator.answers = {std::string(65'536, 'a')};
  open();
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::authentication_failed, ReasonCode::unspecified_error));
}

TEST_F(Authenticating, EachConnectionBeginsAnew) {
  open();
  receive(challenge_1);
  lose_link();
  EXPECT_FALSE(exchange.busy());
  EXPECT_EQ(open().substr(0, 5), "10 24");
  receive(challenge_1);
  EXPECT_EQ(sent(), bytes(answer_1));
  receive(accepted);
  EXPECT_EQ(calls(), (Calls{"begin", "challenge c1", "begin", "challenge c1", "finish ok"}));
}

TEST_F(Authenticating, CallsFromTheInsideAreBusy) {
  authenticator.context = &engine();
  authenticator.inside = [](void* context) {
    auto& engine = *static_cast<Engine*>(context);
    EXPECT_EQ(engine.publish({.topic = "t"}).error(), Error::busy);
    EXPECT_EQ(engine.reauthenticate().error(), Error::busy);
  };
  open();
  receive(challenge_1);
  EXPECT_EQ(sent(), bytes(answer_1));
  receive(accepted);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Authenticating, AMethodThatIsNoTextIsAWrongConfiguration) {
  authenticator.name = "\xFF";
  EXPECT_EQ(check_config(config), Error::config_authenticator);
  authenticator.name = std::string(65'536, 'm');
  EXPECT_EQ(check_config(config), Error::config_authenticator);
  authenticator.name = "M";
  EXPECT_EQ(check_config(config), std::nullopt);
}

// Without an authenticator.

TEST_F(Authenticating, NobodyAskedForAuth) {
  config.extras = nullptr;
  open();
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-4.12.0-6]";
  start_anew();
  connect();
  receive(challenge_1);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-4.12.0-6]";
  EXPECT_EQ(sent(), bytes("E0 01 82"));
}

TEST_F(Authenticating, NobodyAskedForAMethodInConnack) {
  config.extras = nullptr;
  open();
  receive(accepted);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-4.12.0-6]";
}

}  // namespace
}  // namespace minimq::testing

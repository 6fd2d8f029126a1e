// SPDX-License-Identifier: MIT
//
// Attempts to connect, and each way they fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"
#include "support/hex.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Progress = Transport::Progress;
using State = Session::State;

class Attempt : public ::testing::TestWithParam<Form> {
 protected:
  void expect_failure(const std::string& event) {
    EXPECT_THAT(device.events(), ElementsAre(event));
    EXPECT_EQ(script.session().state(), State::waiting);
    EXPECT_FALSE(script.transport().is_open());
    EXPECT_EQ(script.session().counters().failures, 1);
    EXPECT_EQ(script.session().counters().connections, 0);
    script.expect_nothing();
  }
  void expect_success_of_the_next() {
    script.transport().set_open(Progress::ready);
    script.advance(device.pause());
    script.go_online();
    EXPECT_THAT(device.events(), ElementsAre("connected"));
  }

  Script script;
  Device device{script, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(BothForms, Attempt, ::testing::Values(Form::super_loop, Form::coroutine),
                         [](const auto& form) {
                           return form.param == Form::super_loop ? "SuperLoop" : "Coroutine";
                         });

TEST_P(Attempt, FailsForEachReasonOfTheTransport) {
  for (const Error error :
       {Error::connect_refused, Error::host_unreachable, Error::host_not_found, Error::link_error,
        Error::transport_unsupported, Error::certificate_untrusted, Error::tls_error}) {
    script.transport().set_open(std::unexpected{error});
    ASSERT_TRUE(script.session().reconnect_now());
    EXPECT_THAT(device.events(), ElementsAre("disconnected " + std::string{to_string(error)}));
    EXPECT_EQ(script.session().state(), State::waiting);
  }
  expect_success_of_the_next();
}

TEST_P(Attempt, TransportNeedsTime) {
  script.transport().set_open(Progress::pending);
  script.advance(29'999ms);
  EXPECT_EQ(script.session().state(), State::opening);
  EXPECT_THAT(script.transport().opened(), ElementsAre("broker.test:1883"));
  script.transport().set_open(Progress::ready);
  script.go_online();
  EXPECT_THAT(device.events(), ElementsAre("connected"));
}

TEST_P(Attempt, TransportNeedsTooMuchTime) {
  script.transport().set_open(Progress::pending);
  script.advance(30s);
  expect_failure("disconnected connect_timeout");
  expect_success_of_the_next();
}

TEST_P(Attempt, TransportFailsLate) {
  script.transport().set_open(Progress::pending);
  script.advance(10s);
  script.transport().set_open(std::unexpected{Error::host_unreachable});
  expect_failure("disconnected host_unreachable");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerAnswersInTheLastMoment) {
  script.expect("CONNECT *");
  script.advance(9'999ms);
  script.send(connack());
  EXPECT_THAT(device.events(), ElementsAre("connected"));
}

TEST_P(Attempt, BrokerDoesNotAnswer) {
  script.expect("CONNECT *");
  script.advance(10s);
  expect_failure("disconnected connack_timeout");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerTricklesItsAnswer) {
  script.expect("CONNECT *");
  const Packet answer = connack({.properties = {reason_string("slow")}});
  for (std::size_t i = 0; i + 1 < answer.size() && script.transport().is_open(); ++i) {
    script.transport().deliver({answer[i]});
    script.advance(2s);
  }
  expect_failure("disconnected connack_timeout");
}

TEST_P(Attempt, ConnectItselfCannotLeave) {
  script.transport().set_write_budget(5);
  script.advance(10s);
  script.transport().take_all_writes();
  expect_failure("disconnected connack_timeout");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerRefusesWithAReason) {
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x89}));
  expect_failure("disconnected connection_refused 0x89");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerClosesInsteadOfAnswering) {
  script.expect("CONNECT *");
  script.cut();
  expect_failure("disconnected link_closed");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerSendsSomethingElseFirst) {
  script.expect("CONNECT *");
  script.send(pingresp());
  expect_failure("disconnected protocol_error 0x82");
  expect_success_of_the_next();
}

TEST_P(Attempt, BrokerDisconnectsBeforeConnack) {
  script.expect("CONNECT *");
  script.send(disconnect(0x89));
  expect_failure("disconnected protocol_error 0x82");
}

TEST_P(Attempt, BrokerSendsGarbage) {
  script.expect("CONNECT *");
  script.send(hex("'HTTP/1.1 400 Bad Request'"));
  EXPECT_EQ(device.events().size(), 1u);
  EXPECT_EQ(script.session().state(), State::waiting);
  expect_success_of_the_next();
}

TEST_P(Attempt, ConnackDoesNotFitRx) {
  script.expect("CONNECT *");
  script.send(connack({.properties = {reason_string(std::string(300, 'x'))}}));
  expect_failure("disconnected rx_too_small 0x95");
  expect_success_of_the_next();
}

TEST_P(Attempt, RefusalThatDoesNotFitRxIsStillARefusal) {
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x87, .properties = {reason_string(std::string(300, 'x'))}}));
  expect_failure("disconnected connection_refused 0x87");
}

TEST_P(Attempt, ConnackComesByteByByte) {
  script.expect("CONNECT *");
  const Packet answer = connack({.properties = {receive_maximum(7), user_property("a", "b")}});
  script.transport().deliver(answer, 1);
  EXPECT_THAT(device.events(), ElementsAre("connected"));
  EXPECT_EQ(script.session().limits().receive_maximum, 7);
}

TEST_P(Attempt, ConnectLeavesByteByByte) {
  script.transport().set_write_piece(1);
  script.go_online();
  EXPECT_THAT(device.events(), ElementsAre("connected"));
}

TEST(AttemptWithoutCleanStart, BrokerHasASessionThatWeDoNotKnow) {
  Script script{{.clean_start = false}};
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  script.expect_event("disconnected session_unexpected 0x82");
  script.advance(2s);
  script.expect("CONNECT clean=1 id=demo");
  script.send(connack());
  script.expect_event("connected");
}

TEST(AttemptWithoutCleanStart, BrokerHasASessionThatMayBeAdopted) {
  Script script{{.clean_start = false, .adopt_session = true}};
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  EXPECT_TRUE(script.expect_event("*connected").session_present());
}

TEST(AttemptWithSeveralBrokers, TheyAreTriedInTurnAndThenFromTheFirstAgain) {
  const std::array more{Broker{"second", 1884}, Broker{"third", 1885}};
  Script script{{.broker = Broker{"first", 1883}, .more_brokers = more}};
  script.transport().set_open(std::unexpected{Error::connect_refused});
  for (int attempt = 0; attempt < 4; ++attempt) {
    script.run();
    ASSERT_TRUE(script.session().start());
  }
  EXPECT_THAT(script.transport().opened(),
              ElementsAre("first:1883", "second:1884", "third:1885", "first:1883"));
}

class AttemptWithTwoBrokers : public ::testing::Test {
 protected:
  // The first broker is not there, the second one accepts.
  void SetUp() override {
    script.transport().set_open(std::unexpected{Error::connect_refused});
    script.expect_event("disconnected connect_refused");
    script.transport().set_open(Progress::ready);
    ASSERT_TRUE(script.session().start());
    script.connect();
    ASSERT_EQ(script.transport().opened().back(), "second:1884");
  }
  std::string next_opened() {
    EXPECT_TRUE(script.session().start());
    script.expect("CONNECT *");
    return script.transport().opened().back();
  }

  std::array<Broker, 1> more{Broker{"second", 1884}};
  Script script{{.broker = Broker{"first", 1883}, .more_brokers = more}};
};

TEST_F(AttemptWithTwoBrokers, TheOneThatServedWellIsTriedAgainFirst) {
  script.advance(30s);
  script.cut();
  EXPECT_EQ(next_opened(), "second:1884");
}

TEST_F(AttemptWithTwoBrokers, TheOneThatAcceptsAndKicksIsNot) {
  script.advance(29'999ms);
  script.cut();
  EXPECT_EQ(next_opened(), "first:1883");
}

TEST_F(AttemptWithTwoBrokers, TheApplicationsOwnReconnectStaysWhereItIs) {
  ASSERT_TRUE(script.session().reconnect_now());
  script.expect("DISCONNECT 0x00");
  script.expect("CONNECT *");
  EXPECT_EQ(script.transport().opened().back(), "second:1884");
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Destroying an operation ends the wait and nothing else, at every stage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Task<> poll_once(Frames&, Script& script, std::vector<std::string>& log) {
  log.push_back(to_text(co_await script.session().poll()));
}

Task<> settled_once(Frames&, Script& script, Ticket ticket, std::vector<std::string>& log) {
  const auto outcome = co_await script.session().settled(ticket);
  log.push_back(outcome ? to_text(*outcome) : std::string{to_string(outcome.error())});
}

Task<> ready_once(Frames&, Script& script, std::vector<std::string>& log) {
  const auto ready = co_await script.session().ready(600);
  log.push_back(ready ? "ready" : std::string{to_string(ready.error())});
}

// Polls, and in the middle of that ends another task.
Task<> poll_and_cancel(Frames&, Script& script, Task<>& other, std::vector<std::string>& log) {
  log.push_back(to_text(co_await script.session().poll()));
  other = Task<>{};
}

class Cancel : public ::testing::Test {
 protected:
  Script script{{.keep_alive_s = 0}};
  Frames frames;
  std::vector<std::string> log;
};

TEST_F(Cancel, TaskThatNeverStarted) {
  {
    const Task<> task = poll_once(frames, script, log);
  }
  script.connect();
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(Cancel, PollAtEachStepOfTheConnection) {
  // The number of steps that the poller is alive: none, opened, CONNECT sent, CONNACK there.
  for (int steps = 0; steps < 4; ++steps) {
    Script one;
    std::optional<Task<>> task{poll_once(frames, one, log)};
    (void)task->start();
    if (steps == 0) task.reset();
    one.expect("CONNECT *");
    if (steps == 1) task.reset();
    one.transport().deliver(connack());
    if (steps == 2) task.reset();
    one.run();
    if (steps == 3) {
      EXPECT_THAT(log, ElementsAre("connected"));
    } else {
      EXPECT_THAT(log, IsEmpty());
      one.expect_event("connected");
    }
  }
}

TEST_F(Cancel, SessionKeepsAliveWhileNobodyWaits) {
  Script alive;
  {
    Task<> task = poll_once(frames, alive, log);
    (void)task.start();
    alive.expect("CONNECT *");
  }
  alive.send(connack());
  alive.advance(45s);
  alive.expect("PINGREQ");
  alive.send(pingresp());
  alive.cut();
  alive.advance(1s);
  alive.go_online({.session_present = true});
}

TEST_F(Cancel, PollWithAMessageAtHand) {
  script.connect();
  Task<> task = poll_once(frames, script, log);
  (void)task.start();
  script.transport().deliver(publish({.topic = "in", .payload = "x", .qos = 1, .id = 3}));
  task = Task<>{};
  script.expect_nothing();  // Nobody has seen it, so it is not acknowledged.
  script.expect_event("inbound q1 in x");
  script.expect_no_event();
  script.expect("PUBACK id=3 0x00");
}

TEST_F(Cancel, SettledBeforeTheAnswerTurnsItIntoAnEvent) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  Task<> task = settled_once(frames, script, ticket.value_or(Ticket{}), log);
  (void)task.start();
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  task = Task<>{};
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(Cancel, SettledWithTheAnswerAtHandTurnsItIntoAnEvent) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  script.send(puback(id));
  Task<> task = settled_once(frames, script, ticket.value_or(Ticket{}), log);
  (void)task.start();
  task = Task<>{};
  script.expect_event("settled publish 0x00");
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(Cancel, AnotherPollerMayComeAfterwards) {
  script.connect();
  Task<> task = poll_once(frames, script, log);
  (void)task.start();
  task = poll_once(frames, script, log);
  (void)task.start();
  script.send(publish({.topic = "in", .payload = "x"}));
  EXPECT_THAT(log, ElementsAre("inbound q0 in x"));
}

TEST_F(Cancel, ReadyLeavesNothingBehind) {
  script.connect();
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = std::string(300, 'x')}));
  Task<> task = ready_once(frames, script, log);
  (void)task.start();
  task = Task<>{};
  script.expect("PUBLISH q0 *");
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(Cancel, OneTaskEndsAnotherThatIsDueInTheSameTurn) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  Task<> victim;
  Task<> poller = poll_and_cancel(frames, script, victim, log);
  (void)poller.start();
  victim = settled_once(frames, script, ticket.value_or(Ticket{}), log);
  (void)victim.start();
  script.send(publish({.topic = "in", .payload = "x"}), puback(id));
  EXPECT_THAT(log, ElementsAre("inbound q0 in x"));
  script.expect_event("settled publish 0x00");
}

}  // namespace
}  // namespace minimq::testing

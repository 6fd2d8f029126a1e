// SPDX-License-Identifier: MIT
//
// What one task can await: the next event, an outcome, room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A task that awaits an outcome and writes it down.
Task<> await_outcome(Frames&, Script& script, Ticket ticket, std::optional<Instant> deadline,
                     std::vector<std::string>& log) {
  const auto outcome = co_await script.session().settled(ticket, deadline);
  log.push_back(outcome ? to_text(*outcome) : std::string{to_string(outcome.error())});
}

Task<> await_room(Frames&, Script& script, std::size_t bytes, std::optional<Instant> deadline,
                  std::vector<std::string>& log) {
  const auto ready = co_await script.session().ready(bytes, deadline);
  log.push_back(ready ? "ready" : std::string{to_string(ready.error())});
}

Task<> await_event(Frames&, Script& script, std::optional<Instant> deadline,
                   std::vector<std::string>& log) {
  const Event event = co_await script.session().poll(deadline);
  log.push_back(to_text(event));
}

class Operations : public ::testing::Test {
 protected:
  // A session that is online, its tx as large as said, with a task that begins to await.
  void begin(Task<>&& task) {
    tasks.push_back(std::move(task));
    ASSERT_TRUE(tasks.back().start());
  }
  Ticket publish_one(std::string_view topic = "a") {
    const auto ticket = script.session().publish({.topic = topic, .qos = qos1});
    EXPECT_TRUE(ticket);
    return ticket.value_or(Ticket{});
  }
  std::uint16_t expect_publish() { return script.expect("PUBLISH q1 d0 id=* topic=* payload=").id; }

  Script script{{.keep_alive_s = 0}};
  Frames frames;
  std::vector<std::string> log;
  std::vector<Task<>> tasks;
};

TEST_F(Operations, OutcomeIsAwaitedAndThenNoEvent) {
  script.connect();
  begin(await_outcome(frames, script, publish_one(), {}, log));
  const auto id = expect_publish();
  EXPECT_THAT(log, IsEmpty());
  script.send(puback(id, 0x10));
  EXPECT_THAT(log, ElementsAre("publish 0x10"));
  script.expect_no_event();
}

TEST_F(Operations, OutcomeThatCameBeforeTheWait) {
  script.connect();
  const Ticket ticket = publish_one();
  script.send(puback(expect_publish()));
  begin(await_outcome(frames, script, ticket, {}, log));
  EXPECT_THAT(log, IsEmpty()) << "resumed from inside the call";
  script.run();
  EXPECT_THAT(log, ElementsAre("publish 0x00"));
  script.expect_no_event();
}

TEST_F(Operations, OutcomeTakenAsAnEventIsUnknownAfterwards) {
  script.connect();
  const Ticket ticket = publish_one();
  script.send(puback(expect_publish()));
  script.expect_event("settled publish 0x00");
  begin(await_outcome(frames, script, ticket, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("unknown_ticket"));
}

TEST_F(Operations, TicketThatWasNeverGiven) {
  script.connect();
  begin(await_outcome(frames, script, Ticket{12'345}, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("unknown_ticket"));
}

TEST_F(Operations, EmptyTicketCompletesAtOnce) {
  script.connect();
  begin(await_outcome(frames, script, Ticket{}, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("publish 0x00"));
}

TEST_F(Operations, DeadlineForAnOutcomePassesAndTheTicketIsStillGood) {
  script.connect();
  const Ticket ticket = publish_one();
  begin(await_outcome(frames, script, ticket, script.now() + 5s, log));
  const auto id = expect_publish();
  script.advance(4'999ms);
  EXPECT_THAT(log, IsEmpty());
  script.advance(1ms);
  EXPECT_THAT(log, ElementsAre("deadline_passed"));
  begin(await_outcome(frames, script, ticket, {}, log));
  script.send(puback(id));
  EXPECT_THAT(log, ElementsAre("deadline_passed", "publish 0x00"));
}

TEST_F(Operations, OutcomeWhoseWaitTimedOutBecomesAnEvent) {
  script.connect();
  begin(await_outcome(frames, script, publish_one(), script.now() + 5s, log));
  const auto id = expect_publish();
  script.advance(5s);
  EXPECT_THAT(log, ElementsAre("deadline_passed"));
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
  script.expect_no_event();
}

TEST_F(Operations, SecondAwaiterOfATicketIsBusy) {
  script.connect();
  const Ticket ticket = publish_one();
  begin(await_outcome(frames, script, ticket, {}, log));
  begin(await_outcome(frames, script, ticket, {}, log));
  const auto id = expect_publish();
  EXPECT_THAT(log, ElementsAre("busy"));
  script.send(puback(id));
  EXPECT_THAT(log, ElementsAre("busy", "publish 0x00"));
}

TEST_F(Operations, AwaitedOutcomeSurvivesAReconnect) {
  script.connect();
  begin(await_outcome(frames, script, publish_one(), {}, log));
  const auto id = expect_publish();
  script.cut();
  script.advance(1s);
  script.go_online({.session_present = true});
  script.expect("PUBLISH q1 d1 id=" + std::to_string(id) + " topic=a payload=");
  script.send(puback(id));
  EXPECT_THAT(log, ElementsAre("publish 0x00"));
}

TEST_F(Operations, AwaitedOutcomeOfALostSession) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = QoS::exactly_once});
  begin(await_outcome(frames, script, ticket.value_or(Ticket{}), {}, log));
  script.expect("PUBLISH q2 d0 id=* topic=a payload=");
  script.cut();
  script.advance(1s);
  script.go_online();
  EXPECT_THAT(log, ElementsAre("publish session_lost"));
}

TEST_F(Operations, EveryTopicOfASubscribeHasItsOwnReason) {
  script.connect();
  const std::array<TopicFilter, 3> filters{{{.filter = "a"}, {.filter = "b"}, {.filter = "c"}}};
  const auto ticket = script.session().subscribe(filters);
  begin(await_outcome(frames, script, ticket.value_or(Ticket{}), {}, log));
  const auto id = script.expect("SUBSCRIBE id=* a:2 b:2 c:2").id;
  script.send(suback(id, {0x02, 0x87, 0x00}));
  EXPECT_THAT(log, ElementsAre("subscribe 0x02 0x87 0x00"));
}

TEST_F(Operations, RoomIsThereAlready) {
  script.connect();
  begin(await_room(frames, script, 100, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("ready"));
}

TEST_F(Operations, RoomComesWithAnAnswer) {
  script.connect();
  const std::string large(500, 'x');
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = large, .qos = qos1}));
  EXPECT_EQ(script.session().publish({.topic = "a", .payload = large, .qos = qos1}).error(),
            Error::not_ready);
  EXPECT_EQ(script.session().shortage(), Shortage::bytes);
  begin(await_room(frames, script, 510, {}, log));
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  EXPECT_THAT(log, IsEmpty());
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
  script.run();
  EXPECT_THAT(log, ElementsAre("ready"));
  EXPECT_TRUE(script.session().publish({.topic = "a", .payload = large, .qos = qos1}));
  script.expect("PUBLISH q1 d0 *");
}

TEST_F(Operations, DeadlineForRoomPasses) {
  script.connect();
  const std::string large(500, 'x');
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = large, .qos = qos1}));
  begin(await_room(frames, script, 510, script.now() + 3s, log));
  script.expect("PUBLISH q1 d0 *");
  script.advance(3s);
  EXPECT_THAT(log, ElementsAre("deadline_passed"));
}

TEST_F(Operations, RoomThatOnlyUnreadOutcomesTakeUpIsNotAwaitedForEver) {
  script.connect();
  const std::size_t all = script.session().tx_free();
  publish_one();
  script.send(puback(expect_publish()));
  begin(await_room(frames, script, all, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("not_ready"));
  script.expect_event("settled publish 0x00");
  begin(await_room(frames, script, all, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("not_ready", "ready"));
}

TEST_F(Operations, RoomThatCanNeverBe) {
  script.connect();
  begin(await_room(frames, script, 10'000, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("packet_too_large"));
}

TEST_F(Operations, DeadlineThatHasPassedAlready) {
  script.connect();
  const Ticket ticket = publish_one();
  begin(await_outcome(frames, script, ticket, script.now() - 1s, log));
  begin(await_event(frames, script, script.now(), log));
  const auto id = expect_publish();
  EXPECT_THAT(log, ElementsAre("deadline_passed", "idle"));
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
}

TEST_F(Operations, PollWithADeadlineIsIdle) {
  script.connect();
  begin(await_event(frames, script, script.now() + 5s, log));
  script.advance(4'999ms);
  EXPECT_THAT(log, IsEmpty());
  script.advance(1ms);
  EXPECT_THAT(log, ElementsAre("idle"));
}

TEST_F(Operations, EventThatComesInTimeIsNotIdle) {
  script.connect();
  begin(await_event(frames, script, script.now() + 5s, log));
  script.advance(4s);
  script.send(publish({.topic = "in", .payload = "x"}));
  EXPECT_THAT(log, ElementsAre("inbound q0 in x"));
}

TEST_F(Operations, SecondPollerIsBusyAndTheFirstGoesOn) {
  script.connect();
  begin(await_event(frames, script, {}, log));
  begin(await_event(frames, script, {}, log));
  script.run();
  EXPECT_THAT(log, ElementsAre("stopped busy"));
  script.send(publish({.topic = "in", .payload = "x"}));
  EXPECT_THAT(log, ElementsAre("stopped busy", "inbound q0 in x"));
}

TEST_F(Operations, WaitsEndWhenTheSessionStops) {
  script.connect();
  const Ticket ticket = publish_one();
  begin(await_outcome(frames, script, ticket, {}, log));
  expect_publish();
  begin(await_room(frames, script, 600, {}, log));
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  EXPECT_THAT(log, ElementsAre("stopped", "stopped"));
  // The ticket is still good.
  begin(await_event(frames, script, {}, log));
  script.run();
  ASSERT_TRUE(script.session().start());
  begin(await_outcome(frames, script, ticket, {}, log));
  script.go_online({.session_present = true});
  const auto id = script.expect("PUBLISH q1 d1 *").id;
  script.send(puback(id));
  EXPECT_THAT(log, ElementsAre("stopped", "stopped", "stopped requested", "publish 0x00"));
}

TEST_F(Operations, FirstOperationConnects) {
  begin(await_event(frames, script, {}, log));
  script.go_online();
  EXPECT_THAT(log, ElementsAre("connected"));
}

}  // namespace
}  // namespace minimq::testing

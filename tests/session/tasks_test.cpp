// SPDX-License-Identifier: MIT
//
// Several tasks on one session, and calls into it from unusual places.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Log = std::vector<std::string>;

Task<> poll_for_ever(Frames&, Script& script, Log& log) {
  for (;;) {
    const Event event = co_await script.session().poll();
    log.push_back(to_text(event));
  }
}

// Publishes one message after the other and awaits each outcome.
Task<> publish_in_turn(Frames&, Script& script, std::string topic, int count, Log& log) {
  for (int i = 0; i < count; ++i) {
    const auto ticket = script.session().publish({.topic = topic, .qos = qos1});
    if (!ticket) co_return;
    const auto outcome = co_await script.session().settled(*ticket);
    log.push_back(topic + (outcome ? " " + to_text(*outcome) : " failed"));
  }
}

// Answers every message.
Task<> answer(Frames&, Script& script) {
  for (;;) {
    const Event event = co_await script.session().poll();
    if (event.kind() != Event::Kind::inbound) continue;
    (void)script.session().publish({.topic = "answer", .payload = event.message().payload()});
  }
}

Task<> end_the_session(Frames&, Script& script, Log& log) {
  log.push_back(to_text(co_await script.session().poll()));
  script.end_session();
  log.push_back("ended");
}

Task<> drive_again(Frames&, Script& script, Log& log) {
  log.push_back(to_text(co_await script.session().poll()));
  script.session().drive(script.now() + 1h);
  log.push_back(to_text(co_await script.session().poll(script.now() + 1s)));
}

// Takes one message and keeps it until `released` is true; then it awaits nothing any more.
Task<> hold_message(Frames&, Script& script, std::optional<Message>& held) {
  for (;;) {
    const Event event = co_await script.session().poll();
    if (event.kind() != Event::Kind::inbound) continue;
    held = event.message();
    co_return;
  }
}

class Tasks : public ::testing::Test {
 protected:
  void begin(Task<>&& task) {
    tasks.push_back(std::move(task));
    ASSERT_TRUE(tasks.back().start());
  }

  Script script;
  Frames frames;
  Log log;
  std::vector<Task<>> tasks;
};

TEST_F(Tasks, OnePollsAndTwoPublishAndAwait) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  Log first;
  Log second;
  begin(publish_in_turn(frames, script, "a", 2, first));
  begin(publish_in_turn(frames, script, "b", 2, second));
  const auto a = script.expect("PUBLISH q1 d0 id=* topic=a *").id;
  const auto b = script.expect("PUBLISH q1 d0 id=* topic=b *").id;
  script.send(puback(b));
  const auto next_b = script.expect("PUBLISH q1 d0 id=* topic=b *").id;
  EXPECT_THAT(second, ElementsAre("b publish 0x00"));
  script.send(publish({.topic = "in", .payload = "x"}), puback(a), puback(next_b));
  EXPECT_THAT(second, ElementsAre("b publish 0x00", "b publish 0x00"));
  script.send(puback(script.expect("PUBLISH q1 d0 id=* topic=a *").id));
  EXPECT_THAT(first, ElementsAre("a publish 0x00", "a publish 0x00"));
  EXPECT_THAT(log, ElementsAre("connected", "inbound q0 in x"));
}

TEST_F(Tasks, AnswersGoToTheirAwaiterOrToThePollerNeverToBoth) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  ASSERT_TRUE(script.session().publish({.topic = "event", .qos = qos1}));
  Log awaited;
  begin(publish_in_turn(frames, script, "awaited", 1, awaited));
  const auto event = script.expect("PUBLISH q1 d0 id=* topic=event *").id;
  const auto other = script.expect("PUBLISH q1 d0 id=* topic=awaited *").id;
  script.send(puback(event, 0x10), puback(other, 0x97));
  EXPECT_THAT(log, ElementsAre("connected", "settled publish 0x10"));
  EXPECT_THAT(awaited, ElementsAre("awaited publish 0x97"));
}

TEST_F(Tasks, EveryPieceOfTheStreamIsTakenWithoutAnotherEventOfTheTransport) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  const std::string payload(60, 'x');
  Packet stream;
  for (int i = 0; i < 50; ++i) {
    const Packet one = publish({.topic = "in", .payload = payload});
    stream.insert(stream.end(), one.begin(), one.end());
  }
  script.transport().deliver(stream, 7);
  script.run();
  EXPECT_EQ(log.size(), 51u);
  EXPECT_EQ(script.transport().unread(), 0u);
}

TEST_F(Tasks, CommandOfAResumedTaskLeaves) {
  begin(answer(frames, script));
  script.go_online();
  script.send(publish({.topic = "in", .payload = "x"}));
  script.expect("PUBLISH q0 topic=answer payload=x");
}

TEST_F(Tasks, CommandFromOutsideTheLoopIsSentWithoutAnotherEvent) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = "x"}));
  script.expect("PUBLISH q0 topic=a payload=x");
  ASSERT_TRUE(script.session().subscribe({.filter = "b"}));
  script.send(suback(script.expect("SUBSCRIBE id=* b:2").id, {2}));
  ASSERT_TRUE(script.session().unsubscribe("b"));
  script.send(unsuback(script.expect("UNSUBSCRIBE id=* b").id, {0}));
  ASSERT_TRUE(script.session().disconnect());
  script.expect("DISCONNECT 0x00");
  ASSERT_TRUE(script.session().start());
  script.go_online({.session_present = true});
  EXPECT_THAT(log, ElementsAre("connected", "settled subscribe 0x02", "settled unsubscribe 0x00",
                               "stopped requested", "reconnected"));
}

TEST_F(Tasks, MessageReleasedFromOutsideTheLoopIsAcknowledgedWithoutAnotherEvent) {
  std::optional<Message> held;
  begin(hold_message(frames, script, held));
  script.go_online();
  script.send(publish({.topic = "in", .payload = "x", .qos = 1, .id = 5}));
  ASSERT_TRUE(held);
  script.expect_nothing();
  held->release();
  script.expect("PUBACK id=5 0x00");
}

TEST_F(Tasks, MessageReleasedFromOutsideTheLoopMakesRoomForTheStream) {
  std::optional<Message> held;
  begin(hold_message(frames, script, held));
  script.go_online();
  const std::string payload(200, 'x');
  script.send(publish({.topic = "in", .payload = payload}),
              publish({.topic = "in", .payload = payload}));
  ASSERT_TRUE(held);
  ASSERT_NE(script.transport().unread(), 0u);
  held->release();
  script.run();
  EXPECT_EQ(script.transport().unread(), 0u);
}

TEST_F(Tasks, DeferredAcknowledgementFromOutsideTheLoopIsSentWithoutAnotherEvent) {
  std::optional<Message> held;
  begin(hold_message(frames, script, held));
  script.go_online();
  script.send(publish({.topic = "in", .payload = "x", .qos = 1, .id = 5}));
  ASSERT_TRUE(held);
  const AckHandle handle = held->defer_ack();
  begin(poll_for_ever(frames, script, log));
  script.expect_nothing();
  ASSERT_TRUE(script.session().acknowledge(handle, ReasonCode::quota_exceeded));
  script.expect("PUBACK id=5 0x97");
  EXPECT_EQ(script.session().acknowledge(handle).error(), Error::stale_ack);
}

TEST_F(Tasks, ResumedTaskEndsTheSession) {
  begin(end_the_session(frames, script, log));
  script.go_online();
  EXPECT_THAT(log, ElementsAre("connected", "ended"));
  EXPECT_FALSE(script.transport().is_open());
  EXPECT_FALSE(script.transport().is_waited_for());
}

TEST_F(Tasks, SessionThatEndsIsNotWaitedForAnyMore) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  ASSERT_TRUE(script.transport().is_waited_for());
  tasks.clear();
  script.end_session();
  EXPECT_FALSE(script.transport().is_waited_for());
  EXPECT_FALSE(script.transport().is_open());
}

TEST_F(Tasks, NestedDriveDoesNothing) {
  begin(drive_again(frames, script, log));
  script.go_online();
  EXPECT_THAT(log, ElementsAre("connected"));
  EXPECT_EQ(script.session().state(), Session::State::online);
  script.expect_nothing();
  script.advance(1s);
  EXPECT_THAT(log, ElementsAre("connected", "idle"));
}

TEST_F(Tasks, ThreadThatBlocksDoesNotHoldUpATask) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  PollOperation blocking = script.session().poll();
  blocking.start();
  Log awaited;
  begin([](Frames&, Script& s, Ticket t, Log& l) -> Task<> {
    const auto outcome = co_await s.session().settled(t);
    l.push_back(outcome ? to_text(*outcome) : "failed");
  }(frames, script, ticket.value_or(Ticket{}), awaited));
  script.send(publish({.topic = "in", .payload = "x"}), puback(id));
  EXPECT_TRUE(blocking.done());
  EXPECT_EQ(to_text(blocking.await_resume()), "inbound q0 in x");
  EXPECT_THAT(awaited, ElementsAre("publish 0x00"));
}

TEST_F(Tasks, MoreThanOneTurnCanResume) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  for (int i = 0; i < 40; ++i)
    script.transport().deliver(publish({.topic = "in", .payload = std::to_string(i)}));
  script.run();
  ASSERT_EQ(log.size(), 41u);
  EXPECT_EQ(log.back(), "inbound q0 in 39");
}

TEST_F(Tasks, PayloadCallableThatCallsBackIsBusy) {
  begin(poll_for_ever(frames, script, log));
  script.go_online();
  std::vector<Error> errors;
  const auto note = [&errors](const auto& result) {
    errors.push_back(result ? Error{} : result.error());
  };
  Session& session = script.session();
  const auto writer = [&](std::span<std::byte> space) -> std::size_t {
    note(session.publish({.topic = "b"}));
    note(session.publish({.topic = "b", .payload = std::string(200, 'x'), .qos = qos1}));
    note(session.subscribe({.filter = "b"}));
    note(session.unsubscribe("b"));
    note(session.disconnect());
    note(session.disconnect({.drain = 1s}));
    note(session.start());
    note(session.reconnect_now());
    note(session.acknowledge({.packet_id = 1, .connection = 1}));
    session.drive(script.now());
    EXPECT_EQ(session.next_event().has_value(), false);
    space[0] = std::byte{'x'};
    return 1;
  };
  ASSERT_TRUE(session.publish({.topic = "a", .payload = writer, .qos = qos1}));
  EXPECT_THAT(errors, ::testing::Each(Error::busy));
  script.send(puback(script.expect("PUBLISH q1 d0 id=* topic=a payload=x").id));
  script.expect_nothing();
  EXPECT_EQ(session.state(), Session::State::online);
}

TEST_F(Tasks, PayloadCallableThatDrivesTheSessionChangesNothingBeneathItself) {
  script.connect();
  ASSERT_TRUE(script.session().subscribe({.filter = "a"}));
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = "first", .qos = qos1}));
  script.send(suback(script.expect("SUBSCRIBE *").id, {2}));
  script.transport().deliver(puback(script.expect("PUBLISH q1 d0 *").id));
  const auto writer = [&](std::span<std::byte> space) -> std::size_t {
    script.session().drive(script.now());  // It would free all of tx.
    EXPECT_FALSE(script.session().next_event());
    EXPECT_FALSE(script.session().next_event());
    std::ranges::copy(as_bytes("second"), space.begin());
    return 6;
  };
  ASSERT_TRUE(script.session().publish({.topic = "b", .payload = writer, .qos = qos1}));
  script.expect("PUBLISH q1 d0 id=* topic=b payload=second");
  script.expect_event("settled subscribe 0x02");
  script.expect_event("settled publish 0x00");
}

}  // namespace
}  // namespace minimq::testing

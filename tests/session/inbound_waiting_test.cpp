// SPDX-License-Identifier: MIT
//
// A message that is held keeps its place in rx. No wait may depend on its own handler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Log = std::vector<std::string>;

// A handler that publishes and awaits the outcome while it holds the message.
Task<> publish_in_the_handler(Frames&, Script& script, Log& log) {
  for (;;) {
    const Event event = co_await script.session().poll();
    log.push_back(to_text(event).substr(0, 24));
    if (event.kind() != Event::Kind::inbound) continue;
    const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
    if (!ticket) co_return;
    const auto deadline = script.now() + 5s;
    const auto outcome = co_await script.session().settled(*ticket, deadline);
    log.push_back(outcome ? to_text(*outcome) : std::string{to_string(outcome.error())});
  }
}

Task<> await_room_in_the_handler(Frames&, Script& script, Log& log) {
  for (;;) {
    const Event event = co_await script.session().poll();
    if (event.kind() != Event::Kind::inbound) continue;
    const auto ready = co_await script.session().ready(600);
    log.push_back(ready ? "ready" : std::string{to_string(ready.error())});
  }
}

Task<> await_outcome(Frames&, Script& script, Ticket ticket, Log& log) {
  const auto outcome = co_await script.session().settled(ticket);
  log.push_back(outcome ? to_text(*outcome) : std::string{to_string(outcome.error())});
}

class InboundWaiting : public ::testing::Test {
 protected:
  void begin(Task<>&& task) {
    tasks.push_back(std::move(task));
    ASSERT_TRUE(tasks.back().start());
  }
  static Packet message(std::size_t payload_size) {
    return publish({.topic = "in", .payload = std::string(payload_size, 'x')});
  }

  Script script;
  Frames frames;
  Log log;
  std::vector<Task<>> tasks;
};

TEST_F(InboundWaiting, AnswerBehindAHeldMessageIsReadWhereRxHasRoom) {
  begin(publish_in_the_handler(frames, script, log));
  script.go_online();
  script.send(message(10));
  script.send(puback(script.expect("PUBLISH q1 d0 *").id));
  EXPECT_THAT(log, ElementsAre("connected", "inbound q0 in xxxxxxxxxx", "publish 0x00"));
}

TEST_F(InboundWaiting, AnswerBehindMessagesThatNobodyHasTakenIsRead) {
  begin(publish_in_the_handler(frames, script, log));
  script.go_online();
  script.send(message(10));
  const auto first = script.expect("PUBLISH q1 d0 *").id;
  script.send(message(10), message(10), puback(first));
  EXPECT_THAT(log, ElementsAre("connected", "inbound q0 in xxxxxxxxxx", "publish 0x00",
                               "inbound q0 in xxxxxxxxxx"));
  script.expect("PUBLISH q1 d0 *");
}

TEST_F(InboundWaiting, RxFullOfOneMessageEndsTheWaitAtOnce) {
  begin(publish_in_the_handler(frames, script, log));
  script.go_online();
  script.send(message(248));  // With its head of eight bytes it fills rx.
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  EXPECT_THAT(log, ElementsAre("connected", "inbound q0 in xxxxxxxxxx", "inbound_waiting"));
  // The ticket stays valid: now that the handler is done, its outcome is an event.
  script.send(puback(id));
  EXPECT_EQ(log.back(), "settled publish 0x00");
}

TEST_F(InboundWaiting, RxThatFillsWhileWaitingEndsTheWait) {
  begin(publish_in_the_handler(frames, script, log));
  script.go_online();
  script.send(message(100));
  script.expect("PUBLISH q1 d0 *");
  EXPECT_EQ(log.size(), 2u);
  script.transport().deliver(message(100));
  script.transport().deliver(message(100));
  script.run();
  ASSERT_GE(log.size(), 3u);
  EXPECT_EQ(log[2], "inbound_waiting");
  (void)script.take_packets();
}

TEST_F(InboundWaiting, DeadlineEndsTheWaitWhereRxIsNotFull) {
  begin(publish_in_the_handler(frames, script, log));
  script.go_online();
  script.send(message(10));
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  script.advance(5s);
  EXPECT_EQ(log.back(), "deadline_passed");
  script.send(puback(id));
  EXPECT_EQ(log.back(), "settled publish 0x00");
}

TEST_F(InboundWaiting, RoomIsNotAwaitedBehindAFullRx) {
  begin(await_room_in_the_handler(frames, script, log));
  script.go_online();
  ASSERT_TRUE(
      script.session().publish({.topic = "a", .payload = std::string(400, 'x'), .qos = qos1}));
  script.expect("PUBLISH q1 d0 *");
  script.send(message(248));
  EXPECT_THAT(log, ElementsAre("inbound_waiting"));
}

TEST_F(InboundWaiting, OtherTaskAwaitsWhileNobodyPolls) {
  script.connect();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  begin(await_outcome(frames, script, ticket.value_or(Ticket{}), log));
  script.send(message(248));
  EXPECT_THAT(log, ElementsAre("inbound_waiting"));
  script.expect_event("inbound *");
  script.expect_no_event();
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
}

TEST_F(InboundWaiting, OtherTaskAwaitsWhileOnePolls) {
  Device device{script, Form::coroutine};
  script.go_online();
  const auto ticket = script.session().publish({.topic = "a", .qos = qos1});
  const auto id = script.expect("PUBLISH q1 d0 *").id;
  begin(await_outcome(frames, script, ticket.value_or(Ticket{}), log));
  script.send(message(248), message(248), puback(id));
  EXPECT_THAT(log, ElementsAre("publish 0x00"));
  EXPECT_EQ(device.events().size(), 3u);
}

TEST_F(InboundWaiting, HeldMessageOutlivesItsLink) {
  script.connect();
  script.send(publish({.topic = "in", .payload = "precious", .qos = 1, .id = 4}));
  const Event event = script.expect_event("inbound q1 in precious");
  script.cut();
  script.advance(1s);
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  EXPECT_EQ(event.message().text(), "precious");
  EXPECT_NE(script.session().state(), Session::State::online);  // CONNACK waits.
  event.message().release();
  script.run();
  EXPECT_EQ(script.session().state(), Session::State::online);
  script.expect_nothing();  // What came on the old link is not acknowledged on this one.
  script.expect_event("disconnected link_closed");
  script.expect_event("reconnected");
}

TEST_F(InboundWaiting, ConnackIsNotMissedWhileTheApplicationHoldsRx) {
  script.connect();
  script.send(publish({.topic = "in", .payload = "precious"}));
  const Event event = script.expect_event("inbound q0 in precious");
  script.cut();
  script.advance(1s);
  script.expect("CONNECT clean=0 id=demo");
  script.send(connack({.session_present = true}));
  script.advance(1h);
  EXPECT_EQ(event.message().text(), "precious");
  event.message().release();
  script.run();
  EXPECT_EQ(script.session().state(), Session::State::online);
  script.expect_event("disconnected link_closed");
  script.expect_event("reconnected");
}

TEST_F(InboundWaiting, PingIsNotMissedWhileTheApplicationHoldsRx) {
  script.connect();
  script.send(message(248));
  script.expect_event("inbound *");
  script.advance(45s);
  script.expect("PINGREQ");
  script.transport().deliver(pingresp());
  script.advance(10min);
  (void)script.take_packets();
  EXPECT_EQ(script.session().state(), Session::State::online);
  script.expect_no_event();
  script.advance(9s);
  EXPECT_EQ(script.session().state(), Session::State::online);
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// The main loop: time, sleep, coroutines, and a session that lives on it.
#include <minimq/minimq.hpp>
#include <minimq/task.hpp>

#include <chrono>
#include <vector>

#include "ports/lwip/stack.hpp"

namespace minimq::lwip::test {
namespace {

using namespace std::chrono_literals;

class LwipLoop : public LwipTest {
 protected:
  alignas(std::max_align_t) std::array<std::byte, 4096> frames_{};
  EventLoop tasks_{platform_, frames_};
};

TEST_F(LwipLoop, TheClockOutlivesItsThirtyTwoBits) {
  Stack::clock() = 0xffff'ff00;
  EventLoop loop{platform_};
  const Instant before = loop.now();
  Stack::clock() += 0x200;
  EXPECT_EQ(loop.now() - before, Duration{0x200});
  EXPECT_GT(loop.now().time_since_epoch().count(), std::int64_t{0xffff'ffff});
}

TEST_F(LwipLoop, ATurnEndsAtItsDeadline) {
  const Instant deadline = loop_.now() + 3s;
  while (loop_.now() < deadline)
    ASSERT_TRUE(loop_.run_once(deadline));
  EXPECT_EQ(loop_.now(), deadline);
}

TEST_F(LwipLoop, ADeadlineThatHasPassedMeansNoSleep) {
  const int sleeps = platform_.sleeps;
  ASSERT_TRUE(loop_.run_once(loop_.now()));
  EXPECT_EQ(platform_.sleeps, sleeps);
}

TEST_F(LwipLoop, OfSeveralWaitsTheEarliestEndsTheSleep) {
  Bell late;
  Bell early;
  TcpTransport other{loop_};
  const Instant begin = loop_.now();
  transport_.wait({}, begin + 900ms, late);
  other.wait({}, begin + 400ms, early);
  ASSERT_TRUE(turn_until([&] { return early.rung == 1; }));
  EXPECT_EQ(late.rung, 0);
  EXPECT_EQ(loop_.now(), begin + 400ms);
  ASSERT_TRUE(turn_until([&] { return late.rung == 1; }));
  EXPECT_EQ(loop_.now(), begin + 900ms);
}

Task<> sleeper(EventLoop& loop, std::vector<int>& order, int name, Duration delay) {
  co_await loop.sleep(delay);
  order.push_back(name);
}

TEST_F(LwipLoop, SleepersWakeInTheOrderOfTheirDeadlines) {
  std::vector<int> order;
  auto late = sleeper(tasks_, order, 2, 30ms);
  auto early = sleeper(tasks_, order, 1, 20ms);
  ASSERT_TRUE(late.start());
  ASSERT_TRUE(early.start());
  ASSERT_TRUE(tasks_.run(sleeper(tasks_, order, 3, 40ms)));
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(LwipLoop, ASleepIsNeverCutShort) {
  const Instant begin = tasks_.now();
  ASSERT_TRUE(tasks_.run_until(tasks_.sleep(25ms)));
  EXPECT_GE(tasks_.now() - begin, 25ms);
}

Task<> yielder(EventLoop& loop, int& turns) {
  for (;;) {
    ++turns;
    co_await loop.sleep(0ms);
  }
}

TEST_F(LwipLoop, SleepingForNothingLetsOthersRun) {
  int turns = 0;
  auto busy = yielder(tasks_, turns);
  ASSERT_TRUE(busy.start());
  ASSERT_TRUE(tasks_.run_once(tasks_.now()));
  ASSERT_TRUE(tasks_.run_once(tasks_.now()));
  EXPECT_EQ(turns, 3) << "once at its start, and once in each turn";
}

TEST_F(LwipLoop, ASleepThatIsDestroyedWakesNobody) {
  std::vector<int> order;
  {
    auto cancelled = sleeper(tasks_, order, 1, 10ms);
    ASSERT_TRUE(cancelled.start());
  }
  ASSERT_TRUE(tasks_.run_until(tasks_.sleep(20ms)));
  EXPECT_TRUE(order.empty());
}

Task<> nested(EventLoop& loop, Result<void>& result) {
  result = loop.run_once();
  co_return;
}

TEST_F(LwipLoop, ARunInsideARunIsRefused) {
  Result<void> result;
  ASSERT_TRUE(tasks_.run(nested(tasks_, result)));
  EXPECT_EQ(result.error(), Error::busy);
}

Task<> stopper(EventLoop& loop) {
  loop.stop();
  co_await loop.sleep(1h);
}

TEST_F(LwipLoop, StopEndsARunUntilRestart) {
  EXPECT_EQ(tasks_.run(stopper(tasks_)).error(), Error::stopped);
  EXPECT_EQ(tasks_.run_until(tasks_.sleep(1ms)).error(), Error::stopped);
  tasks_.restart();
  EXPECT_TRUE(tasks_.run_until(tasks_.sleep(1ms)));
}

TEST_F(LwipLoop, ATaskThatGetsNoMemorySaysSo) {
  std::array<std::byte, 16> little{};
  EventLoop loop{platform_, little};
  std::vector<int> order;
  EXPECT_EQ(loop.run(sleeper(loop, order, 1, 1ms)).error(), Error::no_memory);
}

// A session on the loop, and a peer that knows just enough of MQTT.
Task<Result<Event::Kind>> first_two_events(EventLoop&, Session& session, Peer& peer) {
  const Event connected = co_await session.poll();
  if (connected.kind() != Event::Kind::connected) co_return connected.kind();
  peer.reset();
  const Event disconnected = co_await session.poll();
  co_return disconnected.kind();
}

TEST_F(LwipLoop, ASessionLivesOnIt) {
  Peer peer;
  std::array<std::byte, 1024> storage{};
  TcpTransport transport{tasks_};
  Session session{
      {.broker = peer.broker(), .client_id = "lwip", .buffers = Buffers::split(storage, 256)},
      transport};
  auto task = first_two_events(tasks_, session, peer);
  ASSERT_TRUE(task.start());
  bool answered = false;
  for (int turn = 0; turn < 1'000 && !task.done(); ++turn) {
    ASSERT_TRUE(tasks_.run_once());
    if (!answered && peer.text().size() > 2 && peer.text()[0] == '\x10')
      answered = peer.send(std::string_view{"\x20\x03\0\0\0", 5}) == 5;
  }
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), Event::Kind::disconnected);
}

}  // namespace
}  // namespace minimq::lwip::test

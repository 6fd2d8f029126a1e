// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "support.hpp"

namespace minimq::lwip_sockets::test {
namespace {

struct LoopTest : SocketsTest {
  // A turn that something ended before this very long deadline.
  bool turn_is_ended() {
    const Instant deadline = loop.now() + 1h;
    return loop.run_once(deadline) && loop.now() < deadline;
  }
};

TEST_F(LoopTest, TheClockGoesOnWhereTheOneOf32BitsBeginsAnew) {
  for (int i = 0; i < 5; ++i) {
    const Instant before = loop.now();
    let_pass(0x40000000);
    EXPECT_GE(loop.now() - before, Duration{0x40000000});
    EXPECT_LT(loop.now() - before, Duration{0x40000000} + 1min);
  }
}

TEST_F(LoopTest, ATurnWithAPastDeadlineDoesNotWait) {
  EXPECT_TRUE(loop.run_once(loop.now()));
  EXPECT_TRUE(loop.run_once(Instant::min()));
  EXPECT_EQ(loop.turns(), 2U);
}

TEST_F(LoopTest, ATurnEndsAtItsDeadlineAndNotBefore) {
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline);
}

TEST_F(LoopTest, ATimerIsNotEarly) {
  Timer timer{loop};
  Bell bell;
  const Instant deadline = loop.now() + 1h;
  timer.start(deadline, bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
  let_pass(3'600'000);
  turn_until([&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
}

TEST_F(LoopTest, AWakeBeforeTheTurnIsNotLost) {
  loop.wake();
  loop.wake();
  ASSERT_TRUE(turn_is_ended());
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline) << "two wakes before one turn are one";
}

TEST_F(LoopTest, AFloodOfWakesNeitherBlocksNorIsLost) {
  for (int i = 0; i < 10'000; ++i)
    loop.wake();
  EXPECT_TRUE(turn_is_ended());
}

TEST_F(LoopTest, EveryWakeFromAnotherTaskEndsATurn) {
  constexpr int rounds = 500;
  std::atomic<int> asked{0};
  std::atomic<int> seen{0};
  std::jthread other{[&] {
    for (int i = 1; i <= rounds; ++i) {
      asked.store(i);
      loop.wake();
      while (seen.load() < i)
        std::this_thread::yield();
    }
  }};
  while (seen.load() < rounds) {
    ASSERT_TRUE(loop.run_once());
    seen.store(asked.load());
  }
}

TEST_F(LoopTest, LwipsOwnTaskWakesTheLoop) {
  for (int i = 0; i < 20; ++i) {
    call_from_lwip([](void* self) { static_cast<EventLoop*>(self)->wake_from_lwip(); }, &loop);
    ASSERT_TRUE(turn_is_ended());
  }
}

TEST_F(LoopTest, AWakeWaitsForMemory) {
  starve(true);
  const unsigned before = refusals();
  std::jthread other{[&] { loop.wake(); }};
  while (refusals() == before)
    std::this_thread::yield();
  starve(false);
  EXPECT_TRUE(turn_is_ended());
}

// Calls it in lwIP's own task and waits until it has returned.
template <class Action>
void in_lwips_task(Action action) {
  struct Message {
    Action& action;
    std::atomic<bool> done{false};
  } message{.action = action};
  call_from_lwip(
      [](void* argument) {
        auto& called = *static_cast<Message*>(argument);
        called.action();
        called.done = true;
      },
      &message);
  while (!message.done)
    std::this_thread::yield();
}

TEST_F(LoopTest, AWakeThatLwipCannotSendIsLostAndTheNextOneIsNot) {
  in_lwips_task([&] {
    starve(true);
    loop.wake_from_lwip();
    starve(false);
  });
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline);
  loop.wake();
  EXPECT_TRUE(turn_is_ended());
}

TEST_F(LoopTest, AWakeThatLwipCannotReceiveIsLostAndTheNextOneIsNot) {
  const unsigned before = refusals();
  in_lwips_task([&] {
    loop.wake_from_lwip();
    starve(true);
  });
  while (refusals() == before)
    std::this_thread::yield();
  starve(false);
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline);
  loop.wake();
  EXPECT_TRUE(turn_is_ended());
}

TEST_F(LoopTest, AnotherTaskStopsTheLoop) {
  std::jthread other{[&] { loop.stop(); }};
  EXPECT_TRUE(loop.run());
  EXPECT_TRUE(loop.stopped());
  EXPECT_TRUE(loop.run_once()) << "a stopped loop does not wait";
  loop.restart();
  EXPECT_FALSE(loop.stopped());
}

TEST_F(LoopTest, NestedRunsAreRefused) {
  Timer timer{loop};
  Error refusal{};
  Call nested{[&] { refusal = loop.run_once().error(); }};
  timer.start(Instant::min(), nested);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(refusal, Error::busy);
}

TEST_F(LoopTest, AHundredLoopsLeakNoSocket) {
  const int before = free_sockets();
  for (int i = 0; i < 100; ++i) {
    EventLoop another{board};
    ASSERT_TRUE(another.run_once(another.now()));
  }
  EXPECT_EQ(free_sockets(), before);
}

TEST_F(LoopTest, ALoopWithoutASocketSaysSo) {
  std::array<std::optional<Listener>, PollSet::capacity> all;
  for (int i = free_sockets(); i > 0; --i)
    all[static_cast<std::size_t>(i)].emplace();
  EventLoop another{board};
  for (std::optional<Listener>& one : all)
    one.reset();
  EXPECT_EQ(another.run_once(another.now()).error(), Error::link_error);
  another.wake();
}

Task<Result<int>> sleeper(EventLoop& loop, std::vector<Instant>& woken) {
  for (int i = 0; i < 3; ++i) {
    co_await loop.sleep(Duration{1'000});
    woken.push_back(loop.now());
  }
  co_return 3;
}

TEST_F(LoopTest, CoroutinesSleepAndTheirFramesAreInTheGivenMemory) {
  alignas(std::max_align_t) std::array<std::byte, 1'024> frames;
  EventLoop another{board, frames};
  std::vector<Instant> woken;
  const Instant start = another.now();
  Timer timer{another};
  Call faster{[&] {
    let_pass(100);
    timer.start(Instant::min(), faster);
  }};
  timer.start(Instant::min(), faster);
  EXPECT_EQ(another.run(sleeper(another, woken)), Result<int>{3});
  ASSERT_EQ(woken.size(), 3U);
  for (std::size_t i = 0; i < woken.size(); ++i)
    EXPECT_GE(woken[i] - start, Duration{1'000} * (i + 1));
  EXPECT_GT(another.frame_arena().peak(), 0U);
  EXPECT_EQ(another.frame_arena().used(), 0U);
}

TEST_F(LoopTest, WithoutMemoryForFramesATaskIsRefused) {
  std::vector<Instant> woken;
  EXPECT_EQ(loop.run(sleeper(loop, woken)).error(), Error::no_memory);
}

}  // namespace
}  // namespace minimq::lwip_sockets::test

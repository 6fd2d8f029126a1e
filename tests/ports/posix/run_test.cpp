// SPDX-License-Identifier: MIT
#include <minimq/posix/event_loop.hpp>
#include <minimq/task.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

Task<> sleeper(EventLoop& loop, Duration delay, std::vector<int>& order, int number) {
  co_await loop.sleep(delay);
  order.push_back(number);
}

Task<Result<int>> counted(EventLoop& loop, int count) {
  for (int i = 0; i < count; ++i)
    co_await loop.sleep(0ms);
  co_return count;
}

Task<Result<int>> failing(EventLoop& loop) {
  co_await loop.sleep(1ms);
  co_return std::unexpected(Error::host_not_found);
}

// Tells when it is destroyed.
struct Trace {
  explicit Trace(bool& flag) : gone{flag} {}
  ~Trace() { gone = true; }
  bool& gone;
};

Task<> endless(EventLoop& loop, bool& gone) {
  const Trace trace{gone};
  for (;;)
    co_await loop.sleep(1h);
}

// An operation in the form that sessions have, done after some turns.
template <class Value>
class Countdown : Waiter {
 public:
  Countdown(EventLoop& loop, int turns, Value value)
      : timer_{loop}, left_{turns}, value_{std::move(value)} {}
  void start() { timer_.start(Instant::min(), *this); }
  bool done() const { return left_ == 0; }
  Value await_resume() { return value_; }

 private:
  void ready() override {
    if (--left_ > 0) start();
  }

  Timer timer_;
  int left_;
  Value value_;
};

TEST(RunTest, SleepersWakeInTheOrderOfTheirDeadlines) {
  EventLoop loop;
  std::vector<int> order;
  Task<> late = sleeper(loop, 12ms, order, 3);
  Task<> early = sleeper(loop, 2ms, order, 1);
  ASSERT_TRUE(late.start());
  ASSERT_TRUE(early.start());
  ASSERT_TRUE(loop.run(sleeper(loop, 7ms, order, 2)));
  turn_until(loop, [&] { return late.done(); });
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(RunTest, ASleepIsNeverShortHoweverBusyTheLoop) {
  EventLoop loop;
  Timer timer{loop};
  Call again{[&] { timer.start(Instant::min(), again); }};
  timer.start(Instant::min(), again);
  for (int i = 0; i < 10; ++i) {
    // Late in a millisecond, where a clock that is rounded down would make the sleep the shortest.
    auto start = steady_clock::now();
    while (start.time_since_epoch() % 1ms < 800us)
      start = steady_clock::now();
    ASSERT_TRUE(loop.run_until(loop.sleep(3ms)));
    EXPECT_GE(steady_clock::now() - start, 3ms);
  }
}

TEST(RunTest, ASleepDoesNotSpin) {
  EventLoop loop;
  ASSERT_TRUE(loop.run_until(loop.sleep(30ms)));
  EXPECT_LE(loop.turns(), 2U);
}

TEST(RunTest, ASleepUntilAPastTimeEndsAndLetsOthersRun) {
  EventLoop loop;
  std::vector<int> order;
  Task<> other = sleeper(loop, 0ms, order, 1);
  ASSERT_TRUE(other.start());
  ASSERT_TRUE(loop.run_until(loop.sleep_until(loop.now() - 1h)));
  EXPECT_EQ(order, std::vector{1});
}

TEST(RunTest, TheLongestSleepDoesNotOverflow) {
  EventLoop loop;
  Sleep forever = loop.sleep(Duration::max());
  forever.start();
  ASSERT_TRUE(loop.run_once(loop.now() + 1ms));
  EXPECT_FALSE(forever.done());
}

TEST(RunTest, ADestroyedSleeperIsCancelled) {
  EventLoop loop;
  std::vector<int> order;
  {
    Task<> cancelled = sleeper(loop, 1ms, order, 1);
    ASSERT_TRUE(cancelled.start());
  }
  EXPECT_EQ(loop.frame_arena().used(), 0U);
  ASSERT_TRUE(loop.run_until(loop.sleep(3ms)));
  EXPECT_TRUE(order.empty());
}

TEST(RunTest, ASleeperMayBeDestroyedByAnotherThatWakesWithIt) {
  EventLoop loop;
  std::vector<int> order;
  std::optional<Task<>> victim{sleeper(loop, 1ms, order, 1)};
  const Instant together = loop.now() + 20ms;
  Timer timer{loop};
  Call kill{[&] { victim.reset(); }};
  timer.start(Instant::min(), kill);
  ASSERT_TRUE(victim->start());
  ASSERT_TRUE(loop.run_until(loop.sleep_until(together)));
  EXPECT_TRUE(order.empty());
}

TEST(RunTest, TheOutcomeOfTheRootTaskIsReturned) {
  EventLoop loop;
  EXPECT_EQ(loop.run(counted(loop, 3)), Result<int>{3});
  EXPECT_EQ(loop.run(failing(loop)).error(), Error::host_not_found);
  EXPECT_EQ(loop.frame_arena().used(), 0U);
}

TEST(RunTest, ARootTaskThatNeverSuspendsNeedsNoTurn) {
  EventLoop loop;
  EXPECT_EQ(loop.run(counted(loop, 0)), Result<int>{0});
  EXPECT_EQ(loop.turns(), 0U);
}

TEST(RunTest, AStopDestroysTheRootTask) {
  EventLoop loop;
  Timer timer{loop};
  Call stop{[&] { loop.stop(); }};
  timer.start(Instant::min(), stop);
  bool gone = false;
  EXPECT_EQ(loop.run(endless(loop, gone)).error(), Error::stopped);
  EXPECT_TRUE(gone);
  EXPECT_EQ(loop.frame_arena().used(), 0U);
}

TEST(RunTest, ATaskThatGotNoMemoryIsReported) {
  alignas(std::max_align_t) std::array<std::byte, 16> frames;
  EventLoop loop{frames};
  EXPECT_EQ(loop.run(counted(loop, 1)).error(), Error::no_memory);
  EXPECT_EQ(loop.frame_arena().failed(), 1U);
}

TEST(RunTest, FramesComeFromTheGivenMemory) {
  alignas(std::max_align_t) std::array<std::byte, 1'024> frames;
  EventLoop loop{frames};
  EXPECT_EQ(loop.frame_arena().capacity(), frames.size());
  EXPECT_EQ(loop.run(counted(loop, 1)), Result<int>{1});
  EXPECT_GT(loop.frame_arena().peak(), 0U);
}

Task<Result<int>> nesting(EventLoop& loop, bool suspend_first) {
  if (suspend_first) co_await loop.sleep(0ms);
  EXPECT_EQ(loop.run_until(loop.sleep(0ms)).error(), Error::busy);
  EXPECT_EQ(loop.run().error(), Error::busy);
  co_return loop.run(counted(loop, 1));
}

TEST(RunTest, ARunFromInsideATaskIsRefused) {
  EventLoop loop;
  EXPECT_EQ(loop.run(nesting(loop, false)).error(), Error::busy);
  EXPECT_EQ(loop.run(nesting(loop, true)).error(), Error::busy);
  EXPECT_EQ(loop.run(counted(loop, 1)), Result<int>{1}) << "afterwards it runs again";
}

TEST(RunTest, AnOperationIsDrivenToItsValue) {
  EventLoop loop;
  EXPECT_EQ(loop.run_until(Countdown<int>{loop, 3, 42}), Result<int>{42});
  EXPECT_EQ(loop.turns(), 3U);
  using Answer = Result<std::string>;
  EXPECT_EQ(loop.run_until(Countdown<Answer>{loop, 1, "yes"}), Answer{"yes"});
  EXPECT_EQ(loop.run_until(Countdown<Answer>{loop, 1, std::unexpected(Error::busy)}).error(),
            Error::busy);
}

TEST(RunTest, ANamedOperationMayBeWaitedForAgainAfterAStop) {
  EventLoop loop;
  Countdown<int> operation{loop, 3, 42};
  loop.stop();
  EXPECT_EQ(loop.run_until(operation).error(), Error::stopped);
  loop.restart();
  EXPECT_EQ(loop.run_until(operation), Result<int>{42});
}

}  // namespace
}  // namespace minimq::posix::test

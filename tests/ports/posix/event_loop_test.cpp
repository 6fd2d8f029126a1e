// SPDX-License-Identifier: MIT
#include <minimq/posix/event_loop.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <signal.h>
#include <thread>
#include <vector>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

TEST(EventLoopTest, TheClockIsTheMonotonicOneRoundedDown) {
  const EventLoop loop;
  for (int i = 0; i < 1'000; ++i) {
    const auto before = steady_clock::now().time_since_epoch();
    const Duration now = loop.now().time_since_epoch();
    const auto after = steady_clock::now().time_since_epoch();
    EXPECT_GT(now, before - 1ms);
    EXPECT_LE(now, after);
  }
}

TEST(EventLoopTest, ATurnWithAPastDeadlineDoesNotWait) {
  EventLoop loop;
  EXPECT_TRUE(loop.run_once(loop.now()));
  EXPECT_TRUE(loop.run_once(Instant::min()));
  EXPECT_EQ(loop.turns(), 2U);
}

TEST(EventLoopTest, ATurnEndsAtItsDeadlineAndNotBefore) {
  EventLoop loop;
  const Instant deadline = loop.now() + 20ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline);
  EXPECT_EQ(loop.turns(), 1U);
}

TEST(EventLoopTest, ATimerTakesOneTurnAndIsNotEarly) {
  EventLoop loop;
  for (int i = 1; i <= 20; ++i) {
    Timer timer{loop};
    Bell bell;
    const Instant deadline = loop.now() + 2ms;
    timer.start(deadline, bell);
    ASSERT_TRUE(loop.run_once());
    EXPECT_EQ(bell.rung, 1) << "a turn in vain";
    EXPECT_GE(loop.now(), deadline);
  }
}

TEST(EventLoopTest, NestedRunsAreRefused) {
  EventLoop loop;
  Timer timer{loop};
  std::vector<Error> refusals;
  Call nested{[&] {
    refusals.push_back(loop.run_once().error());
    refusals.push_back(loop.run().error());
    refusals.push_back(loop.run_until(loop.sleep(1h)).error());
  }};
  timer.start(Instant::min(), nested);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(refusals, std::vector(3, Error::busy));
  EXPECT_TRUE(loop.run_once(loop.now())) << "afterwards it runs again";
}

TEST(EventLoopTest, AWakeBeforeTheTurnIsNotLost) {
  EventLoop loop;
  loop.wake();
  loop.wake();
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(loop.turns(), 1U);
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline) << "two wakes before one turn are one";
}

TEST(EventLoopTest, AFloodOfWakesNeitherBlocksNorIsLost) {
  EventLoop loop;
  errno = 0;
  for (int i = 0; i < 100'000; ++i)
    loop.wake();  // more than a pipe holds
  EXPECT_EQ(errno, 0) << "a signal handler must not change it";
  ASSERT_TRUE(loop.run_once());
}

TEST(EventLoopTest, EveryWakeFromAnotherThreadEndsATurn) {
  EventLoop loop;
  constexpr int rounds = 2'000;
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

TEST(EventLoopTest, AnotherThreadStopsTheLoop) {
  EventLoop loop;
  std::jthread other{[&] { loop.stop(); }};
  EXPECT_TRUE(loop.run());
  EXPECT_TRUE(loop.stopped());
}

TEST(EventLoopTest, AStoppedLoopDoesNotWaitUntilItIsRestarted) {
  EventLoop loop;
  loop.stop();
  EXPECT_TRUE(loop.run());
  EXPECT_TRUE(loop.run_once());
  EXPECT_TRUE(loop.run_once()) << "the wake is used up, the stop is not";
  loop.restart();
  EXPECT_FALSE(loop.stopped());
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline);
}

TEST(EventLoopTest, ASignalStopsTheLoop) {
  EventLoop loop;
  ASSERT_TRUE(loop.stop_on(SIGUSR1));
  Timer timer{loop};
  Call raise{[] { ::raise(SIGUSR1); }};
  timer.start(Instant::min(), raise);
  EXPECT_TRUE(loop.run());
  EXPECT_TRUE(loop.stopped());
}

TEST(EventLoopTest, ASignalDuringTheWaitStopsTheLoop) {
  EventLoop loop;
  ASSERT_TRUE(loop.stop_on(SIGUSR1));
  const pthread_t self = ::pthread_self();
  std::jthread other{[self] { ::pthread_kill(self, SIGUSR1); }};
  EXPECT_TRUE(loop.run());
  EXPECT_TRUE(loop.stopped());
}

void ignore_signal(int) {}

TEST(EventLoopTest, TheEarlierSignalHandlerComesBack) {
  ASSERT_NE(::signal(SIGUSR1, ignore_signal), SIG_ERR);
  {
    EventLoop loop;
    ASSERT_TRUE(loop.stop_on(SIGUSR1));
    ASSERT_TRUE(loop.stop_on(SIGUSR1));
  }
  EXPECT_EQ(::signal(SIGUSR1, SIG_DFL), ignore_signal);
}

TEST(EventLoopTest, OneLoopAtATimeIsStoppedBySignals) {
  std::optional<EventLoop> first{std::in_place};
  ASSERT_TRUE(first->stop_on(SIGUSR1));
  EventLoop second;
  EXPECT_EQ(second.stop_on(SIGUSR2).error(), Error::busy);
  first.reset();
  EXPECT_TRUE(second.stop_on(SIGUSR2));
}

TEST(EventLoopTest, ASignalThatCannotBeCaughtAndOneTooManyAreRefused) {
  {
    EventLoop loop;
    EXPECT_EQ(loop.stop_on(SIGKILL).error(), Error::link_error);
  }
  EventLoop loop;
  for (std::size_t i = 0; i < StopSignals::capacity; ++i)
    ASSERT_TRUE(loop.stop_on(SIGUSR1));
  EXPECT_EQ(loop.stop_on(SIGUSR2).error(), Error::no_memory);
}

TEST(EventLoopTest, AHundredLoopsLeakNoDescriptor) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    EventLoop loop;
    ASSERT_TRUE(loop.run_once(loop.now()));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(EventLoopTest, ALoopWithoutAPipeSaysSo) {
  std::vector<Descriptor> all;
  do {
    all.emplace_back(::dup(STDERR_FILENO));
  } while (all.back().get() >= 0);
  EventLoop loop;
  all.clear();
  EXPECT_EQ(loop.run_once(loop.now()).error(), Error::link_error);
  EXPECT_EQ(loop.run().error(), Error::link_error);
  loop.wake();
}

}  // namespace
}  // namespace minimq::posix::test

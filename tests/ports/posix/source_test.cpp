// SPDX-License-Identifier: MIT
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/source.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <optional>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

using namespace std::chrono_literals;

// Two connected sockets.
struct Pair {
  Pair() { ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()); }
  ~Pair() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void send() const { ASSERT_EQ(::write(ends[1], "x", 1), 1); }
  std::array<int, 2> ends{-1, -1};
};

TEST(SourceTest, AReadySourceIsToldOnce) {
  EventLoop loop;
  Pair pair;
  Source source{loop};
  ASSERT_TRUE(source.attach(pair.ends[0]));
  Bell bell;
  source.wait(to_read, bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
  pair.send();
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 1) << "the wait was over";
}

TEST(SourceTest, ACancelledSourceIsNotTold) {
  EventLoop loop;
  Pair pair;
  Source source{loop};
  ASSERT_TRUE(source.attach(pair.ends[0]));
  Bell bell;
  source.wait(to_read, bell);
  pair.send();
  source.cancel();
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
}

TEST(SourceTest, ASourceWithoutAWishIsLeftOutEvenIfItsPeerHungUp) {
  EventLoop loop;
  Pair pair;
  ::shutdown(pair.ends[1], SHUT_RDWR);
  Source source{loop};
  ASSERT_TRUE(source.attach(pair.ends[0]));
  Bell bell;
  source.wait({}, bell);
  ASSERT_TRUE(loop.run_once(loop.now() + 5ms));
  EXPECT_EQ(bell.rung, 0);
  source.wait(to_write, bell);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
}

TEST(SourceTest, AWaitThatBeginsInATurnBelongsToTheNext) {
  EventLoop loop;
  Pair one;
  Pair two;
  Source first{loop};
  Source second{loop};
  ASSERT_TRUE(first.attach(one.ends[0]));
  ASSERT_TRUE(second.attach(two.ends[0]));
  one.send();
  two.send();
  Bell stale;
  Bell fresh;
  // What poll(2) has said about the second source was said about a wait that is over.
  Call replace{[&] { second.wait(to_write, fresh); }};
  first.wait(to_read, replace);
  second.wait(to_read, stale);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(stale.rung, 0);
  EXPECT_EQ(fresh.rung, 0);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(fresh.rung, 1);
}

TEST(SourceTest, AWaiterMayDestroyAnotherReadySource) {
  EventLoop loop;
  Pair one;
  Pair two;
  Source first{loop};
  std::optional<Source> second{std::in_place, loop};
  ASSERT_TRUE(first.attach(one.ends[0]));
  ASSERT_TRUE(second->attach(two.ends[0]));
  one.send();
  two.send();
  Bell bell;
  Call kill{[&] { second.reset(); }};
  first.wait(to_read, kill);
  second->wait(to_read, bell);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 0);
  EXPECT_FALSE(second.has_value());
}

TEST(SourceTest, EveryReadySourceIsToldInEachTurn) {
  EventLoop loop;
  std::array<Pair, 3> pairs;
  std::deque<Source> sources;
  std::array<Bell, 3> bells;
  for (const Pair& pair : pairs) {
    pair.send();
    ASSERT_TRUE(sources.emplace_back(loop).attach(pair.ends[0]));
  }
  for (int turn = 1; turn <= 5; ++turn) {
    for (std::size_t i = 0; i < sources.size(); ++i)
      sources[i].wait(to_read, bells[i]);
    ASSERT_TRUE(loop.run_once());
    for (const Bell& bell : bells)
      EXPECT_EQ(bell.rung, turn);
  }
}

TEST(SourceTest, TimersThatAreAlwaysDueDoNotStarveSockets) {
  EventLoop loop;
  Pair pair;
  pair.send();
  Source source{loop};
  ASSERT_TRUE(source.attach(pair.ends[0]));
  Bell bell;
  source.wait(to_read, bell);
  Timer timer{loop};
  int fired = 0;
  Call again{[&] {
    ++fired;
    timer.start(Instant::min(), again);
  }};
  timer.start(Instant::min(), again);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(bell.rung, 1);
}

TEST(SourceTest, ASocketThatIsAlwaysReadyDoesNotStarveTimers) {
  EventLoop loop;
  Pair pair;
  pair.send();
  Source source{loop};
  ASSERT_TRUE(source.attach(pair.ends[0]));
  Call again{[&] { source.wait(to_read, again); }};
  source.wait(to_read, again);
  Timer timer{loop};
  Bell bell;
  timer.start(loop.now() + 5ms, bell);
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_EQ(bell.rung, 1);
}

TEST(SourceTest, ASourceTooManyIsRefusedAndAPlaceGivenBackIsFree) {
  EventLoop loop;
  Pair pair;
  std::deque<Source> sources;
  for (std::size_t i = 0; i < PollSet::capacity - 1; ++i)
    ASSERT_TRUE(sources.emplace_back(loop).attach(pair.ends[0])) << i;
  Source extra{loop};
  EXPECT_EQ(extra.attach(pair.ends[0]).error(), Error::no_memory);
  EXPECT_EQ(extra.descriptor(), -1);
  sources.front().detach();
  EXPECT_TRUE(extra.attach(pair.ends[0]));
  pair.send();
  Bell bell;
  extra.wait(to_read, bell);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
}

}  // namespace
}  // namespace minimq::posix::test

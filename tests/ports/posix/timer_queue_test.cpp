// SPDX-License-Identifier: MIT
#include <minimq/posix/timer.hpp>

#include <optional>
#include <vector>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

constexpr Instant at(std::int64_t ms) {
  return Instant{Duration{ms}};
}

// Notes its number when it is told.
class Note : public Waiter {
 public:
  Note(std::vector<int>& order, int number) : order_{order}, number_{number} {}
  void ready() override { order_.push_back(number_); }

 private:
  std::vector<int>& order_;
  int number_;
};

struct TimerQueueTest : testing::Test {
  TimerQueue queue;
  std::vector<int> order;
  Note first{order, 1};
  Note second{order, 2};
  Note third{order, 3};
};

TEST_F(TimerQueueTest, AnEmptyQueueHasNoDeadline) {
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
  queue.fire(at(1'000));
}

TEST_F(TimerQueueTest, TimersEndInTheOrderOfTheirDeadlines) {
  Timer late{queue};
  Timer early{queue};
  Timer middle{queue};
  late.start(at(30), third);
  early.start(at(10), first);
  middle.start(at(20), second);
  EXPECT_EQ(queue.next_deadline(), at(10));
  queue.fire(at(100));
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
}

TEST_F(TimerQueueTest, TimersOfTheSameDeadlineEndInTheOrderOfTheirStart) {
  Timer one{queue};
  Timer two{queue};
  one.start(at(10), first);
  two.start(at(10), second);
  queue.fire(at(10));
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(TimerQueueTest, ATimerIsNeverEarly) {
  Timer timer{queue};
  timer.start(at(10), first);
  queue.fire(at(9));
  EXPECT_TRUE(order.empty());
  EXPECT_TRUE(timer.running());
  queue.fire(at(10));
  EXPECT_EQ(order, std::vector{1});
  EXPECT_FALSE(timer.running());
}

TEST_F(TimerQueueTest, ATimerEndsOnce) {
  Timer timer{queue};
  timer.start(at(10), first);
  queue.fire(at(10));
  queue.fire(at(20));
  EXPECT_EQ(order, std::vector{1});
}

TEST_F(TimerQueueTest, ACancelledTimerDoesNotEnd) {
  Timer timer{queue};
  timer.start(at(10), first);
  timer.cancel();
  timer.cancel();
  queue.fire(at(10));
  EXPECT_TRUE(order.empty());
}

TEST_F(TimerQueueTest, ADestroyedTimerDoesNotEnd) {
  {
    Timer timer{queue};
    timer.start(at(10), first);
  }
  EXPECT_EQ(queue.next_deadline(), std::nullopt);
  queue.fire(at(10));
  EXPECT_TRUE(order.empty());
}

TEST_F(TimerQueueTest, AStartedTimerCanBeStartedAnew) {
  Timer timer{queue};
  timer.start(at(10), first);
  timer.start(at(20), second);
  queue.fire(at(10));
  EXPECT_TRUE(order.empty());
  queue.fire(at(20));
  EXPECT_EQ(order, std::vector{2});
}

TEST_F(TimerQueueTest, ATimerStartedByATimerWaitsForTheNextRound) {
  Timer timer{queue};
  Call again{[&] {
    order.push_back(0);
    timer.start(at(0), first);
  }};
  timer.start(at(0), again);
  queue.fire(at(10));
  EXPECT_EQ(order, std::vector{0});
  queue.fire(at(10));
  EXPECT_EQ(order, (std::vector{0, 1}));
}

TEST_F(TimerQueueTest, ATimerMayDestroyAnotherThatIsDueWithIt) {
  Timer killer{queue};
  std::optional<Timer> victim{std::in_place, queue};
  Timer last{queue};
  Call kill{[&] { victim.reset(); }};
  killer.start(at(10), kill);
  victim->start(at(10), second);
  last.start(at(10), third);
  queue.fire(at(10));
  EXPECT_EQ(order, std::vector{3});
}

TEST_F(TimerQueueTest, ATimerMayDestroyItself) {
  std::optional<Timer> timer{std::in_place, queue};
  Call end{[&] { timer.reset(); }};
  timer->start(at(10), end);
  queue.fire(at(10));
  EXPECT_FALSE(timer.has_value());
}

}  // namespace
}  // namespace minimq::posix::test

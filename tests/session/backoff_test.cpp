// SPDX-License-Identifier: MIT
//
// When the session tries again. With entropy of all ones a pause is as long as it can be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using Progress = Transport::Progress;
using State = Session::State;

constexpr std::uint32_t longest = 0xFFFF'FFFF;
constexpr std::uint32_t shortest = 0;

class Backoff : public ::testing::Test {
 protected:
  // The pause that follows the failure which has just happened.
  Duration pause() {
    const auto event = script.next_event();
    if (!event || event->kind() != Event::Kind::disconnected) return Duration::min();
    EXPECT_EQ(event->next_attempt(), script.session().next_deadline());
    return event->next_attempt() - script.now();
  }
  // The pauses of so many attempts that the transport refuses.
  std::vector<Duration> pauses(int count) {
    script.transport().set_open(std::unexpected{Error::connect_refused});
    std::vector<Duration> list;
    while (count-- > 0) {
      script.run();
      list.push_back(pause());
      script.clock().advance(list.back());
    }
    script.transport().set_open(Progress::ready);
    return list;
  }
  // A connection that the broker closes after a while, and the pause that follows.
  Duration pause_after_connection_of(Duration time) {
    script.go_online({.session_present = script.session().counters().connections > 0});
    (void)script.next_event();
    for (; time > 40s; time -= 40s) {
      script.advance(40s);
      script.send(pingresp());
      (void)script.take_packets();
    }
    script.advance(time);
    script.cut();
    const Duration before_next = pause();
    script.clock().advance(before_next);
    return before_next;
  }

  Script script{{.keep_alive_s = 0}};
};

TEST_F(Backoff, BoundDoublesUpToTheMaximum) {
  script.transport().set_entropy(longest);
  EXPECT_THAT(pauses(9), ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s));
}

TEST_F(Backoff, FullJitterReachesDownToZero) {
  script.transport().set_open(std::unexpected{Error::connect_refused});
  script.transport().set_entropy(shortest);
  script.session().drive(script.now());
  EXPECT_EQ(script.session().next_deadline(), script.now());
  script.transport().set_entropy(longest);
  script.run();
  EXPECT_EQ(pause(), 2s);  // The bound has doubled all the same.
}

TEST_F(Backoff, JitterIsSpreadEvenly) {
  script.transport().set_entropy(0x8000'0000);
  EXPECT_THAT(pauses(3), ElementsAre(500ms, 1000ms, 2000ms));
}

TEST_F(Backoff, DevicesOfAFleetDoNotTryAtOnce) {
  Script other;
  script.transport().set_entropy(0x1234'5678);
  other.transport().set_entropy(0x9ABC'DEF0);
  const auto ours = pauses(1);
  other.transport().set_open(std::unexpected{Error::connect_refused});
  EXPECT_NE(other.expect_event("disconnected *").next_attempt() - other.now(), ours[0]);
}

TEST_F(Backoff, ConnackAloneResetsNothing) {
  script.transport().set_entropy(longest);
  for (const Duration expected : {1s, 2s, 4s, 8s}) {
    EXPECT_EQ(pause_after_connection_of(0s), expected);
  }
}

TEST_F(Backoff, ConnectionThatLastsAlmostLongEnoughResetsNothing) {
  script.transport().set_entropy(longest);
  EXPECT_THAT(pauses(3), ElementsAre(1s, 2s, 4s));
  EXPECT_EQ(pause_after_connection_of(29'999ms), 8s);
}

TEST_F(Backoff, EachStableTimeHalvesTheBound) {
  script.transport().set_entropy(longest);
  EXPECT_THAT(pauses(5), ElementsAre(1s, 2s, 4s, 8s, 16s));
  EXPECT_EQ(pause_after_connection_of(30s), 16s);
  EXPECT_EQ(pause_after_connection_of(60s), 8s);
  EXPECT_EQ(pause_after_connection_of(24h), 1s);
}

TEST_F(Backoff, BrokerThatIsGoneForADayIsNotHammered) {
  script.transport().set_open(std::unexpected{Error::connect_refused});
  script.advance(24h);
  EXPECT_GT(script.transport().opened().size(), 720u);
  EXPECT_LT(script.transport().opened().size(), 1800u);
}

TEST_F(Backoff, BrokerThatComesBackIsFoundWithinTheMaximum) {
  script.transport().set_open(std::unexpected{Error::connect_refused});
  script.advance(24h);
  script.transport().set_open(Progress::ready);
  script.advance(120s);
  script.expect("CONNECT *");
  (void)script.take_packets();
}

TEST_F(Backoff, StartTriesAtOnceAndForgetsTheFailures) {
  script.transport().set_entropy(longest);
  EXPECT_EQ(pauses(4).back(), 8s);
  script.transport().set_open(std::unexpected{Error::connect_refused});
  script.run();
  (void)script.next_event();
  const std::size_t before = script.transport().opened().size();
  ASSERT_TRUE(script.session().start());
  script.run();
  EXPECT_EQ(script.transport().opened().size(), before + 1);
  EXPECT_EQ(pause(), 1s);
}

TEST_F(Backoff, ClockThatGoesBackIsTimeThatStoodStill) {
  script.transport().set_entropy(longest);
  script.transport().set_open(std::unexpected{Error::connect_refused});
  script.run();
  EXPECT_EQ(pause(), 1s);
  script.clock().advance(-30min);
  script.run();
  EXPECT_EQ(script.next_deadline(), 1s);
}

TEST(BackoffConfigured, MinimumAndMaximumAreObeyed) {
  Script script{{.backoff_min = 300ms, .backoff_max = 1s}};
  script.transport().set_entropy(longest);
  script.transport().set_open(std::unexpected{Error::host_not_found});
  for (const Duration expected : {300ms, 600ms, 1000ms, 1000ms}) {
    const Event event = script.expect_event("disconnected host_not_found");
    EXPECT_EQ(event.next_attempt() - script.now(), expected);
    script.clock().set(event.next_attempt());
  }
}

TEST(BackoffConfigured, LargestTimesDoNotOverflow) {
  constexpr Milliseconds day{24u * 60 * 60 * 1000};
  Script script{{.backoff_min = day,
                 .backoff_max = day,
                 .stable_time = day,
                 .slow_retry_min = day,
                 .slow_retry_max = day}};
  script.transport().set_entropy(longest);
  script.transport().set_open(std::unexpected{Error::host_not_found});
  for (int i = 0; i < 70; ++i) {
    const Event event = script.expect_event("disconnected host_not_found");
    EXPECT_EQ(event.next_attempt() - script.now(), 24h);
    script.clock().set(event.next_attempt());
  }
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Keep alive and stalled writes, in virtual time.
#include <array>
#include <gtest/gtest.h>
#include <span>
#include <string>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::uint16_t, 4> keep_alives{1, 10, 60, 65'535};

class Timing : public EngineScript {
 protected:
  void connect_with(std::uint16_t keep_alive_s) {
    start_anew();
    config.keep_alive_s = keep_alive_s;
    connect();
    begin_ = engine().now();
  }
  Duration elapsed() { return engine().now() - begin_; }

  // Goes from deadline to deadline while nothing is received and `writes` says whether the
  // transport takes bytes. A deadline may not come twice without work in between.
  void run_until_closed(bool writes) {
    std::optional<Instant> last;
    for (int steps = 0; engine().phase() == Engine::Phase::online && steps < 1000; ++steps) {
      TxGather gather;
      (void)engine().tx_pending(gather);
      const auto deadline = engine().next_deadline();
      ASSERT_TRUE(deadline);
      ASSERT_GE(*deadline, engine().now());
      if (last) {
        ASSERT_GT(*deadline, *last);
      }
      last = deadline;
      engine().advance(*deadline);
      if (writes) sent();
    }
  }

 private:
  Instant begin_{};
};

TEST_F(Timing, SilenceIsBrokenWithinTheKeepAlive) {  // [MQTT-3.1.2-20]
  for (const std::uint16_t keep_alive : keep_alives) {
    SCOPED_TRACE(keep_alive);
    connect_with(keep_alive);
    const Duration interval{keep_alive * 1000};
    Instant last = engine().now();
    for (int pings = 0; pings < 5;) {
      engine().advance(engine().next_deadline().value());
      ASSERT_LT(engine().now() - last, interval) << "[MQTT-3.1.2-20]";
      if (sent() != "C0 00") continue;
      last = engine().now();
      ++pings;
      receive("D0 00");
    }
    EXPECT_EQ(engine().phase(), Engine::Phase::online);
    EXPECT_GT(elapsed(), interval * 3);  // Nor is it broken needlessly often.
  }
}

TEST_F(Timing, WithoutKeepAliveNoDeadlineRuns) {
  connect_with(0);
  EXPECT_EQ(engine().next_deadline(), std::nullopt);
  advance(24h * 3000);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Timing, AKeepAliveOfAnEarlierConnectionIsGoneWithIt) {
  connect_with(60);
  reconnect("20 06 01 00 03 13 00 00");
  EXPECT_EQ(engine().next_deadline(), std::nullopt) << "[MQTT-3.2.2-22]";
  advance(10h);
  EXPECT_EQ(sent(), "");
}

TEST_F(Timing, SendingOnlyDoesNotHideThatTheBrokerIsSilent) {
  connect_with(10);
  while (engine().phase() == Engine::Phase::online && elapsed() < 1min) {
    ASSERT_TRUE(publish(QoS::at_most_once));
    sent();
    advance(1s);
  }
  EXPECT_TRUE(ended(Error::ping_timeout));
  EXPECT_EQ(elapsed(), 18s);  // 7.5 s until PINGREQ, 10 s for its answer.
}

TEST_F(Timing, ReceivingOnlyDoesNotHideThatWeAreSilent) {  // [MQTT-3.1.2-20]
  connect_with(10);
  int pings = 0;
  for (int second = 0; second < 60; ++second) {
    advance(1s);
    receive("30 05 00 01 't' 00 'x'");
    EXPECT_EQ(message(), "x");
    engine().end_views();
    if (sent() == "C0 00") {
      ++pings;
      receive("D0 00");
    }
  }
  EXPECT_GE(pings, 6) << "[MQTT-3.1.2-20]";
  EXPECT_LE(pings, 8);
}

TEST_F(Timing, PublishingOftenNeedsNoPingIfTheBrokerAnswers) {
  connect_with(10);
  for (int second = 0; second < 60; ++second) {
    advance(1s);
    const Ticket ticket = publish(QoS::at_least_once).value();
    EXPECT_EQ(sent().substr(0, 5), "32 07");
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    receive("40 02 " + to_hex(id));
    EXPECT_EQ(outcome(ticket), "0");
  }
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Timing, ABrokerThatIsSilentIsGivenUpAfterThePingTimeout) {  // [MQTT-3.12.4-1]
  for (const std::uint16_t keep_alive : keep_alives) {
    SCOPED_TRACE(keep_alive);
    connect_with(keep_alive);
    run_until_closed(true);
    EXPECT_TRUE(ended(Error::ping_timeout)) << "[MQTT-3.12.4-1]";
    EXPECT_EQ(elapsed(), Duration{keep_alive * 750} + config.ping_timeout);
    EXPECT_TRUE(engine().finished());
  }
}

// Rules 14 and 27: no byte taken, whatever is received.
TEST_F(Timing, AWriteThatTakesNothingEndsTheLinkWhateverIsReceived) {
  for (const std::uint16_t keep_alive : std::span{keep_alives}.first(3)) {
    SCOPED_TRACE(keep_alive);
    connect_with(keep_alive);
    ASSERT_TRUE(publish(QoS::at_most_once));
    while (engine().phase() == Engine::Phase::online && elapsed() < 10min) {
      TxGather gather;
      EXPECT_FALSE(engine().tx_pending(gather).empty());
      advance(500ms);
      receive("D0 00");
    }
    EXPECT_TRUE(ended(Error::write_stalled));
    EXPECT_EQ(elapsed(), Duration{keep_alive * 1000} + config.ping_timeout);
  }
}

TEST_F(Timing, AWriteThatStallsLateEndsTheLinkNoLaterThanOneThatStallsAtOnce) {
  connect_with(60);
  advance(44s);
  receive("D0 00");
  ASSERT_TRUE(publish(QoS::at_most_once));
  while (engine().phase() == Engine::Phase::online && elapsed() < 10min) {
    TxGather gather;
    (void)engine().tx_pending(gather);
    advance(500ms);
    receive("D0 00");
  }
  EXPECT_TRUE(ended(Error::write_stalled));
  EXPECT_LE(elapsed(), 60s + config.ping_timeout);
}

TEST_F(Timing, AWriteThatStallsWithoutKeepAliveEndsTheLinkToo) {
  connect_with(0);
  ASSERT_TRUE(publish(QoS::at_most_once));
  run_until_closed(false);
  EXPECT_TRUE(ended(Error::write_stalled));
  EXPECT_EQ(elapsed(), 60s + config.ping_timeout);
}

TEST_F(Timing, ASlowWriteIsNotAStalledOne) {
  connect_with(10);
  ASSERT_TRUE(publish(QoS::at_most_once, std::string(60, 's')));
  for (int byte = 0; byte < 60; ++byte) {
    advance(3s);
    EXPECT_EQ(sent(1).size(), 2u);
    receive("D0 00");
    ASSERT_EQ(engine().phase(), Engine::Phase::online) << byte;
  }
}

TEST_F(Timing, ASilentBrokerDuringAStalledWriteIsFoundOutByEitherLimit) {
  connect_with(10);
  ASSERT_TRUE(publish(QoS::at_most_once));
  run_until_closed(false);
  EXPECT_EQ(engine().phase(), Engine::Phase::closing);
  EXPECT_LE(elapsed(), 10s + config.ping_timeout);
}

// The clock.
TEST_F(Timing, AClockThatJumpsAheadAMonthAsksOnceAndClosesNothing) {
  connect_with(60);
  advance(24h * 30);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(sent(), "C0 00");
  EXPECT_EQ(sent(), "");
  receive("D0 00");
  EXPECT_EQ(engine().next_deadline(), engine().now() + 45s);
}

TEST_F(Timing, AClockThatJumpsAheadWhilePingrespIsMissingEndsTheLink) {
  connect_with(60);
  advance(45s);
  EXPECT_EQ(sent(), "C0 00");
  advance(24h * 30);
  EXPECT_TRUE(ended(Error::ping_timeout));
}

TEST_F(Timing, AClockThatGoesBackIsTimeThatStoodStill) {
  connect_with(60);
  advance(30s);
  const Instant before = engine().now();
  engine().advance(before - 1h);
  EXPECT_EQ(engine().next_deadline(), before - 1h + 15s);
  EXPECT_EQ(sent(), "");
  advance(14s);
  EXPECT_EQ(sent(), "");
  advance(1s);
  EXPECT_EQ(sent(), "C0 00");
}

TEST_F(Timing, AClockThatStandsStillChangesNothing) {
  connect_with(60);
  const auto deadline = engine().next_deadline();
  for (int i = 0; i < 100; ++i)
    advance(0ms);
  EXPECT_EQ(engine().next_deadline(), deadline);
  EXPECT_EQ(sent(), "");
}

// The other deadlines.
TEST_F(Timing, AConnackThatDoesNotComeEndsTheAttempt) {
  open();
  EXPECT_EQ(engine().next_deadline(), engine().now() + config.connack_timeout);
  advance(config.connack_timeout - Milliseconds{1});
  EXPECT_EQ(engine().phase(), Engine::Phase::connecting);
  advance(1ms);
  EXPECT_TRUE(ended(Error::connack_timeout));
  EXPECT_TRUE(engine().finished());
  EXPECT_EQ(sent(), "");
}

TEST_F(Timing, ADisconnectThatCannotLeaveIsGivenUp) {  // [MQTT-3.14.4-2], [MQTT-4.13.2-1]
  connect_with(60);
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {}));
  EXPECT_FALSE(engine().finished());
  EXPECT_EQ(engine().next_deadline(), engine().now() + config.ping_timeout);
  advance(config.ping_timeout);
  EXPECT_TRUE(engine().finished()) << "[MQTT-3.14.4-2]";
  EXPECT_EQ(sent(), "");
}

TEST_F(Timing, OfflineNoDeadlineRuns) {
  EXPECT_EQ(engine().next_deadline(), std::nullopt);
  connect_with(60);
  lose_link();
  EXPECT_EQ(engine().next_deadline(), std::nullopt);
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// The session without an event loop: drive, take events, sleep until there is something to do.
#include <algorithm>
#include <gtest/gtest.h>
#include <poll.h>
#include <string_view>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

class SuperLoop : public ::testing::Test {
 protected:
  // One round; the next event, if there is one.
  std::optional<Event> round() {
    session_.drive(loop_.now());
    if (auto event = session_.next_event()) return event;
    const Interest interest = session_.interest();
    pollfd question{
        .fd = transport_.descriptor(),
        .events = static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0)),
        .revents = 0};
    const Instant wake = std::min(session_.next_deadline().value_or(end_), end_);
    ::poll(&question, 1, static_cast<int>(std::max(wake - loop_.now(), Duration{0}).count()));
    ++rounds_;
    return std::nullopt;
  }
  Event next() {
    while (loop_.now() < end_)
      if (const auto event = round()) return *event;
    return Event{Event::Kind::idle};
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  posix::EventLoop unused_;  // a TcpTransport wants one; it never turns
  std::array<std::byte, 1024> storage_{};
  posix::TcpTransport transport_{unused_};
  testing::JudgedTransport judged_{transport_, {.keep_alive_slack = 1s}};
  Session session_{{.broker = Broker::parse(broker_.address()),
                    .client_id = "device",
                    .buffers = Buffers::split(storage_, 256),
                    .backoff_min = 5ms,
                    .backoff_max = 50ms},
                   judged_};
  Instant end_{loop_.now() + patience};
  int rounds_{0};
};

TEST_F(SuperLoop, HoldsAConversationAndDoesNotSpin) {
  EXPECT_EQ(next().kind(), Event::Kind::connected);
  const auto subscribed = session_.subscribe({.filter = "a"});
  ASSERT_TRUE(subscribed);
  EXPECT_EQ(next().outcome().ticket(), *subscribed);
  for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    ASSERT_TRUE(session_.publish({.topic = "a", .payload = "hello", .qos = qos, .detached = true}));
    const Event event = next();
    ASSERT_EQ(event.kind(), Event::Kind::inbound);
    EXPECT_EQ(event.message().text(), "hello");
    EXPECT_EQ(event.message().qos(), qos);
  }
  EXPECT_TRUE(session_.disconnect({.drain = 5s}));
  EXPECT_EQ(next().kind(), Event::Kind::stopped);
  EXPECT_FALSE(session_.next_deadline());
  EXPECT_LT(rounds_, 100);
}

TEST_F(SuperLoop, ComesBackWhenTheBrokerDoes) {
  EXPECT_EQ(next().kind(), Event::Kind::connected);
  broker_.kill();
  EXPECT_EQ(next().kind(), Event::Kind::disconnected);
  const auto queued =
      session_.publish({.topic = "a", .payload = "offline", .qos = QoS::at_least_once});
  ASSERT_TRUE(queued);
  broker_.start();
  Event event = next();
  while (event.kind() == Event::Kind::disconnected)
    event = next();
  EXPECT_EQ(event.kind(), Event::Kind::connected);
  EXPECT_TRUE(next().outcome().ok());
}

}  // namespace
}  // namespace minimq::brokers

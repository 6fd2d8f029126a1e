// SPDX-License-Identifier: MIT
//
// The broker is restarted while messages are in flight, with and without its memory.
#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "brokers/support/proxy.hpp"

namespace minimq::brokers {
namespace {

class BrokerRestart : public ::testing::Test {
 protected:
  BrokerRestart() {
    client_.connect();
    client_.subscribe("in");
  }

  // Two messages, of which the broker has got both, or none; the client does not know.
  void publish_into_silence(PacketStream& held, std::size_t publishes_passed) {
    held.hold();
    const auto one =
        client_.session().publish({.topic = "out/1", .payload = "1", .qos = QoS::at_least_once});
    const auto two =
        client_.session().publish({.topic = "out/2", .payload = "2", .qos = QoS::exactly_once});
    ASSERT_TRUE(one && two);
    qos1_ = *one;
    qos2_ = *two;
    const auto arrived = [&] {
      return proxy_.up().arrived(PacketType::publish) == 2 &&
             proxy_.down().arrived(PacketType::puback) == publishes_passed / 2 &&
             proxy_.down().arrived(PacketType::pubrec) == publishes_passed / 2;
    };
    ASSERT_TRUE(turn_until(loop_, arrived));
    ASSERT_EQ(proxy_.up().passed(PacketType::publish), publishes_passed);
    ASSERT_EQ(proxy_.down().passed(PacketType::puback), 0u);
    ASSERT_EQ(proxy_.down().passed(PacketType::pubrec), 0u);
  }

  // The link lets CONNECT through and nothing more, until it is released. The independent
  // subscriber is back, too.
  void restart(bool with_memory) {
    proxy_.refuse();
    broker_.stop();
    if (!with_memory) broker_.forget();
    ASSERT_TRUE(turn_until(loop_, [&] { return !proxy_.connected(); }));
    proxy_.up().hold_after(PacketType::connect, 1);
    proxy_.down().release();
    broker_.start();
    proxy_.admit();
    ASSERT_TRUE(subscriber_.process().says("Subscribed (mid", 2));
  }

  [[nodiscard]] std::size_t seen(const std::string& message) const {
    return static_cast<std::size_t>(std::ranges::count(subscriber_.messages(), message));
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Proxy proxy_{loop_, broker_.port()};
  MosquittoSub subscriber_{loop_, broker_.port(), "out/+"};
  // Mosquitto 2.0.11 saves no session that began with Clean Start 1, until it was resumed once.
  Client client_{loop_, proxy_.address(), "device", {.clean_start = false}};
  Ticket qos1_;
  Ticket qos2_;
};

TEST_F(BrokerRestart, WithMemoryResumesWhatNeverReachedTheBroker) {
  publish_into_silence(proxy_.up(), 0);
  restart(/*with_memory=*/true);
  client_.expect_back(Event::Kind::reconnected);
  proxy_.release();
  EXPECT_TRUE(client_.settled(qos1_).ok());
  EXPECT_TRUE(client_.settled(qos2_).ok());
  EXPECT_EQ(proxy_.up().duplicates(), 2u);
  ASSERT_TRUE(subscriber_.receives(2));
  EXPECT_EQ(seen("out/1 1 0 31"), 1u);
  EXPECT_EQ(seen("out/2 2 0 32"), 1u);
}

TEST_F(BrokerRestart, WithMemoryResumesWhatTheBrokerHasGot) {
  publish_into_silence(proxy_.down(), 2);
  ASSERT_TRUE(subscriber_.receives(1)) << "QoS 1; QoS 2 waits for our PUBREL";
  restart(/*with_memory=*/true);
  client_.expect_back(Event::Kind::reconnected);
  proxy_.release();
  EXPECT_TRUE(client_.settled(qos1_).ok());
  EXPECT_TRUE(client_.settled(qos2_).ok());
  // At least once may be twice.
  ASSERT_TRUE(subscriber_.receives(3));
  EXPECT_EQ(seen("out/1 1 0 31"), 2u);
  EXPECT_EQ(seen("out/2 2 0 32"), 1u);
}

TEST_F(BrokerRestart, WithMemoryKeepsSubscriptions) {
  restart(/*with_memory=*/true);
  client_.expect_back(Event::Kind::reconnected);
  proxy_.release();
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-m", "still there"});
  EXPECT_EQ(client_.message().payload, "still there");
}

TEST_F(BrokerRestart, WithMemoryDeliversWhatCameMeanwhile) {
  ASSERT_TRUE(client_.session().disconnect());
  client_.expect(Event::Kind::stopped);
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-q", "1", "-m", "one"});
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-q", "2", "-m", "two"});
  restart(/*with_memory=*/true);
  EXPECT_TRUE(client_.session().start());
  client_.expect_back(Event::Kind::reconnected);
  proxy_.release();
  EXPECT_EQ(client_.message().payload, "one");
  EXPECT_EQ(client_.message().payload, "two");
}

TEST_F(BrokerRestart, WithoutMemoryLosesQoS2AndPublishesQoS1Again) {
  publish_into_silence(proxy_.up(), 0);
  restart(/*with_memory=*/false);
  const Event lost = client_.expect_back(Event::Kind::settled);
  EXPECT_EQ(lost.outcome().ticket(), qos2_);
  EXPECT_EQ(lost.outcome().error(), Error::session_lost);
  EXPECT_FALSE(client_.expect(Event::Kind::connected).session_present());
  proxy_.release();
  EXPECT_TRUE(client_.settled(qos1_).ok());
  EXPECT_EQ(proxy_.up().duplicates(), 0u) << "it is a new message";
  ASSERT_TRUE(subscriber_.receives(1));
  EXPECT_EQ(seen("out/1 1 0 31"), 1u);
  EXPECT_EQ(seen("out/2 2 0 32"), 0u);
}

TEST_F(BrokerRestart, WithoutMemoryAsksForSubscriptions) {
  restart(/*with_memory=*/false);
  client_.expect_back(Event::Kind::connected);
  proxy_.release();
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-m", "nobody hears this"});
  client_.subscribe("in");
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-m", "subscribed again"});
  EXPECT_EQ(client_.message().payload, "subscribed again");
}

// The broker may have made a session that we have never heard of: it is asked for nothing, but the
// application is told to subscribe again.
TEST_F(BrokerRestart, AfterALostConnackTheSessionIsInDoubt) {
  proxy_.down().hold();
  ASSERT_TRUE(client_.session().reconnect_now());
  ASSERT_TRUE(turn_until(loop_, [&] { return proxy_.down().arrived(PacketType::connack) == 2; }));
  proxy_.cut();
  proxy_.release();
  const Event event = client_.expect_back(Event::Kind::connected);
  EXPECT_TRUE(event.session_present());
  client_.subscribe("in");
  mosquitto_pub(loop_, broker_.port(), {"-t", "in", "-m", "heard once"});
  EXPECT_EQ(client_.message().payload, "heard once");
}

}  // namespace
}  // namespace minimq::brokers

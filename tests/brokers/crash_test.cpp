// SPDX-License-Identifier: MIT
//
// The broker is killed while a hundred QoS 2 messages are in flight.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "brokers/support/proxy.hpp"

namespace minimq::brokers {
namespace {

constexpr std::size_t message_count = 100;

class BrokerCrash : public ::testing::Test {
 protected:
  BrokerCrash() { client_.connect(); }

  void publish_all() {
    for (std::size_t i = 0; i < message_count; ++i) {
      const std::string payload = std::to_string(i);
      const auto ticket = client_.session().publish(
          {.topic = "out", .payload = std::string_view{payload}, .qos = QoS::exactly_once});
      ASSERT_TRUE(ticket) << i << ": " << to_string(ticket.error());
      tickets_.push_back(*ticket);
    }
  }

  // Everything that both ends of the subscriber's link have to say to each other is said.
  [[nodiscard]] bool subscriber_is_done_with(std::size_t count) {
    return turn_until(loop_, [&] {
      return subscriber_link_.down().arrived(PacketType::pubrel) == count &&
             subscriber_link_.up().passed(PacketType::pubcomp) == count;
    });
  }

  // The broker's state as it is now is what it wakes up with.
  void crash() {
    broker_.save();
    link_.refuse();
    broker_.kill();
    ASSERT_TRUE(turn_until(loop_, [&] { return !link_.connected(); }));
    link_.release();
    broker_.start();
    link_.admit();
  }

  void settle_all() {
    client_.expect_back(Event::Kind::reconnected);
    for (const Ticket ticket : tickets_)
      ASSERT_TRUE(client_.settled(ticket).ok());
  }

  void expect_each_once() {
    ASSERT_TRUE(subscriber_.receives(message_count));
    const std::vector<std::string> messages = subscriber_.messages();
    EXPECT_EQ(messages.size(), message_count);
    EXPECT_EQ(std::set<std::string>(messages.begin(), messages.end()).size(), message_count);
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_,
                    "allow_anonymous true\nmax_inflight_messages 1000\nmax_queued_messages 0\n"};
  Proxy link_{loop_, broker_.port()};
  Proxy subscriber_link_{loop_, broker_.port()};
  MosquittoSub subscriber_{loop_, subscriber_link_.port(), "out"};
  Client client_{loop_, link_.address(), "device", {.clean_start = false}, {.rx = 512, .tx = 8192}};
  std::vector<Ticket> tickets_;
};

TEST_F(BrokerCrash, WithSomeWaitingForPubrecAndSomeForPubcompLosesAndRepeatsNothing) {
  constexpr std::size_t received = 60;
  // The broker gets all messages. Its answers reach the client up to the 60th PUBREC.
  link_.down().hold_after(PacketType::pubrec, received);
  publish_all();
  const auto stalled = [&] {
    return link_.down().arrived(PacketType::pubrec) == message_count &&
           link_.down().arrived(PacketType::pubcomp) == received;
  };
  ASSERT_TRUE(turn_until(loop_, stalled));
  ASSERT_TRUE(subscriber_is_done_with(received));
  // At the kill: 40 wait for PUBREC, 60 have got it and wait for PUBCOMP, none is settled.
  ASSERT_EQ(link_.up().passed(PacketType::publish), message_count);
  ASSERT_EQ(link_.up().passed(PacketType::pubrel), received);
  ASSERT_EQ(link_.down().passed(PacketType::pubrec), received);
  ASSERT_EQ(link_.down().passed(PacketType::pubcomp), 0u);
  crash();
  settle_all();
  expect_each_once();
  EXPECT_EQ(link_.up().duplicates(), message_count - received);
  EXPECT_EQ(link_.up().arrived(PacketType::pubrel), received + message_count);
}

TEST_F(BrokerCrash, WithHalfOfTheMessagesOnTheWayLosesAndRepeatsNothing) {
  constexpr std::size_t sent = 50;
  link_.up().hold_after(PacketType::publish, sent);
  publish_all();
  ASSERT_TRUE(
      turn_until(loop_, [&] { return link_.up().arrived(PacketType::publish) == message_count; }));
  // The held direction is the client's: PUBRECs come back, and its PUBRELs get no farther.
  ASSERT_TRUE(turn_until(loop_, [&] { return link_.up().arrived(PacketType::pubrel) == sent; }));
  ASSERT_EQ(link_.up().passed(PacketType::publish), sent);
  ASSERT_EQ(link_.up().passed(PacketType::pubrel), 0u);
  crash();
  settle_all();
  expect_each_once();
}

}  // namespace
}  // namespace minimq::brokers

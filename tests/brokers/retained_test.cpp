// SPDX-License-Identifier: MIT
//
// Messages that the broker keeps.
#include <gtest/gtest.h>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

class Retained : public ::testing::Test {
 protected:
  Retained() { client_.connect(); }

  void set(std::string_view payload) {
    EXPECT_TRUE(
        client_
            .publish(
                {.topic = "state", .payload = payload, .qos = QoS::at_least_once, .retain = true})
            .ok());
  }
  // What comes before this message was there before.
  void mark() { EXPECT_TRUE(client_.session().publish({.topic = "state", .payload = "mark"})); }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Client client_{loop_, broker_.address(), "device"};
};

TEST_F(Retained, IsSentToALaterSubscriber) {
  set("on");
  client_.subscribe("state");
  const Received message = client_.message();
  EXPECT_EQ(message.payload, "on") << "[MQTT-3.3.1-9] [MQTT-3.8.4-4]";
  EXPECT_TRUE(message.retain);
  EXPECT_EQ(message.qos, QoS::at_least_once);
}

TEST_F(Retained, IsReplacedByALaterOne) {
  set("on");
  set("off");
  client_.subscribe("state");
  EXPECT_EQ(client_.message().payload, "off");
  mark();
  EXPECT_EQ(client_.message().payload, "mark");
}

TEST_F(Retained, IsClearedByAnEmptyPayload) {
  set("on");
  set("");
  client_.subscribe("state");
  mark();
  EXPECT_EQ(client_.message().payload, "mark");
}

TEST_F(Retained, IsNotMarkedForASubscriberThatIsThereAlready) {
  client_.subscribe("state");
  set("on");
  EXPECT_FALSE(client_.message().retain) << "[MQTT-3.3.1-12]";
}

TEST_F(Retained, IsMarkedForASubscriberThatAsksForIt) {
  const Outcome outcome = client_.settled(
      client_.session().subscribe({.filter = "state", .retain_as_published = true}));
  EXPECT_TRUE(outcome.ok());
  set("on");
  EXPECT_TRUE(client_.message().retain) << "[MQTT-3.3.1-13]";
}

TEST_F(Retained, IsSentToANewSubscriptionOnlyIfThatIsAskedFor) {
  set("on");
  const TopicFilter filter{.filter = "state", .retain_handling = RetainHandling::send_if_new};
  EXPECT_TRUE(client_.settled(client_.session().subscribe(filter)).ok());
  EXPECT_EQ(client_.message().payload, "on") << "[MQTT-3.3.1-10]";
  EXPECT_TRUE(client_.settled(client_.session().subscribe(filter)).ok());
  mark();
  EXPECT_EQ(client_.message().payload, "mark") << "[MQTT-3.3.1-10]";
}

TEST_F(Retained, IsNotSentToASubscriberThatDoesNotWantIt) {
  set("on");
  const Outcome outcome = client_.settled(client_.session().subscribe(
      {.filter = "state", .retain_handling = RetainHandling::do_not_send}));
  EXPECT_TRUE(outcome.ok());
  mark();
  EXPECT_EQ(client_.message().payload, "mark") << "[MQTT-3.3.1-11]";
}

}  // namespace
}  // namespace minimq::brokers

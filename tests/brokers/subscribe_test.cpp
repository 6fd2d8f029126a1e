// SPDX-License-Identifier: MIT
//
// Subscriptions: granted, refused, and ended.
#include <array>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

// The broker's plugin that can refuse a subscription; its own files of access rules cannot.
std::string access_rules() {
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib"}) {
    const auto plugin = entry.path() / "mosquitto_dynamic_security.so";
    if (std::filesystem::exists(plugin)) return plugin.string();
  }
  ADD_FAILURE() << "mosquitto_dynamic_security.so is part of Debian's package mosquitto";
  return {};
}

constexpr const char* no_secrets = R"({
  "defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true,
                       "subscribe": true, "unsubscribe": true},
  "roles": [{"rolename": "visitor", "acls": [
    {"acltype": "subscribePattern", "topic": "secret/#", "priority": 1, "allow": false}]}],
  "groups": [{"groupname": "visitors", "roles": [{"rolename": "visitor"}], "clients": []}],
  "anonymousGroup": "visitors", "clients": []
})";

class StrictBroker : public ::testing::Test {
 protected:
  StrictBroker() { client_.connect(); }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_,
                    "allow_anonymous true\nplugin " + access_rules() +
                        "\nplugin_opt_config_file {dir}/rules.json\n",
                    {{"rules.json", no_secrets}}};
  Client client_{loop_, broker_.address(), "device"};
};

TEST_F(StrictBroker, NamesTheFilterItRefuses) {
  const std::array filters{TopicFilter{.filter = "a/+", .maximum_qos = QoS::at_least_once},
                           TopicFilter{.filter = "secret/door"}, TopicFilter{.filter = "b"}};
  const Outcome outcome = client_.settled(client_.session().subscribe(filters));
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.operation(), Outcome::Operation::subscribe);
  EXPECT_EQ(outcome.reason(), ReasonCode::not_authorized);
  ASSERT_EQ(outcome.reason_count(), 3u);
  EXPECT_EQ(outcome.reason(0), ReasonCode::granted_qos_1) << "[MQTT-3.8.4-7]";
  EXPECT_EQ(outcome.reason(1), ReasonCode::not_authorized) << "[MQTT-3.9.3-1] [MQTT-3.8.4-5]";
  EXPECT_EQ(outcome.reason(2), ReasonCode::granted_qos_2);
  // The others are in force.
  EXPECT_TRUE(client_.session().publish({.topic = "secret/door", .payload = "open"}));
  EXPECT_TRUE(client_.session().publish({.topic = "b", .payload = "heard"}));
  EXPECT_EQ(client_.message().payload, "heard");
}

TEST_F(StrictBroker, TellsNobodyWhoWaitsByAnEvent) {
  ASSERT_TRUE(client_.session().subscribe({.filter = "secret/#"}));
  const Event event = client_.expect(Event::Kind::settled);
  EXPECT_FALSE(event.outcome().ok());
  ASSERT_EQ(event.outcome().reason_count(), 1u);
  EXPECT_EQ(event.outcome().reason(0), ReasonCode::not_authorized);
}

class Subscription : public ::testing::Test {
 protected:
  Subscription() { client_.connect(); }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Client client_{loop_, broker_.address(), "device"};
};

TEST_F(Subscription, EndsWithUnsubscribe) {
  client_.subscribe("a");
  client_.subscribe("b");
  const std::array<std::string_view, 2> filters{"a", "never subscribed"};
  const Outcome outcome = client_.settled(client_.session().unsubscribe(filters));
  EXPECT_EQ(outcome.operation(), Outcome::Operation::unsubscribe);
  EXPECT_TRUE(outcome.ok());
  ASSERT_EQ(outcome.reason_count(), 2u);
  EXPECT_EQ(outcome.reason(0), ReasonCode::success);
  EXPECT_EQ(outcome.reason(1), ReasonCode::no_subscription_existed)
      << "[MQTT-3.10.4-1] [MQTT-3.10.4-6]";
  EXPECT_TRUE(client_.session().publish({.topic = "a", .payload = "unheard"}));
  EXPECT_TRUE(client_.session().publish({.topic = "b", .payload = "heard"}));
  EXPECT_EQ(client_.message().payload, "heard") << "[MQTT-3.10.4-2]";
}

TEST_F(Subscription, ToTheSameFilterTakesThePlaceOfTheFirst) {
  client_.subscribe("a", QoS::exactly_once);
  client_.subscribe("a", QoS::at_most_once);
  EXPECT_TRUE(client_.publish({.topic = "a", .payload = "1", .qos = QoS::exactly_once}).ok());
  EXPECT_TRUE(client_.publish({.topic = "a", .payload = "2", .qos = QoS::exactly_once}).ok());
  const Received first = client_.message();
  EXPECT_EQ(first.qos, QoS::at_most_once) << "[MQTT-3.8.4-3]";
  EXPECT_EQ(first.payload, "1");
  EXPECT_EQ(client_.message().payload, "2") << "each once [MQTT-3.8.4-3]";
}

TEST_F(Subscription, ThatOverlapsAnotherBringsTheHigherQos) {
  client_.subscribe("a/+", QoS::at_most_once);
  client_.subscribe("a/#", QoS::exactly_once);
  EXPECT_TRUE(client_.publish({.topic = "a/b", .payload = "x", .qos = QoS::exactly_once}).ok());
  EXPECT_TRUE(client_.publish({.topic = "a", .payload = "mark"}).ok());  // matches a/# alone
  QoS highest = QoS::at_most_once;
  for (Received message = client_.message(); message.payload == "x"; message = client_.message())
    highest = std::max(highest, message.qos);
  EXPECT_EQ(highest, QoS::exactly_once) << "[MQTT-3.3.4-2]";
}

TEST_F(Subscription, WithNoLocalDoesNotBringBackOurOwn) {
  EXPECT_TRUE(client_.settled(client_.session().subscribe({.filter = "a", .no_local = true})).ok());
  EXPECT_TRUE(client_.publish({.topic = "a", .payload = "own"}).ok());
  mosquitto_pub(loop_, broker_.port(), {"-t", "a", "-m", "other"});
  EXPECT_EQ(client_.message().payload, "other") << "[MQTT-3.8.3-3]";
}

TEST_F(Subscription, WithAnIdentifierBringsItWithEachMessage) {
  const std::array filters{TopicFilter{.filter = "a"}};
  const std::array properties{Property::subscription_identifier(123'456)};
  EXPECT_TRUE(client_.settled(client_.session().subscribe(filters, properties)).ok());
  EXPECT_TRUE(client_.publish({.topic = "a"}).ok());
  const Event event = client_.expect(Event::Kind::inbound);
  const auto identifier = event.message().properties().find(PropertyId::subscription_identifier);
  ASSERT_TRUE(identifier);
  EXPECT_EQ(identifier->number(), 123'456u) << "[MQTT-3.3.4-3]";
}

TEST_F(Subscription, SharedByTwoBringsEachMessageToOneOfThem) {
  Client other{loop_, broker_.address(), "other"};
  other.connect();
  client_.subscribe("$share/team/a");
  other.subscribe("$share/team/a");
  Client writer{loop_, broker_.address(), "writer"};
  writer.connect();
  EXPECT_TRUE(writer.publish({.topic = "a", .payload = "1", .qos = QoS::at_least_once}).ok());
  EXPECT_TRUE(writer.publish({.topic = "a", .payload = "2", .qos = QoS::at_least_once}).ok());
  EXPECT_NE(client_.message().payload, other.message().payload);
}

}  // namespace
}  // namespace minimq::brokers

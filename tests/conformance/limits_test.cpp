// SPDX-License-Identifier: MIT
//
// What a broker allows holds for its connection, for new, queued and replayed packets alike: each
// that is not allowed fails by name and alone, and the others go on.
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

// A limit, the packet that it forbids, and how that fails.
struct Limited {
  std::string_view property;
  Publication publication;
  std::string_view error;
};

class PerConnection : public Statement {
 protected:
  const std::string long_payload = std::string(60, 'x');
  const std::vector<Limited> limits{
      {"27 00 00 00 20",
       {.topic = "t", .payload = long_payload, .qos = QoS::at_least_once},
       "error: packet_too_large"},
      {"24 00", {.topic = "t", .qos = QoS::at_least_once}, "error: qos_not_supported"},
      {"24 01", {.topic = "t", .qos = QoS::exactly_once}, "error: qos_not_supported"},
      {"25 00",
       {.topic = "t", .qos = QoS::at_least_once, .retain = true},
       "error: retain_not_supported"},
  };
  const Will will{.topic = "w", .qos = QoS::exactly_once, .retain = true};
  // A subscription goes on with any of them.
  void expect_subscription_lives(std::string_view id) {
    EXPECT_EQ(outcome(s), "pending") << id;
    receive("90 04 <s> 00 00");
    EXPECT_EQ(outcome(s), "0") << id;
    EXPECT_EQ(engine().phase(), Engine::Phase::online) << id;
  }
  std::string connack_resumed_with(std::string_view property) {
    std::string text = connack_with(std::string{property});
    text.replace(7, 1, "1");
    return text;
  }
};

TEST_F(PerConnection, WhatIsNotAllowedNowIsRefusedNow) {
  for (const Limited& limit : limits) {
    start_anew();
    connect(connack_with(std::string{limit.property}));
    const auto ticket = engine().publish(limit.publication);
    ASSERT_FALSE(ticket);
    EXPECT_EQ("error: " + std::string{to_string(ticket.error())}, limit.error)
        << "[MQTT-3.2.2-11] [MQTT-3.2.2-14] [MQTT-3.2.2-15]";
    s = name('s', subscribe());
    EXPECT_EQ(sent(), bytes("82 07 <s> 00 00 01 'f' 02")) << limit.property;
    expect_subscription_lives(limit.property);
  }
}

TEST_F(PerConnection, WhatWaitedOfflineFailsAlone) {
  for (const Limited& limit : limits) {
    start_anew();
    connect();
    lose_link();
    a = name('a', engine().publish(limit.publication));
    s = name('s', subscribe());
    const Ticket after = name('z', engine().publish(limit.publication));
    connect(connack_with(std::string{limit.property}));
    EXPECT_EQ(outcome(a), limit.error) << "[MQTT-3.2.2-11] [MQTT-3.2.2-14] [MQTT-3.2.2-15]";
    EXPECT_EQ(outcome(after), limit.error);
    EXPECT_EQ(sent(), bytes("82 07 <s> 00 00 01 'f' 02")) << limit.property;
    expect_subscription_lives(limit.property);
  }
}

TEST_F(PerConnection, WhatIsToBeSentAgainFailsAlone) {
  for (const Limited& limit : limits) {
    start_anew();
    connect();
    a = name('a', engine().publish(limit.publication));
    s = name('s', subscribe());
    sent();
    lose_link();
    connect(connack_resumed_with(limit.property));
    EXPECT_EQ(outcome(a), limit.error) << "[MQTT-3.2.2-11] [MQTT-3.2.2-14] [MQTT-3.2.2-15]";
    EXPECT_EQ(sent(), bytes("82 07 <s> 00 00 01 'f' 02")) << limit.property;
    expect_subscription_lives(limit.property);
  }
}

TEST_F(PerConnection, ALimitIsGoneWithItsConnection) {
  for (const Limited& limit : limits) {
    start_anew();
    connect(connack_with(std::string{limit.property}));
    ASSERT_FALSE(engine().publish(limit.publication));
    lose_link();
    const Ticket queued = engine().publish(limit.publication).value();
    connect(connack_resumed);
    EXPECT_EQ(outcome(queued), "pending") << limit.property << " [MQTT-3.2.2.3-M]";
    EXPECT_TRUE(engine().publish(limit.publication)) << limit.property << " [MQTT-3.2.2.3-M]";
    EXPECT_NE(sent(), "");
  }
}

TEST_F(PerConnection, SoIsAPermission) {
  for (const Limited& limit : limits) {
    start_anew();
    connect();
    ASSERT_TRUE(engine().publish(limit.publication));
    reconnect(connack_resumed_with(limit.property));
    EXPECT_FALSE(engine().publish(limit.publication)) << limit.property << " [MQTT-3.2.2.3-M]";
  }
}

TEST_F(PerConnection, SubscriptionsAreRefusedWhereTheyAreNotAvailable) {
  connect(connack_with("28 00 29 00 2A 00"));
  EXPECT_EQ(subscribe("a/+").error(), Error::wildcard_not_supported) << "[MQTT-3.2.2.3.11-M]";
  EXPECT_EQ(subscribe("#").error(), Error::wildcard_not_supported) << "[MQTT-3.2.2.3.11-M]";
  EXPECT_EQ(subscribe("$share/g/a").error(), Error::shared_not_supported) << "[MQTT-3.2.2.3.11-M]";
  const Property id = Property::subscription_identifier(1);
  const TopicFilter filter{.filter = "a"};
  EXPECT_EQ(engine().subscribe({&filter, 1}, {&id, 1}).error(),
            Error::subscription_id_not_supported)
      << "[MQTT-3.2.2.3.11-M]";
  EXPECT_EQ(sent(), "");
  reconnect(connack_resumed);
  EXPECT_TRUE(subscribe("#")) << "[MQTT-3.2.2.3-M]";
  EXPECT_TRUE(subscribe("$share/g/a")) << "[MQTT-3.2.2.3-M]";
  EXPECT_TRUE(engine().subscribe({&filter, 1}, {&id, 1})) << "[MQTT-3.2.2.3-M]";
}

TEST_F(PerConnection, EachFlagIsAboutItsOwnKindOfSubscription) {
  const Property id = Property::subscription_identifier(1);
  const TopicFilter filter{.filter = "a"};
  for (const std::string_view missing : {"28", "29", "2A"}) {
    start_anew();
    connect(connack_with(std::string{missing} + " 00"));
    EXPECT_EQ(subscribe("#").has_value(), missing != "28") << missing << " [MQTT-3.2.2.3.11-M]";
    EXPECT_EQ(engine().subscribe({&filter, 1}, {&id, 1}).has_value(), missing != "29")
        << missing << " [MQTT-3.2.2.3.11-M]";
    EXPECT_EQ(subscribe("$share/g/a").has_value(), missing != "2A")
        << missing << " [MQTT-3.2.2.3.11-M]";
  }
}

TEST_F(PerConnection, ASubscriptionMayAskForMoreThanTheMaximumQos) {
  for (const std::string_view limit : {"24 00", "24 01"}) {
    start_anew();
    connect(connack_with(std::string{limit}));
    s = name('s', subscribe());
    EXPECT_EQ(sent(), bytes("82 07 <s> 00 00 01 'f' 02")) << "[MQTT-3.2.2-9]";
  }
}

TEST_F(PerConnection, TheSizeIsTheWholePacketsToTheByte) {
  // PUBLISH 9 bytes, SUBSCRIBE 9, UNSUBSCRIBE 8.
  const std::string_view filter = "f";
  for (const unsigned size : {7u, 8u, 9u}) {
    const std::byte low[] = {static_cast<std::byte>(size)};
    start_anew();
    connect(connack_with("27 00 00 00 " + to_hex(low)));
    EXPECT_EQ(publish(QoS::at_least_once).has_value(), size >= 9) << size << " [MQTT-3.2.2-15]";
    EXPECT_EQ(subscribe().has_value(), size >= 9) << size << " [MQTT-3.2.2-15]";
    EXPECT_EQ(engine().unsubscribe({&filter, 1}, {}).has_value(), size >= 8) << "[MQTT-3.2.2-15]";
  }
}

TEST_F(PerConnection, TheReceiveMaximumBeginsAnewOnEachConnection) {
  connect(connack_with("21 00 02"));
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::exactly_once));
  name('c', publish(QoS::at_least_once));
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <b> 00 'x'"))
      << "[MQTT-4.9.0-1] [MQTT-3.3.4-7]";
  reconnect("20 06 01 00 03 21 00 01");
  EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <a> 00 'x'")) << "[MQTT-4.9.0-1] [MQTT-3.3.4-7]";
  receive("40 02 <a>");
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <b> 00 'x'")) << "[MQTT-4.9.0-2]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <b> 00 'x' 32 07 00 01 't' <c> 00 'x'"))
      << "[MQTT-4.9.0-1]";
}

TEST_F(PerConnection, MoreReleasesThanTheReceiveMaximumLeaveNoQuota) {
  connect();
  name('b', publish(QoS::exactly_once));
  name('c', publish(QoS::exactly_once));
  sent();
  receive("50 02 <b> 50 02 <c>");
  name('a', publish(QoS::at_least_once));
  reconnect("20 06 01 00 03 21 00 01");
  EXPECT_EQ(sent(), bytes("62 02 <b> 62 02 <c>")) << "[MQTT-4.9.0-2]";
  receive("70 02 <b>");
  EXPECT_EQ(sent(), "") << "[MQTT-4.9.0-2]";
  receive("70 02 <c>");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x'")) << "[MQTT-4.9.0-2]";
}

TEST_F(PerConnection, EverythingButMessagesFlowsAtQuotaZero) {
  connect(connack_with("21 00 01"));
  b = name('b', publish(QoS::exactly_once));
  name('w', publish(QoS::at_least_once));
  sent();
  s = name('s', subscribe());
  ASSERT_TRUE(publish(QoS::at_most_once, "0"));
  receive("62 02 00 09 50 02 <b>");
  const std::string flowed = sent();
  for (const std::string_view packet :
       {"70 03 00 09 92", "62 02 <b>", "82 07 <s> 00 00 01 'f' 02", "30 05 00 01 't' 00 '0'"}) {
    EXPECT_NE(flowed.find(bytes(packet)), std::string::npos)
        << packet << " [MQTT-3.3.4-8] [MQTT-4.9.0-3]";
  }
  receive("70 02 <b>");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <w> 00 'x'")) << "[MQTT-4.9.0-2]";
}

TEST_F(PerConnection, AWillIsNotHeldBackByAnEarlierConnectionsMaximumQos) {
  config.will = &will;
  connect(connack_with("24 00 25 00"));
  lose_link();
  const std::vector<std::byte> packet = hex(open());
  EXPECT_EQ(std::to_integer<unsigned>(packet.at(9)) & 0x3C, 0x34u)
      << "the next broker may take it, and says so if not [MQTT-3.2.2.3-M]";
}

}  // namespace
}  // namespace minimq::testing

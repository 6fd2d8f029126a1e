// SPDX-License-Identifier: MIT
//
// What the broker says in CONNACK and in acknowledgements, kept in the application's storage.
#include <array>
#include <gtest/gtest.h>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

constexpr QoS qos2 = QoS::exactly_once;

class KeptProperties : public ::testing::Test {
 protected:
  Script& script() {
    if (!script_) script_.emplace(config_);
    return *script_;
  }
  std::uint16_t publish(QoS qos = qos1) {
    EXPECT_TRUE(script().session().publish({.topic = "a", .qos = qos}));
    return script().expect("PUBLISH *").id;
  }
  // The next event must be an outcome.
  Outcome settled() {
    const auto event = script().next_event();
    EXPECT_TRUE(event && event->kind() == Event::Kind::settled);
    return event ? event->outcome() : Outcome{};
  }

  std::array<std::byte, 32> of_connack_{};
  std::array<std::byte, 32> of_acks_{};
  PropertyStore connack_{of_connack_};
  PropertyStore acks_{of_acks_};
  Extras extras_{.connack_properties = &connack_, .ack_properties = &acks_};
  Config config_{.extras = &extras_};
  std::optional<Script> script_;
};

TEST_F(KeptProperties, ResponseInformationIsThereIfItWasAskedFor) {
  const Property ask = Property::request_response_information();
  config_.properties = {&ask, 1};
  script().run();
  script().expect("CONNECT * {* property_25=1}");
  script().send(
      connack({.properties = {response_information("reply/7"), user_property("n", "v")}}));
  const Event event = script().expect_event("connected");
  EXPECT_EQ(event.response_information(), "reply/7");
  EXPECT_EQ(event.properties().user("n"), "v");
}

TEST_F(KeptProperties, ThoseOfAConnackAreThoseOfThatConnection) {
  script().go_online({.properties = {response_information("one")}});
  EXPECT_EQ(script().expect_event("connected").response_information(), "one");
  script().cut();
  EXPECT_EQ(script().expect_event("disconnected *").response_information(), "");
  script().advance(1s);
  script().go_online({.session_present = true});
  EXPECT_EQ(script().expect_event("reconnected").response_information(), "");
}

TEST_F(KeptProperties, AConnackLargerThanTheStorageKeepsNothing) {
  script().go_online({.properties = {response_information(std::string(30, 'r'))}});
  EXPECT_TRUE(script().expect_event("connected").properties().empty());
  EXPECT_EQ(connack_.missed(), 1);
}

TEST_F(KeptProperties, WithoutStorageThereIsNothingToSee) {
  config_.extras = nullptr;
  script().go_online({.properties = {response_information("one")}});
  EXPECT_TRUE(script().expect_event("connected").properties().empty());
  script().send(puback(publish(), 0x87, {reason_string("no")}));
  EXPECT_EQ(settled().reason_string(), "");
}

TEST_F(KeptProperties, TheReasonStringOfEachKindOfAnswer) {
  script().connect();
  script().send(puback(publish(), 0x97, {reason_string("full"), user_property("n", "v")}));
  Outcome outcome = settled();
  EXPECT_EQ(outcome.reason(), ReasonCode::quota_exceeded);
  EXPECT_EQ(outcome.reason_string(), "full");
  EXPECT_EQ(outcome.properties().user("n"), "v");
  script().expect_no_event();  // Views end here.

  script().send(pubrec(publish(qos2), 0x87, {reason_string("no")}));
  EXPECT_EQ(settled().reason_string(), "no");
  script().expect_no_event();

  const std::uint16_t id = publish(qos2);
  script().send(pubrec(id, 0, {reason_string("taken")}));
  script().expect("PUBREL *");
  script().send(pubcomp(id, 0, {reason_string("done")}));
  EXPECT_EQ(settled().reason_string(), "done");
  script().expect_no_event();

  ASSERT_TRUE(script().session().subscribe({.filter = "a"}));
  script().send(suback(script().expect("SUBSCRIBE *").id, {0x87}, {reason_string("closed")}));
  outcome = settled();
  EXPECT_EQ(outcome.reason(0), ReasonCode::not_authorized);
  EXPECT_EQ(outcome.reason_string(), "closed");
  script().expect_no_event();

  ASSERT_TRUE(script().session().unsubscribe("a"));
  script().send(unsuback(script().expect("UNSUBSCRIBE *").id, {0x11}, {reason_string("which")}));
  EXPECT_EQ(settled().reason_string(), "which");
  EXPECT_EQ(acks_.missed(), 0);
}

TEST_F(KeptProperties, AnAwaiterSeesThem) {
  script().connect();
  const auto ticket = script().session().publish({.topic = "a", .qos = qos1});
  ASSERT_TRUE(ticket);
  const std::uint16_t id = script().expect("PUBLISH *").id;
  Frames frames;
  std::string seen;
  const auto wait = [](Frames&, Session& session, Ticket awaited, std::string& text) -> Task<> {
    const auto outcome = co_await session.settled(awaited);
    text = outcome ? outcome->reason_string() : "none";
  };
  Task<> task = wait(frames, script().session(), *ticket, seen);
  (void)task.start();
  script().run();
  script().send(puback(id, 0, {reason_string("well done")}));
  EXPECT_EQ(seen, "well done");
}

TEST_F(KeptProperties, AnAnswerWithoutThemHasNone) {
  script().connect();
  const std::uint16_t first = publish();
  const std::uint16_t second = publish();
  script().send(puback(first, 0, {reason_string("first")}), puback(second));
  EXPECT_EQ(settled().reason_string(), "first");
  EXPECT_EQ(settled().reason_string(), "");
}

TEST_F(KeptProperties, TheLastAnswerTakesThePlaceOfOthers) {
  script().connect();
  const std::uint16_t first = publish();
  const std::uint16_t second = publish();
  script().send(puback(first, 0, {reason_string("first")}),
                puback(second, 0, {reason_string("second")}));
  EXPECT_EQ(settled().reason_string(), "");
  EXPECT_EQ(settled().reason_string(), "second");
  EXPECT_EQ(acks_.missed(), 1);
}

TEST_F(KeptProperties, WhatIsLookedAtStays) {
  script().connect();
  const std::uint16_t first = publish();
  const std::uint16_t second = publish();
  script().send(puback(first, 0, {reason_string("first")}));
  const Outcome looked_at = settled();
  script().send(puback(second, 0, {reason_string("again")}));
  EXPECT_EQ(looked_at.reason_string(), "first");
  EXPECT_EQ(settled().reason_string(), "");
  EXPECT_EQ(acks_.missed(), 1);
  script().send(puback(publish(), 0, {reason_string("later")}));
  EXPECT_EQ(settled().reason_string(), "later");
}

TEST_F(KeptProperties, OnesLargerThanTheStorageAreMissed) {
  script().connect();
  script().send(puback(publish(), 0x97, {reason_string(std::string(30, 'r'))}));
  const Outcome outcome = settled();
  EXPECT_EQ(outcome.reason(), ReasonCode::quota_exceeded);
  EXPECT_EQ(outcome.reason_string(), "");
  EXPECT_EQ(acks_.missed(), 1);
}

// The outcome of a subscription.

TEST_F(KeptProperties, OfThreeFiltersTheSecondIsRefused) {
  script().connect();
  const std::array<TopicFilter, 3> filters{{{.filter = "a"}, {.filter = "b"}, {.filter = "c"}}};
  ASSERT_TRUE(script().session().subscribe(filters));
  script().send(suback(script().expect("SUBSCRIBE *").id, {0x02, 0x87, 0x01}));
  const Outcome outcome = settled();
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.first_refused(), 1u) << "[MQTT-3.9.3-1]";
  EXPECT_EQ(outcome.reason(), ReasonCode::not_authorized);
  EXPECT_EQ(outcome.reason(0), ReasonCode::granted_qos_2) << "[MQTT-3.9.3-1]";
  EXPECT_EQ(outcome.reason(1), ReasonCode::not_authorized) << "[MQTT-3.9.3-1]";
  EXPECT_EQ(outcome.reason(2), ReasonCode::granted_qos_1);
}

TEST_F(KeptProperties, OfThreeFiltersNoneIsRefused) {
  script().connect();
  const std::array<TopicFilter, 3> filters{{{.filter = "a"}, {.filter = "b"}, {.filter = "c"}}};
  ASSERT_TRUE(script().session().subscribe(filters));
  script().send(suback(script().expect("SUBSCRIBE *").id, {0x02, 0x00, 0x01}));
  const Outcome outcome = settled();
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.first_refused(), std::nullopt);
}

// Subscription identifiers.

TEST_F(KeptProperties, AMessageShowsTheIdentifiersOfAllSubscriptionsItMatches) {
  script().connect();
  const Property identifier = Property::subscription_identifier(268'435'455);
  const TopicFilter filter{.filter = "a/#"};
  ASSERT_TRUE(script().session().subscribe({&filter, 1}, {&identifier, 1}));
  script().expect("SUBSCRIBE * {subscription_id=268435455}");
  script().send(testing::publish(
      {.topic = "a/b",
       .properties = {subscription_identifier(1), subscription_identifier(268'435'455),
                      subscription_identifier(128)}}));
  const auto event = script().next_event();
  ASSERT_TRUE(event && event->kind() == Event::Kind::inbound);
  std::vector<std::uint32_t> identifiers;
  for (const Property& property : event->message().properties()) {
    if (property.id() == PropertyId::subscription_identifier)
      identifiers.push_back(property.number());
  }
  EXPECT_EQ(identifiers, (std::vector<std::uint32_t>{1, 268'435'455, 128}));
}

}  // namespace
}  // namespace minimq::testing

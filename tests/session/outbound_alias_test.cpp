// SPDX-License-Identifier: MIT
//
// Topic aliases that the application uses.
#include <array>
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

class OutboundAlias : public ::testing::Test {
 protected:
  Script& script() {
    if (!script_) script_.emplace(config_);
    return *script_;
  }
  Result<void> publish(std::uint16_t alias, std::string_view payload = "x") {
    return script().session().publish_aliased(alias, {.payload = payload});
  }
  static ConnackFields accepts(std::uint16_t maximum, bool resumed = false) {
    return {.session_present = resumed, .properties = {topic_alias_maximum(maximum)}};
  }

  std::array<OutboundAliases::Entry, 2> entries_{{{"plant/a"}, {"plant/b"}}};
  OutboundAliases aliases_{entries_};
  Extras extras_{.outbound_aliases = &aliases_};
  Config config_{.extras = &extras_};
  std::optional<Script> script_;
};

TEST_F(OutboundAlias, TheTopicIsSentOnceForEachConnection) {
  script().connect(accepts(2));
  ASSERT_TRUE(publish(1, "one"));
  script().expect("PUBLISH q0 topic=plant/a payload=one {topic_alias=1}");
  ASSERT_TRUE(publish(1, "two"));
  script().expect("PUBLISH q0 topic= payload=two {topic_alias=1}");
  ASSERT_TRUE(publish(2, "three"));
  script().expect("PUBLISH q0 topic=plant/b payload=three {topic_alias=2}");
  script().cut();
  script().expect_event("disconnected link_closed");
  script().advance(1s);
  script().connect(accepts(2, true));
  ASSERT_TRUE(publish(1, "four"));
  EXPECT_EQ(script().expect("PUBLISH *").topic, "plant/a") << "[MQTT-3.3.2-7]";
}

TEST_F(OutboundAlias, AboveTheBrokersMaximumIsRefusedAndNothingIsSent) {
  script().connect(accepts(1));
  EXPECT_TRUE(publish(1));
  script().expect("PUBLISH q0 *");
  EXPECT_EQ(publish(2).error(), Error::topic_alias_not_supported)
      << "[MQTT-3.3.2-9] [MQTT-3.2.2-17]";
  script().expect_nothing();
}

TEST_F(OutboundAlias, WithoutAMaximumThereIsNone) {
  script().connect();
  EXPECT_EQ(publish(1).error(), Error::topic_alias_not_supported) << "[MQTT-3.2.2-18]";
  script().expect_nothing();
}

TEST_F(OutboundAlias, TheMaximumIsThatOfThisConnection) {
  script().connect(accepts(2));
  EXPECT_TRUE(publish(2));
  script().expect("PUBLISH q0 *");
  script().cut();
  script().expect_event("disconnected link_closed");
  script().advance(1s);
  script().connect(accepts(1, true));
  EXPECT_EQ(publish(2).error(), Error::topic_alias_not_supported) << "[MQTT-3.2.2-17]";
  EXPECT_TRUE(publish(1));
  script().expect("PUBLISH q0 topic=plant/a *");
}

TEST_F(OutboundAlias, OnlyThoseOfTheTableCanBeUsed) {
  script().connect(accepts(9));
  EXPECT_EQ(publish(0).error(), Error::property_invalid) << "[MQTT-3.3.2-8]";
  EXPECT_EQ(publish(3).error(), Error::property_invalid);
  Session& session = script().session();
  EXPECT_EQ(session.publish_aliased(1, {.topic = "other"}).error(), Error::property_invalid);
  EXPECT_EQ(session.publish_aliased(1, {.qos = QoS::at_least_once}).error(),
            Error::property_invalid);
  const auto nothing = [](std::span<std::byte>) { return std::size_t{0}; };
  EXPECT_EQ(session.publish_aliased(1, {.payload = nothing}).error(), Error::property_invalid);
  const Property alias{PropertyId::topic_alias, std::uint32_t{1}};
  EXPECT_EQ(session.publish({.topic = "a", .properties = {&alias, 1}}).error(),
            Error::property_invalid)
      << "a message that may be sent again has no alias";
  script().expect_nothing();
}

TEST_F(OutboundAlias, WithoutATableThereIsNone) {
  config_.extras = nullptr;
  script().connect(accepts(9));
  EXPECT_EQ(publish(1).error(), Error::property_invalid);
}

TEST_F(OutboundAlias, PropertiesGoWithIt) {
  script().connect(accepts(2));
  const Property text = Property::content_type("text");
  ASSERT_TRUE(script().session().publish_aliased(
      1, {.retain = true, .response_topic = "r", .properties = {&text, 1}}));
  script().expect(
      "PUBLISH q0 retain topic=plant/a payload= "
      "{topic_alias=1 response_topic=r content_type=text}");
}

TEST_F(OutboundAlias, OfflineItIsRefused) {
  EXPECT_EQ(publish(1).error(), Error::not_ready);
  EXPECT_EQ(script().session().shortage(), Shortage::link);
}

TEST_F(OutboundAlias, WhatWasAcceptedBeforeGoesFirst) {
  script().connect(accepts(2));
  ASSERT_TRUE(script().session().publish({.topic = "first"}));
  ASSERT_TRUE(publish(1));
  script().expect("PUBLISH q0 topic=first *");
  script().expect("PUBLISH q0 topic=plant/a *");
}

TEST_F(OutboundAlias, ItIsRefusedWhereNothingCanBeWritten) {
  script().connect(accepts(2));
  script().transport().set_write_budget(0);
  EXPECT_EQ(publish(1).error(), Error::not_ready);
  script().transport().take_all_writes();
  script().expect_nothing();
  ASSERT_TRUE(publish(1));
  EXPECT_EQ(script().expect("PUBLISH *").topic, "plant/a") << "the refused one has mapped nothing";
}

TEST_F(OutboundAlias, HalfOfItIsFinishedOnTheSameConnection) {
  script().connect(accepts(2));
  script().transport().set_write_budget(5);
  ASSERT_TRUE(publish(1, "whole"));
  EXPECT_EQ(publish(2).error(), Error::not_ready) << "the transport is full";
  script().transport().take_all_writes();
  script().expect("PUBLISH q0 topic=plant/a payload=whole {topic_alias=1}");
}

TEST_F(OutboundAlias, HalfOfItDiesWithItsConnection) {
  config_.queue_qos0_offline = true;
  script().connect(accepts(2));
  script().transport().set_write_budget(5);
  ASSERT_TRUE(publish(1));
  script().cut();
  script().transport().take_all_writes();
  script().expect_event("disconnected *");
  script().advance(1s);
  script().connect({.session_present = true});
  script().expect_nothing();
  EXPECT_EQ(script().session().counters().dropped_qos0, 1) << "[MQTT-3.3.2-7]";
}

}  // namespace
}  // namespace minimq::testing

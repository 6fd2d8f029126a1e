// SPDX-License-Identifier: MIT
//
// Topic aliases that the broker uses.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

// A PUBLISH at QoS 0 with a one-letter topic, or none, and alias; its payload is 'p'.
constexpr std::string_view a_is_1 = "30 08 00 01 'a' 03 23 00 01 'p'";
constexpr std::string_view b_is_1 = "30 08 00 01 'b' 03 23 00 01 'p'";
constexpr std::string_view b_is_2 = "30 08 00 01 'b' 03 23 00 02 'p'";
constexpr std::string_view by_1 = "30 07 00 00 03 23 00 01 'p'";
constexpr std::string_view by_2 = "30 07 00 00 03 23 00 02 'p'";

class InboundAlias : public EngineScript {
 protected:
  // Two places of four bytes.
  InboundAlias() { config.extras = &extras_; }

  std::string topic() {
    engine().end_views();
    event_ = engine().next_message();
    return event_ ? std::string{event_->message().topic()} : "none";
  }
  [[nodiscard]] std::string_view held_topic() const { return event_->message().topic(); }

  std::array<std::byte, InboundAliases::storage_size(2, 4)> storage_{};
  InboundAliases aliases_{storage_, 4};
  Extras extras_{.inbound_aliases = &aliases_};
  std::optional<Event> event_;
};

TEST_F(InboundAlias, AsManyAreAnnouncedAsTheStorageHolds) {
  EXPECT_EQ(open(), bytes("10 1E 00 04 'MQTT' 05 02 00 3C 10 11 00 00 0E 10 21 00 04 "
                          "27 00 00 00 FF 22 00 02 00 01 'c'"));
  std::array<std::byte, 13> short_of_two{};
  EXPECT_EQ((InboundAliases{short_of_two, 4}.maximum()), 1);
  EXPECT_EQ((InboundAliases{{}, 4}.maximum()), 0);
}

TEST_F(InboundAlias, NoneIsAnnouncedWithoutStorage) {
  config.extras = nullptr;
  EXPECT_EQ(open(), bytes("10 1B 00 04 'MQTT' 05 02 00 3C 0D 11 00 00 0E 10 21 00 04 "
                          "27 00 00 00 FF 00 01 'c'"));
  receive(connack);
  receive(a_is_1);
  EXPECT_TRUE(ended(Error::topic_alias_invalid, ReasonCode::topic_alias_invalid))
      << "[MQTT-3.1.2-27]";
  EXPECT_EQ(sent(), bytes("E0 01 94"));
}

TEST_F(InboundAlias, EachMessageShowsItsWholeTopic) {
  connect();
  receive(a_is_1);
  receive(b_is_2);
  receive(by_1);
  receive(by_2);
  EXPECT_EQ(topic(), "a") << "[MQTT-3.3.2-10]";
  EXPECT_EQ(topic(), "b");
  EXPECT_EQ(topic(), "a") << "[MQTT-3.3.2-10]";
  EXPECT_EQ(topic(), "b");
  EXPECT_EQ(topic(), "none");
}

TEST_F(InboundAlias, AnAliasThatGetsAnotherTopicCountsFromThereOn) {
  connect();
  receive(a_is_1);
  receive(by_1);
  receive(b_is_1);
  receive(by_1);
  EXPECT_EQ(topic(), "a");
  EXPECT_EQ(topic(), "a") << "[MQTT-3.3.2-10]";
  EXPECT_EQ(topic(), "b");
  EXPECT_EQ(topic(), "b") << "[MQTT-3.3.2-10]";
}

TEST_F(InboundAlias, TheTopicOfAMessageThatIsHeldStays) {
  connect();
  receive(a_is_1);
  receive(by_1);
  EXPECT_EQ(topic(), "a");
  EXPECT_EQ(topic(), "a");
  receive(b_is_1);
  receive(by_1);
  EXPECT_EQ(held_topic(), "a");
  lose_link();
  EXPECT_EQ(held_topic(), "a");
  engine().link_opened();
  EXPECT_EQ(held_topic(), "a");
}

TEST_F(InboundAlias, AMessageThatIsNotDeliveredMapsAsWell) {
  connect();
  receive("34 0A 00 01 'a' 00 05 03 23 00 01 'p'");  // QoS 2
  EXPECT_EQ(topic(), "a");
  receive("3C 0A 00 01 'b' 00 05 03 23 00 01 'p'");  // Its identifier is in use.
  receive(by_1);
  EXPECT_EQ(topic(), "b") << "[MQTT-3.3.2-10]";
  EXPECT_EQ(engine().counters().duplicates, 1);
}

TEST_F(InboundAlias, AboveTheMaximumIs0x94) {
  connect();
  receive("30 08 00 01 'a' 03 23 00 03 'p'");
  EXPECT_TRUE(ended(Error::topic_alias_invalid, ReasonCode::topic_alias_invalid))
      << "[MQTT-3.1.2-26] [MQTT-3.3.2-11]";
  EXPECT_EQ(sent(), bytes("E0 01 94"));
  EXPECT_EQ(message(), "none");
}

TEST_F(InboundAlias, ZeroIs0x94) {
  connect();
  receive("30 08 00 01 'a' 03 23 00 00 'p'");
  EXPECT_TRUE(ended(Error::topic_alias_invalid, ReasonCode::topic_alias_invalid))
      << "[MQTT-3.3.2-8]";
}

TEST_F(InboundAlias, OneThatNothingWasMappedToIsAProtocolError) {
  connect();
  receive(a_is_1);
  receive(by_2);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
  EXPECT_EQ(sent(), bytes("E0 01 82"));
}

TEST_F(InboundAlias, AMappingEndsWithItsConnection) {
  connect();
  receive(a_is_1);
  receive(by_1);
  lose_link();
  EXPECT_EQ(topic(), "a") << "[MQTT-3.3.2-7]";
  EXPECT_EQ(topic(), "a");
  engine().end_views();
  connect(connack_resumed);
  receive(by_1);
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << "[MQTT-3.3.2-7]";
}

// A topic of five bytes does not fit a place of four.
TEST_F(InboundAlias, ATopicThatIsTooLongIsDeliveredAndItsAliasGivenUp) {
  connect();
  receive(a_is_1);
  receive("30 0C 00 05 'abcde' 03 23 00 01 'p'");
  EXPECT_EQ(topic(), "a");
  EXPECT_EQ(topic(), "abcde");
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  receive(by_1);
  EXPECT_TRUE(ended(Error::no_memory, ReasonCode::implementation_specific_error));
  EXPECT_EQ(sent(), bytes("E0 01 83"));
  EXPECT_EQ(topic(), "none");
  // From here on the broker has to send whole topics, so this cannot come again.
  lose_link();
  EXPECT_TRUE(aliases_.given_up());
  EXPECT_EQ(open(), bytes("10 1B 00 04 'MQTT' 05 00 00 3C 0D 11 00 00 0E 10 21 00 04 "
                          "27 00 00 00 FF 00 01 'c'"));
}

TEST_F(InboundAlias, ATooLongTopicMayMakeRoomForAnother) {
  connect();
  receive("30 0C 00 05 'abcde' 03 23 00 01 'p'");
  receive(b_is_1);
  receive(by_1);
  EXPECT_EQ(topic(), "abcde");
  EXPECT_EQ(topic(), "b");
  EXPECT_EQ(topic(), "b");
  EXPECT_FALSE(aliases_.given_up());
}

TEST_F(InboundAlias, ThePlaceHoldsATopicOfItsWholeSize) {
  connect();
  receive("30 0B 00 04 'abcd' 03 23 00 02 'p'");
  receive(by_2);
  EXPECT_EQ(topic(), "abcd");
  EXPECT_EQ(topic(), "abcd");
}

TEST_F(InboundAlias, ACopyHasTheTopic) {
  connect();
  receive(a_is_1);
  receive(by_1);
  EXPECT_EQ(topic(), "a");
  EXPECT_EQ(topic(), "a");
  std::array<std::byte, 16> memory{};
  const auto copy = event_->message().copy_to(memory);
  ASSERT_TRUE(copy);
  receive(b_is_1);
  EXPECT_EQ(topic(), "b");
  EXPECT_EQ(copy->topic(), "a");
}

// The alias of a message that is skipped stands where nobody reads it.
TEST_F(InboundAlias, TogetherWithSkippingIsAWrongConfiguration) {
  config.oversize = Oversize::skip;
  EXPECT_EQ(check_config(config), Error::config_topic_aliases);
  extras_.inbound_aliases = nullptr;
  EXPECT_EQ(check_config(config), std::nullopt);
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Chapters 3.3 to 3.7 and 4.3 to 4.6: messages from the broker, and what acknowledges them.
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

class Messages : public Statement {
 protected:
  Event next() {
    engine().end_views();
    const auto event = engine().next_message();
    return event ? *event : Event{Event::Kind::idle};
  }
};

TEST_F(Messages, AnAcknowledgementHasTheIdentifierOfItsMessage) {
  for (const std::string_view id : {"00 01", "12 34", "FF FF"}) {
    start_anew();
    connect();
    receive("34 07 00 01 't' 00 07 00 'w'");  // An exchange that goes on beside those below.
    EXPECT_EQ(message(), "w");
    engine().end_views();
    EXPECT_EQ(sent(), "50 02 00 07") << "[MQTT-2.2.1-5]";
    const std::string text{id};
    receive("32 07 00 01 't' " + text + " 00 'x'");
    EXPECT_EQ(message(), "x");
    engine().end_views();
    EXPECT_EQ(sent(), "40 02 " + text) << "[MQTT-2.2.1-5]";
    receive("34 07 00 01 't' " + text + " 00 'y'");
    EXPECT_EQ(message(), "y");
    engine().end_views();
    EXPECT_EQ(sent(), "50 02 " + text) << "[MQTT-2.2.1-5] [MQTT-4.3.3-8]";
    receive("62 02 " + text);
    EXPECT_EQ(sent(), "70 02 " + text) << "[MQTT-2.2.1-5] [MQTT-4.3.3-11]";
  }
}

TEST_F(Messages, TheBrokersIdentifiersAreIndependentOfOurs) {
  busy();
  receive("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <b> 00 'y'");
  EXPECT_EQ(reaction(), fine) << "[MQTT-2.2.1-4]";
  EXPECT_EQ(message(), "x");
  EXPECT_EQ(message(), "y");
  engine().end_views();
  EXPECT_EQ(sent(), bytes("40 02 <a> 50 02 <b>"));
  EXPECT_EQ(reaction_to("32 07 00 01 't' 00 00 00 'x'"), protocol_error) << "[MQTT-2.2.1-4]";
}

TEST_F(Messages, ThatExpiresOnItsWayIsDeliveredAndItsExchangeGoesOn) {
  connect();
  receive("34 0C 00 01 't' 00 05 05 02 00 00 00 01 'x'");
  advance(30s);
  EXPECT_EQ(message(), "x") << "[MQTT-3.3.2-5]";
  engine().end_views();
  EXPECT_EQ(sent(), "50 02 00 05") << "[MQTT-4.3.3-13]";
  receive("62 02 00 05");
  EXPECT_EQ(sent(), "70 02 00 05") << "[MQTT-4.3.3-13]";
}

TEST_F(Messages, OfATopicNobodyAskedForIsDeliveredAndAcknowledged) {
  connect();
  receive("32 12 00 0C 'never/wanted' 00 05 00 'x'");
  const Event event = next();
  ASSERT_EQ(event.kind(), Event::Kind::inbound);
  EXPECT_EQ(event.message().topic(), "never/wanted") << "[MQTT-3.3.2-3]";
  engine().end_views();
  EXPECT_EQ(sent(), "40 02 00 05") << "[MQTT-4.5.0-2] [MQTT-3.3.4-1]";
}

TEST_F(Messages, OfATopicWithADollarOrEmptyLevelsArriveByteForByte) {
  connect();
  receive("30 09 00 06 '$SYS/x' 00 30 08 00 05 'A//b ' 00");
  EXPECT_EQ(next().message().topic(), "$SYS/x") << "[MQTT-4.7.2-1]";
  EXPECT_EQ(next().message().topic(), "A//b ") << "[MQTT-4.7.3-4]";
}

TEST_F(Messages, KeepTheirPropertiesAsTheyCame) {
  connect();
  receive(
      "30 1D 00 01 't' 18 01 01 03 00 02 'tt' 08 00 02 'rr' 09 00 02 00 FF"
      "26 00 01 'k' 00 01 'v'  'x'");
  const Event event = next();
  ASSERT_EQ(event.kind(), Event::Kind::inbound);
  const Message& message = event.message();
  EXPECT_EQ(message.properties().find(PropertyId::payload_format_indicator)->number(), 1u)
      << "[MQTT-3.3.2-4]";
  EXPECT_EQ(message.response_topic(), "rr") << "[MQTT-3.3.2-15]";
  EXPECT_EQ(to_hex(message.correlation_data().value()), "00 FF") << "[MQTT-3.3.2-16]";
  EXPECT_EQ(message.text(), "x");
}

TEST_F(Messages, KeepTheirContentTypeAndUserPropertiesInTheirOrder) {
  connect();
  receive(
      "30 1C 00 01 't' 17 26 00 01 'k' 00 01 '2' 03 00 01 'c' 26 00 01 'k' 00 01 '1'"
      "26 00 00 00 00 'x'");
  const Event event = next();
  ASSERT_EQ(event.kind(), Event::Kind::inbound);
  std::string user;
  for (const Property& property : event.message().properties()) {
    if (property.id() != PropertyId::user_property) continue;
    user += std::string{property.name()} + "=" + std::string{property.text()} + ";";
  }
  EXPECT_EQ(user, "k=2;k=1;=;") << "[MQTT-3.3.2-17] [MQTT-3.3.2-18]";
  EXPECT_EQ(event.message().content_type(), "c") << "[MQTT-3.3.2-20]";
}

TEST_F(Messages, HaveAllTheirSubscriptionIdentifiers) {
  connect();
  receive("30 0C 00 01 't' 07 0B 01 0B 80 01 0B 05 'x' 30 07 00 01 't' 02 0B 07 'y'");
  std::vector<std::uint32_t> ids;
  const Event first = next();
  for (const Property& property : first.message().properties())
    ids.push_back(property.number());
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{1, 128, 5})) << "[MQTT-3.3.4-4] [MQTT-3.3.2.3.8-M]";
  const Event second = next();
  EXPECT_EQ(second.message().properties().find(PropertyId::subscription_identifier)->number(), 7u)
      << "[MQTT-3.3.4-5]";
}

TEST_F(Messages, WithATextThatIsNotUtf8EndTheConnection) {
  EXPECT_EQ(reaction_to("30 09 00 01 't' 04 03 00 01 FF 'x'"), malformed) << "[MQTT-3.3.2-19]";
  connect();
  const Property bad = Property::content_type("\xFF");
  EXPECT_EQ(engine().publish({.topic = "t", .properties = {&bad, 1}}).error(),
            Error::property_invalid)
      << "[MQTT-3.3.2-19]";
}

TEST_F(Messages, WithAnEmptyTopicNeedAnAlias) {
  EXPECT_EQ(reaction_to("30 04 00 00 00 'x'"), protocol_error) << "[MQTT-3.3.2.1-M]";
  EXPECT_EQ(reaction_to("30 06 00 00 03 23 00 00"), bad_alias) << "[MQTT-3.3.2.1-M]";
}

TEST_F(Messages, AreRepliedToWithoutTheirDup) {
  connect();
  receive("3B 0C 00 01 't' 00 05 05 08 00 02 'rr' 'x'");
  const Event event = next();
  ASSERT_TRUE(event.message().duplicate());
  const auto reply = event.message().reply("answer");
  ASSERT_TRUE(reply);
  ASSERT_TRUE(engine().publish(reply->with_qos(QoS::at_least_once)));
  EXPECT_TRUE(sent().starts_with("32 ")) << "[MQTT-3.3.1-3]";
}

TEST_F(Messages, AreDeliveredInTheOrderOfTheWire) {
  config.receive_maximum = 20;
  connect();
  std::string expected;
  for (int i = 0; i < 12; ++i) {
    const char letter = static_cast<char>('a' + i);
    const std::string payload = std::string{" '"} + letter + "'";
    const std::byte id[] = {static_cast<std::byte>(i + 1)};
    const std::string topic = i % 2 == 0 ? "'t'" : "'u'";
    receive(i % 3 == 0   ? "30 05 00 01 " + topic + " 00" + payload
            : i % 3 == 1 ? "32 07 00 01 " + topic + " 00 " + to_hex(id) + " 00" + payload
                         : "34 07 00 01 " + topic + " 00 " + to_hex(id) + " 00" + payload);
    expected += std::string{"["} + letter + "]";
  }
  EXPECT_EQ(seen(), expected) << "[MQTT-4.6.0-5] [MQTT-4.6.0-6]";
  EXPECT_EQ(sent(),
            "40 02 00 02 50 02 00 03 40 02 00 05 50 02 00 06 40 02 00 08 50 02 00 09 "
            "40 02 00 0B 50 02 00 0C")
      << "[MQTT-4.6.0-2]";
}

TEST_F(Messages, AreAcknowledgedWithoutDiagnosticsWhateverTheLimit) {
  for (const std::string_view limit : {"", "27 00 00 00 05", "27 00 00 00 FF"}) {
    start_anew();
    connect(connack_with(std::string{limit}));
    receive("32 07 00 01 't' 00 01 00 'x'");
    const AckHandle first = next().message().defer_ack();
    ASSERT_TRUE(engine().acknowledge(first, ReasonCode::quota_exceeded));
    EXPECT_EQ(sent(), "40 03 00 01 97") << "[MQTT-3.4.2-2] [MQTT-3.4.2-3]";
  }
}

TEST_F(Messages, AtQos2AreAnsweredWithoutDiagnosticsWhateverTheLimit) {
  for (const std::string_view limit : {"", "27 00 00 00 05", "27 00 00 00 FF"}) {
    start_anew();
    connect(connack_with(std::string{limit}));
    receive("34 07 00 01 't' 00 02 00 'y'");
    const AckHandle second = next().message().defer_ack();
    ASSERT_TRUE(engine().acknowledge(second, ReasonCode::not_authorized));
    EXPECT_EQ(sent(), "50 03 00 02 87") << "[MQTT-3.5.2-2] [MQTT-3.5.2-3]";
  }
}

TEST_F(Messages, UnknownToUsAreAnsweredByPubrelWithoutDiagnostics) {
  for (const std::string_view limit : {"", "27 00 00 00 05"}) {
    start_anew();
    connect(connack_with(std::string{limit}));
    receive("50 02 00 77");
    EXPECT_EQ(sent(), "62 03 00 77 92") << "[MQTT-3.6.2-2] [MQTT-3.6.2-3] [MQTT-4.3-M]";
  }
}

TEST_F(Messages, UnknownToUsAreAnsweredByPubcompWithoutDiagnostics) {
  for (const std::string_view limit : {"", "27 00 00 00 05"}) {
    start_anew();
    connect(connack_with(std::string{limit}));
    receive("62 02 00 77");
    EXPECT_EQ(sent(), "70 03 00 77 92") << "[MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-4.3-M]";
  }
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Chapters 3.8 to 3.15: subscriptions, and the end of a connection.
#include <array>
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

class Subscribing : public Statement {
 protected:
  std::string reasons(Ticket ticket) {
    const auto outcome = engine().take_outcome(ticket);
    std::string text;
    for (std::size_t i = 0; outcome && i < outcome->reason_count(); ++i)
      text += std::to_string(static_cast<int>(outcome->reason(i))) + " ";
    return text;
  }
  Ticket subscribe_to(std::span<const TopicFilter> filters) {
    return name('x', engine().subscribe(filters, {}));
  }
};

TEST_F(Subscribing, AnAnswerWithAForeignIdentifierCompletesNothing) {
  for (const std::string_view packet :
       {"90 04 77 77 00 00", "B0 04 77 77 00 00", "90 04 77 77 00 87"}) {
    EXPECT_EQ(reaction_to(packet), fine) << packet << " [MQTT-2.2.1-6]";
    EXPECT_EQ(outcome(s), "pending") << packet << " [MQTT-3.8.4-2]";
    EXPECT_EQ(outcome(u), "pending") << packet << " [MQTT-3.10.4-5]";
    EXPECT_EQ(engine().counters().stray_acks, 1);
  }
}

TEST_F(Subscribing, UntilItIsAnsweredItIsPendingAndSentAgain) {
  connect();
  s = name('s', subscribe());
  const std::string packet = sent();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(outcome(s), "pending") << "[MQTT-3.8.4-1]";
    reconnect(connack_resumed);
    EXPECT_EQ(sent(), packet) << "[MQTT-3.8.4-1]";
  }
  receive("90 04 <s> 00 01");
  EXPECT_EQ(outcome(s), "1") << "[MQTT-3.8.4-1] [MQTT-3.8.4-7]";
}

TEST_F(Subscribing, EachFilterHasItsOwnCode) {
  connect();
  const std::array filters{TopicFilter{.filter = "a"}, TopicFilter{.filter = "b"},
                           TopicFilter{.filter = "c"}};
  const Ticket ticket = subscribe_to(filters);
  sent();
  receive("90 06 <x> 00 01 87 02");
  EXPECT_EQ(reasons(ticket), "1 135 2 ") << "[MQTT-3.8.4-5] [MQTT-3.8.4-7] [MQTT-3.9.3-1]";
}

TEST_F(Subscribing, EachFilterOfAnUnsubscribeHasItsOwnCode) {
  connect();
  const std::array<std::string_view, 3> filters{"a", "b", "c"};
  const Ticket ticket = name('x', engine().unsubscribe(filters, {}));
  sent();
  receive("B0 06 <x> 00 00 8F 11");
  EXPECT_EQ(reasons(ticket), "0 143 17 ") << "[MQTT-3.11.3-1] [MQTT-3.10.4-6]";
}

TEST_F(Subscribing, AnswersWithTheWrongNumberOfCodesAreProtocolErrors) {
  for (const std::string_view packet : {"90 05 <s> 00 00 00", "90 06 <s> 00 00 00 00"})
    EXPECT_EQ(reaction_to(packet), protocol_error) << packet << " [MQTT-3.8.4-6]";
  EXPECT_EQ(reaction_to("90 03 <s> 00"), malformed) << "[MQTT-3.8.4-6]";
  EXPECT_EQ(reaction_to("B0 05 <u> 00 00 00"), protocol_error) << "[MQTT-3.11.3-1]";
  EXPECT_EQ(reaction_to("B0 03 <u> 00"), malformed) << "[MQTT-3.11.3-1]";
}

TEST_F(Subscribing, AGrantAboveWhatWasAskedIsHandedOutAsItIs) {
  connect();
  const TopicFilter filter{.filter = "a", .maximum_qos = QoS::at_most_once};
  const Ticket ticket = subscribe_to({&filter, 1});
  sent();
  receive("90 04 <x> 00 02");
  EXPECT_EQ(outcome(ticket), "2") << "[MQTT-3.9.3-2]";
}

TEST_F(Subscribing, ASubscriptionIdentifierIsInRangeAndThereOnce) {
  connect();
  const TopicFilter filter{.filter = "a"};
  for (const std::uint32_t id : {0u, 268'435'456u, 0xFFFF'FFFFu}) {
    const Property property = Property::subscription_identifier(id);
    EXPECT_EQ(engine().subscribe({&filter, 1}, {&property, 1}).error(), Error::property_invalid)
        << id << " [MQTT-3.8.2.1.2-M]";
  }
  const std::array twice{Property::subscription_identifier(1),
                         Property::subscription_identifier(2)};
  EXPECT_EQ(engine().subscribe({&filter, 1}, twice).error(), Error::property_invalid)
      << "[MQTT-3.8.2.1.2-M]";
  EXPECT_EQ(sent(), "");
  const Property largest = Property::subscription_identifier(268'435'455);
  name('x', engine().subscribe({&filter, 1}, {&largest, 1}));
  EXPECT_EQ(sent(), bytes("82 0C <x> 05 0B FF FF FF 7F 00 01 'a' 02"));
}

TEST_F(Subscribing, OptionsWithTheValueThreeAreRefused) {
  connect();
  const TopicFilter filters[] = {
      {.filter = "a", .maximum_qos = static_cast<QoS>(3)},
      {.filter = "a", .retain_handling = static_cast<RetainHandling>(3)}};
  for (const TopicFilter& filter : filters) {
    EXPECT_EQ(engine().subscribe({&filter, 1}, {}).error(), Error::topic_filter_invalid)
        << "[MQTT-3.8.3.1-M]";
  }
  EXPECT_EQ(sent(), "");
}

TEST_F(Subscribing, MessagesThatStillComeAfterUnsubscribeAreAcknowledged) {
  connect();
  const std::string_view filter = "t";
  u = name('u', engine().unsubscribe({&filter, 1}, {}));
  sent();
  receive("34 07 00 01 't' 00 05 00 'x' B0 04 <u> 00 00 34 07 00 01 't' 00 06 00 'y'");
  EXPECT_EQ(message(), "x");
  EXPECT_EQ(message(), "y");
  engine().end_views();
  EXPECT_EQ(sent(), "50 02 00 05 50 02 00 06") << "[MQTT-3.10.4-3]";
  receive("62 02 00 05 62 02 00 06");
  EXPECT_EQ(sent(), "70 02 00 05 70 02 00 06") << "[MQTT-3.10.4-3]";
}

class Ending : public Statement {};

TEST_F(Ending, PingrespWithAnythingIsMalformedAndOneNobodyAskedForIsNot) {
  EXPECT_EQ(reaction_to("D0 01 00"), malformed) << "[MQTT-3.12.4-1]";
  EXPECT_EQ(reaction_to("D0 00 D0 00"), fine) << "[MQTT-3.12.4-1]";
  EXPECT_EQ(reaction_to("C0 00"), protocol_error) << "[MQTT-3.12.4-1]";
}

TEST_F(Ending, DisconnectLeavesOutItsPropertiesToFit) {
  struct Case {
    Property property;
    std::string_view limit, expected;
  };
  const Property user = Property::user("name", "value");
  const Property why = Property::reason_string("bye");
  for (const Case& row :
       {Case{user, "05", "E0 01 04"}, Case{why, "05", "E0 01 04"}, Case{user, "11", "E0 01 04"},
        Case{why, "09", "E0 01 04"}, Case{user, "12", "E0 10 04 0E 26 00 04 'name' 00 05 'value'"},
        Case{why, "0A", "E0 08 04 06 1F 00 03 'bye'"}}) {
    start_anew();
    connect(connack_with("27 00 00 00 " + std::string{row.limit}));
    ASSERT_TRUE(engine().disconnect(ReasonCode::disconnect_with_will_message, {&row.property, 1}))
        << row.limit << " [MQTT-3.14.2-3] [MQTT-3.14.2-4]";
    EXPECT_EQ(sent(), bytes(row.expected)) << row.limit << " [MQTT-3.14.2-3] [MQTT-3.14.2-4]";
    EXPECT_TRUE(engine().finished());
  }
}

TEST_F(Ending, DisconnectDoesNotRaiseASessionExpiryOfZero) {
  config.session_expiry_s = 0;
  connect();
  const Property raised = Property::session_expiry_s(1);
  EXPECT_EQ(engine().disconnect(ReasonCode::success, {&raised, 1}).error(),
            Error::session_expiry_invalid)
      << "[MQTT-3.14.2.2.2-M]";
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(sent(), "");
  const Property same = Property::session_expiry_s(0);
  EXPECT_TRUE(engine().disconnect(ReasonCode::success, {&same, 1}));
}

TEST_F(Ending, TheBrokersZeroIsAZeroAsWell) {
  connect(connack_with("11 00 00 00 00"));
  const Property raised = Property::session_expiry_s(1);
  EXPECT_EQ(engine().disconnect(ReasonCode::success, {&raised, 1}).error(),
            Error::session_expiry_invalid)
      << "[MQTT-3.14.2.2.2-M] [MQTT-3.2.2.3.2-M]";
}

TEST_F(Ending, NothingFollowsDisconnectHoweverMuchIsWaiting) {
  busy();
  receive("32 07 00 01 't' 00 05 00 'x'");
  EXPECT_EQ(message(), "x");
  ASSERT_TRUE(publish(QoS::at_least_once));
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {}));
  engine().end_views();
  EXPECT_EQ(sent(), "E0 00") << "not even PUBACK [MQTT-3.14.4-1]";
  EXPECT_TRUE(engine().finished()) << "[MQTT-3.14.4-2]";
  (void)subscribe();
  advance(1h);
  EXPECT_EQ(sent(), "") << "[MQTT-3.14.4-1]";
}

TEST_F(Ending, AReceivedDisconnectIsNotAnswered) {
  for (const std::string_view packet : {"E0 00", "E0 01 8B", "E0 01 81", "E0 01 04"}) {
    EXPECT_EQ(reaction_to(packet), "disconnected_by_broker, ") << packet << " [MQTT-3.14.4-M]";
    EXPECT_TRUE(engine().finished()) << "[MQTT-4.13.2-1]";
    EXPECT_TRUE(engine().rx_space().empty());
  }
}

TEST_F(Ending, AuthWithoutAMethodInConnectIsAProtocolError) {
  for (const std::string_view packet :
       {"F0 00", "F0 06 18 04 15 00 01 'm'", "F0 06 00 04 15 00 01 'm'"}) {
    EXPECT_EQ(reaction_to(packet), protocol_error) << packet << " [MQTT-4.12.0-6]";
    EXPECT_EQ(reaction_to_answer(packet), protocol_error_silently) << packet << " [MQTT-4.12.0-6]";
  }
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Messages to the broker: their order, the broker's limits, and their outcomes.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using Outbound = EngineScript;

// Rule 12: only messages wait for the quota, and nothing waits behind them.
TEST_F(Outbound, WhatNeedsNoQuotaPassesAMessageThatWaitsForIt) {  // [MQTT-3.3.4-8], [MQTT-4.9.0-3]
  connect("20 06 00 00 03 21 00 01");
  name('a', publish(QoS::exactly_once));
  name('b', publish(QoS::at_least_once));
  EXPECT_EQ(sent(), bytes("34 07 00 01 't' <a> 00 'x'"));
  name('s', subscribe());
  ASSERT_TRUE(publish(QoS::at_most_once, "0"));
  receive("32 07 00 01 't' 00 05 00 'i' 50 02 <a>");
  EXPECT_EQ(message(), "i");
  engine().end_views();
  EXPECT_EQ(sent(), bytes("62 02 <a> 40 02 00 05 82 07 <s> 00 00 01 'f' 02 30 05 00 01 't' 00 '0'"))
      << "[MQTT-3.3.4-8] [MQTT-4.9.0-3]";
  advance(Duration{45'000});
  EXPECT_EQ(sent(), "C0 00");
  receive("70 02 <a>");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <b> 00 'x'"));
}

TEST_F(Outbound, TheOrderOfMessagesIsThatOfTheirAcceptance) {  // [MQTT-4.6.0-1]
  connect("20 06 00 00 03 21 00 02");
  for (const char letter : {'a', 'b', 'c', 'd'})
    name(letter, publish(letter % 2 != 0 ? QoS::at_least_once : QoS::exactly_once));
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <b> 00 'x'"));
  receive("50 03 <b> 80");
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <c> 00 'x'")) << "[MQTT-3.3.4-7]";
  receive("40 02 <c>");
  EXPECT_EQ(sent(), bytes("34 07 00 01 't' <d> 00 'x'"));
}

TEST_F(Outbound, AcksOfNothingDoNotInflateTheQuota) {  // [MQTT-4.9.0-2]
  connect("20 06 00 00 03 21 00 01");
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::at_least_once));
  sent();
  receive("40 02 77 77 70 02 77 77 50 03 77 77 80");
  EXPECT_EQ(sent(), "") << "[MQTT-4.9.0-2]";
  EXPECT_EQ(engine().counters().stray_acks, 3) << "[MQTT-4.3-M]";
}

// A broker that repeats PUBREC is answered again; one that takes it back is not. Found by fuzzing.
TEST_F(Outbound, ARefusalAfterPubrecIsNotAnsweredAndDoesNotEndTheMessage) {  // [MQTT-4.3.3-4]
  connect();
  const Ticket ticket = name('a', publish(QoS::exactly_once));
  sent();
  receive("50 02 <a> 50 03 <a> 80");
  EXPECT_EQ(sent(), bytes("62 02 <a>"));
  receive("50 03 <a> 83");
  EXPECT_EQ(sent(), "") << "[MQTT-4.3.3-4]";
  EXPECT_EQ(engine().counters().stray_acks, 2);
  receive("50 02 <a>");
  EXPECT_EQ(sent(), bytes("62 02 <a>"));
  EXPECT_EQ(outcome(ticket), "pending");
  receive("70 02 <a>");
  EXPECT_EQ(outcome(ticket), "0");
}

// Rule 14.
TEST_F(Outbound, AnAckForAHalfWrittenPacketIsAProtocolError) {
  for (const std::string_view ack : {"40 02 <a>", "50 02 <b>", "90 04 <s> 00 00"}) {
    start_anew();
    connect();
    if (ack[0] == '4') name('a', publish(QoS::at_least_once));
    if (ack[0] == '5') name('b', publish(QoS::exactly_once));
    if (ack[0] == '9') name('s', subscribe());
    EXPECT_EQ(sent(5).size(), 14u);
    receive(ack);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error)) << ack;
  }
}

TEST_F(Outbound, AnAckForWhatWasNotSentAtAllIsAProtocolError) {
  connect();
  name('a', publish(QoS::at_least_once));
  receive("40 02 <a>");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

TEST_F(Outbound, AHalfWrittenPacketGoesOnBeforeAnythingElse) {
  connect();
  name('a', publish(QoS::at_least_once));
  EXPECT_EQ(sent(4), bytes("32 07 00 01"));
  receive("62 02 12 34");
  ASSERT_TRUE(publish(QoS::at_most_once, "0"));
  EXPECT_EQ(sent(), bytes("'t' <a> 00 'x' 70 03 12 34 92 30 05 00 01 't' 00 '0'"));
}

TEST_F(Outbound, AHalfWrittenPacketIsNotMovedByWhatIsAcceptedMeanwhile) {
  connect();
  const Ticket first = name('a', publish(QoS::at_least_once, std::string(200, 'a')));
  sent();
  name('b', publish(QoS::at_least_once, std::string(200, 'b')));
  sent(10);
  TxGather gather;
  const std::byte* const place = engine().tx_pending(gather)[0].data();
  receive("40 02 <a>");
  EXPECT_EQ(outcome(first), "0");
  name('c', publish(QoS::at_least_once, std::string(100, 'c')));
  (void)publish(QoS::at_least_once, std::string(300, 'd'));  // Too much, but room is looked for.
  EXPECT_EQ(engine().tx_pending(gather)[0].data(), place);
  const std::string rest = sent();
  EXPECT_EQ(rest.substr(0, 195 * 3), bytes("'" + std::string(195, 'b') + "'") + " ");
}

// An acknowledgement of the wrong kind ends nothing.
TEST_F(Outbound, AcksOfTheWrongKindAreProtocolErrors) {
  const std::array wrong{std::pair{QoS::exactly_once, "40 02 <a>"},
                         std::pair{QoS::at_least_once, "50 02 <a>"},
                         std::pair{QoS::exactly_once, "70 02 <a>"},
                         std::pair{QoS::at_least_once, "70 02 <a>"},
                         std::pair{QoS::at_least_once, "90 04 <a> 00 00"},
                         std::pair{QoS::exactly_once, "B0 04 <a> 00 00"}};
  for (const auto& [qos, ack] : wrong) {
    start_anew();
    connect();
    const Ticket ticket = name('a', publish(qos));
    sent();
    receive(ack);
    EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error))
        << ack << " [MQTT-4.3-M2]";
    EXPECT_EQ(outcome(ticket), "pending");
    reconnect(connack_resumed);
    EXPECT_NE(sent(), "") << ack;  // It stays unacknowledged.
  }
}

TEST_F(Outbound, AnUnsubackForASubscribeIsAProtocolError) {
  connect();
  name('s', subscribe());
  sent();
  receive("B0 04 <s> 00 00");
  EXPECT_TRUE(ended(Error::protocol_error, ReasonCode::protocol_error));
}

// Rule 22: outcomes.
TEST_F(Outbound, EveryOutcomeIsHandedOutOnce) {
  connect();
  const Ticket a = name('a', publish(QoS::at_least_once));
  const Ticket s = name('s', subscribe());
  EXPECT_EQ(engine().next_outcome({}), Ticket{});
  EXPECT_TRUE(engine().pending(a));
  sent();
  receive("40 02 <a> 90 04 <s> 00 02");
  EXPECT_FALSE(engine().pending(a));
  EXPECT_EQ(engine().next_outcome({}), a);
  EXPECT_EQ(engine().next_outcome(a), s);
  EXPECT_EQ(engine().next_outcome(s), Ticket{});
  EXPECT_EQ(outcome(s), "2");
  EXPECT_EQ(outcome(s), "unknown");
  EXPECT_EQ(outcome(a), "0");
  EXPECT_EQ(outcome(a), "unknown");
  EXPECT_EQ(engine().next_outcome({}), Ticket{});
}

TEST_F(Outbound, AStaleTicketIsUnknownAlsoWhenItsSlotIsUsedAgain) {
  connect();
  const Ticket old = name('a', publish(QoS::at_least_once));
  sent();
  receive("40 02 <a>");
  EXPECT_EQ(outcome(old), "0");
  const Ticket next = publish(QoS::at_least_once).value();
  EXPECT_NE(old, next);
  EXPECT_EQ(outcome(old), "unknown");
  EXPECT_EQ(outcome(next), "pending");
  EXPECT_EQ(outcome(Ticket{}), "unknown");
}

TEST_F(Outbound, AnOutcomeNobodyReadsKeepsItsSlotAndIsNamedAsTheShortage) {
  connect();
  std::vector<Ticket> tickets;
  for (auto ticket = publish(QoS::at_least_once); ticket; ticket = publish(QoS::at_least_once))
    tickets.push_back(*ticket);
  EXPECT_EQ(engine().shortage(), Shortage::bytes);
  sent();
  const auto ack = [](Ticket ticket) {
    const std::byte id[] = {static_cast<std::byte>(ticket.packet_id() >> 8),
                            static_cast<std::byte>(ticket.packet_id())};
    return "40 02 " + to_hex(id);
  };
  for (const Ticket ticket : tickets)
    receive(ack(ticket));
  while (publish(QoS::at_least_once)) {
  }
  EXPECT_EQ(engine().shortage(), Shortage::outcomes);
  for (const Ticket ticket : tickets)
    EXPECT_EQ(outcome(ticket), "0");
  EXPECT_TRUE(publish(QoS::at_least_once));
  EXPECT_EQ(engine().shortage(), Shortage::none);
}

TEST_F(Outbound, ADetachedMessageHasNoOutcomeAndFreesItsSlot) {
  connect();
  for (int i = 0; i < 1000; ++i) {
    const auto ticket =
        engine().publish({.topic = "t", .qos = QoS::at_least_once, .detached = true});
    ASSERT_TRUE(ticket);
    EXPECT_TRUE(ticket->empty());
    const std::string packet = sent();
    receive("40 02 " + packet.substr(15, 5));
    ASSERT_TRUE(engine().idle());
  }
  EXPECT_EQ(engine().next_outcome({}), Ticket{});
}

TEST_F(Outbound, TheReasonCodesOfAnOutcomeStayWhileOtherCommandsAreAccepted) {
  connect();
  name('a', publish(QoS::at_least_once, std::string(100, 'a')));
  const std::array filters{TopicFilter{.filter = "f"}, TopicFilter{.filter = "g"}};
  const Ticket s = name('s', engine().subscribe(filters, {}));
  sent();
  receive("40 02 <a> 90 05 <s> 00 01 87");
  EXPECT_EQ(outcome(engine().next_outcome({})), "0");
  const auto seen = engine().take_outcome(s);
  ASSERT_TRUE(seen);
  while (publish(QoS::at_least_once, "fills the log, and makes room where it can")) {
  }
  EXPECT_EQ(seen->reason(0), ReasonCode::granted_qos_1);
  EXPECT_EQ(seen->reason(1), ReasonCode::not_authorized);
  const std::size_t before = engine().tx_free();
  engine().end_views();
  EXPECT_GT(engine().tx_free(), before);
}

// Rule 18, for messages of this connection, before anything is sent.
TEST_F(Outbound, WhatExceedsTheBrokersLimitsIsRefusedAndNothingIsSent) {  // [MQTT-3.2.2-15]
  connect("20 08 00 00 05 27 00 00 00 09");
  EXPECT_TRUE(publish(QoS::at_least_once, "x"));
  EXPECT_EQ(publish(QoS::at_least_once, "xy").error(), Error::packet_too_large)
      << "[MQTT-3.2.2-15]";
  EXPECT_EQ(publish(QoS::at_most_once, "xyz").value_or(Ticket{1}), Ticket{});
  EXPECT_TRUE(subscribe("f"));
  EXPECT_EQ(subscribe("ff").error(), Error::packet_too_large);
  const std::string_view filter = "fff";
  EXPECT_EQ(engine().unsubscribe({&filter, 1}, {}).error(), Error::packet_too_large);
  EXPECT_EQ(sent().size(), 27 * 3u - 1);
}

TEST_F(Outbound, BadArgumentsAreRefusedByNameAndNothingIsSent) {
  connect();
  const std::string_view nul{"a\0b", 3};
  for (const std::string_view topic : {std::string_view{}, std::string_view{"a/+"},
                                       std::string_view{"#"}, nul, std::string_view{"\xFF"}}) {
    EXPECT_EQ(engine().publish({.topic = topic}).error(), Error::topic_name_invalid) << topic;
  }
  EXPECT_EQ(engine().publish({.topic = "t", .response_topic = "#"}).error(),
            Error::response_topic_invalid);
  const Property expiry = Property::session_expiry_s(1);
  EXPECT_EQ(engine().publish({.topic = "t", .properties = {&expiry, 1}}).error(),
            Error::property_invalid);
  EXPECT_EQ(engine().subscribe({}, {}).error(), Error::topic_filter_invalid);
  EXPECT_EQ(subscribe("a/#/b").error(), Error::topic_filter_invalid);
  EXPECT_EQ(engine().unsubscribe({}, {}).error(), Error::topic_filter_invalid);
  EXPECT_EQ(engine().disconnect(ReasonCode::granted_qos_1, {}).error(), Error::reason_code_invalid);
  const Property raised = Property::session_expiry_s(10);
  start_anew();
  config.session_expiry_s = 0;
  connect();
  EXPECT_EQ(engine().disconnect(ReasonCode::success, {&raised, 1}).error(),
            Error::session_expiry_invalid);  // 3.14.2.2.2
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(engine().idle());
}

}  // namespace
}  // namespace minimq::testing

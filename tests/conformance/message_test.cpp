// SPDX-License-Identifier: MIT
//
// Chapters 3.3 to 3.7 and 4.3 to 4.6: messages and what acknowledges them.
#include <gtest/gtest.h>
#include <set>

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
  // The broker's PUBACK, without the detour over text.
  void puback(std::uint16_t id) {
    const std::byte packet[] = {std::byte{0x40}, std::byte{2}, static_cast<std::byte>(id >> 8),
                                static_cast<std::byte>(id)};
    std::ranges::copy(packet, engine().rx_space().begin());
    engine().rx_commit(sizeof packet);
  }
  void send_all() {
    TxGather gather;
    for (;;) {
      std::size_t count = 0;
      for (const Bytes piece : engine().tx_pending(gather))
        count += piece.size();
      if (count == 0) break;
      engine().tx_consume(count);
    }
  }
};

TEST_F(Messages, APacketIdentifierInUseIsNeverGivenAgain) {
  connect();
  const Ticket held = publish(QoS::exactly_once).value();
  const Ticket subscription = subscribe().value();
  for (int i = 0; i < 3 * 65'536; ++i) {
    const Ticket ticket = publish(QoS::at_least_once).value();
    ASSERT_NE(ticket.packet_id(), 0) << "[MQTT-2.2.1-3]";
    ASSERT_NE(ticket, held) << i << " [MQTT-2.2.1-3] [MQTT-4.3.2-1]";
    ASSERT_NE(ticket, subscription) << i << " [MQTT-2.2.1-3]";
    send_all();
    puback(ticket.packet_id());
    ASSERT_TRUE(engine().take_outcome(ticket));
  }
}

TEST_F(Messages, PublishSubscribeAndUnsubscribeShareOnePoolOfIdentifiers) {
  connect();
  std::set<std::uint16_t> ids;
  const std::string_view filter = "f";
  for (int i = 0; i < 8; ++i) {
    for (const auto& ticket : {publish(QoS::at_least_once), publish(QoS::exactly_once), subscribe(),
                               engine().unsubscribe({&filter, 1}, {})}) {
      if (!ticket) continue;
      EXPECT_TRUE(ids.insert(ticket->packet_id()).second)
          << "[MQTT-2.2.1-3] [MQTT-4.3.2-1] [MQTT-4.3.3-1]";
    }
  }
  EXPECT_GT(ids.size(), 12u);
  EXPECT_FALSE(ids.contains(0));
}

TEST_F(Messages, ARefusedCommandUsesUpNoIdentifier) {
  connect();
  const std::size_t free = engine().tx_free();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(engine().publish({.topic = "#", .qos = QoS::at_least_once}));
    ASSERT_FALSE(engine().publish({.topic = "t", .payload = std::string(2000, 'x')}));
    ASSERT_FALSE(subscribe("a#"));
  }
  EXPECT_EQ(engine().tx_free(), free) << "[MQTT-2.2.1-M]";
}

TEST_F(Messages, EveryAnswerThatEndsAnOperationFreesItsIdentifier) {
  connect();
  const std::size_t free = engine().tx_free();
  for (const std::string_view answers :
       {"40 02 <a> 50 03 <b> 80 90 04 <s> 00 00 B0 04 <u> 00 00",
        "40 03 <a> 97 50 02 <b> 70 02 <b> 90 04 <s> 00 80 B0 04 <u> 00 11"}) {
    a = name('a', publish(QoS::at_least_once));
    b = name('b', publish(QoS::exactly_once));
    s = name('s', subscribe());
    const std::string_view filter = "f";
    u = name('u', engine().unsubscribe({&filter, 1}, {}));
    EXPECT_LT(engine().tx_free(), free);
    sent();
    for (std::size_t at = 0; at < bytes(answers).size();) {  // One by one: PUBREL leaves between.
      const std::string packet = bytes(answers).substr(at);
      const std::size_t size = (2 + std::stoul(packet.substr(3, 2), nullptr, 16)) * 3;
      receive(packet.substr(0, size - 1));
      sent();
      at += size;
    }
    for (const Ticket ticket : {a, b, s, u})
      EXPECT_NE(outcome(ticket), "pending") << answers;
    engine().end_views();
    EXPECT_EQ(engine().tx_free(), free) << answers << " [MQTT-2.2.1-M]";
    start_anew();
    connect();
  }
}

TEST_F(Messages, AnAcknowledgementHasTheIdentifierOfItsMessage) {
  for (const std::string_view id : {"00 01", "12 34", "FF FF"}) {
    start_anew();
    connect();
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

TEST_F(Messages, AtQos0AMessageIsSentOnceAndWithoutDup) {
  connect();
  ASSERT_TRUE(publish(QoS::at_most_once));
  EXPECT_EQ(sent(), bytes("30 05 00 01 't' 00 'x'")) << "[MQTT-4.3.1-1] [MQTT-2.2.1-2]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "") << "[MQTT-4.3.1-1] [MQTT-3.3.1-2]";
}

TEST_F(Messages, ThatWaitedOfflineIsSentWithoutDup) {
  connect();
  lose_link();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::exactly_once));
  connect(connack_resumed);
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <b> 00 'x'"))
      << "[MQTT-4.3.2-2] [MQTT-4.3.3-2]";
}

TEST_F(Messages, AtQos1IsUnacknowledgedUntilPuback) {
  connect();
  a = name('a', publish(QoS::at_least_once));
  sent();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(outcome(a), "pending") << "[MQTT-4.3.2-3]";
    reconnect(connack_resumed);
    EXPECT_EQ(sent(), bytes("3A 07 00 01 't' <a> 00 'x'")) << "[MQTT-4.3.2-3] [MQTT-3.3.1-1]";
  }
  receive("40 02 <a>");
  EXPECT_EQ(outcome(a), "0") << "[MQTT-4.3.2-3]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "") << "[MQTT-4.4.0-2]";
}

TEST_F(Messages, AtQos2IsUnacknowledgedUntilPubrecAndThenUntilPubcomp) {
  connect();
  b = name('b', publish(QoS::exactly_once));
  sent();
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes("3C 07 00 01 't' <b> 00 'x'")) << "[MQTT-4.3.3-3]";
  receive("50 02 <b>");
  EXPECT_EQ(sent(), bytes("62 02 <b>")) << "[MQTT-4.3.3-4]";
  receive("50 02 <b>");
  EXPECT_EQ(sent(), bytes("62 02 <b>")) << "the same again [MQTT-4.3.3-4]";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(outcome(b), "pending");
    reconnect(connack_resumed);
    EXPECT_EQ(sent(), bytes("62 02 <b>")) << "[MQTT-4.3.3-5]";
  }
  receive("70 02 <b>");
  EXPECT_EQ(outcome(b), "0");
}

TEST_F(Messages, ThatWasSentDoesNotExpire) {
  connect();
  const Property expiry = Property::message_expiry_s(1);
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    ASSERT_TRUE(engine().publish({.topic = "t", .qos = qos, .properties = {&expiry, 1}}));
  }
  const std::string first = sent();
  lose_link();
  advance(48h);
  connect(connack_resumed);
  const std::string again = sent();
  EXPECT_EQ(again.size(), first.size()) << "[MQTT-4.3.3-7]";
  EXPECT_EQ(again.substr(3, 24), first.substr(3, 24)) << "[MQTT-4.3.3-7]";
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

TEST_F(Messages, AcknowledgedTheWrongWayStayUnacknowledged) {
  for (const std::string_view packet :
       {"40 02 <b>", "50 02 <a>", "70 02 <a>", "70 02 <b>", "40 02 <c>", "40 02 <s>", "50 02 <u>",
        "70 02 <s>", "90 04 <a> 00 00", "B0 04 <s> 00 00", "90 04 <u> 00 00"}) {
    EXPECT_EQ(reaction_to(packet), protocol_error) << packet << " [MQTT-4.3-M2]";
    for (const Ticket ticket : {a, b, c, s, u})
      EXPECT_EQ(outcome(ticket), "pending") << packet << " [MQTT-4.3-M2]";
  }
}

TEST_F(Messages, AreNotDroppedForWantOfRoom) {
  connect();
  std::vector<Ticket> accepted;
  while (const auto ticket = publish(QoS::at_least_once))
    accepted.push_back(*ticket);
  EXPECT_EQ(publish(QoS::at_least_once).error(), Error::not_ready) << "[MQTT-4.1.0-1]";
  ASSERT_GT(accepted.size(), 10u);
  sent();
  reconnect(connack_resumed);
  EXPECT_EQ((sent().size() + 1) / 3, accepted.size() * 9) << "[MQTT-4.1.0-1]";
  for (const Ticket ticket : accepted)
    EXPECT_EQ(outcome(ticket), "pending") << "[MQTT-4.1.0-1]";
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Chapters 2.2.1, 4.3 and 4.4: messages to the broker, their identifiers and exchanges.
#include <gtest/gtest.h>
#include <set>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

class SentMessages : public Statement {
 protected:
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

TEST_F(SentMessages, APacketIdentifierInUseIsNeverGivenAgain) {
  connect();
  const Ticket held = publish(QoS::exactly_once).value();
  const Ticket subscription = subscribe().value();
  for (int i = 0; i < 3 * 65'536; ++i) {
    const Ticket ticket = publish(QoS::at_least_once).value();
    ASSERT_NE(ticket, held) << i << " [MQTT-2.2.1-3] [MQTT-4.3.2-1]";
    ASSERT_NE(ticket, subscription) << i << " [MQTT-2.2.1-3]";
    send_all();
    puback(ticket.packet_id());
    ASSERT_TRUE(engine().take_outcome(ticket));
  }
}

TEST_F(SentMessages, APacketIdentifierIsNeverZero) {
  connect();
  for (int i = 0; i < 3 * 65'536; ++i) {
    const Ticket ticket = publish(QoS::at_least_once).value();
    ASSERT_NE(ticket.packet_id(), 0) << i << " [MQTT-2.2.1-3]";
    send_all();
    puback(ticket.packet_id());
    ASSERT_TRUE(engine().take_outcome(ticket));
  }
}

TEST_F(SentMessages, PublishSubscribeAndUnsubscribeShareOnePoolOfIdentifiers) {
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

TEST_F(SentMessages, ARefusedCommandUsesUpNoIdentifier) {
  connect();
  const std::size_t free = engine().tx_free();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(engine().publish({.topic = "#", .qos = QoS::at_least_once}));
    ASSERT_FALSE(engine().publish({.topic = "t", .payload = std::string(2000, 'x')}));
    ASSERT_FALSE(subscribe("a#"));
  }
  EXPECT_EQ(engine().tx_free(), free) << "[MQTT-2.2.1-M]";
}

TEST_F(SentMessages, EveryAnswerThatEndsAnOperationFreesItsIdentifier) {
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

TEST_F(SentMessages, AtQos0AMessageIsSentOnceAndWithoutDup) {
  connect();
  ASSERT_TRUE(publish(QoS::at_most_once));
  EXPECT_EQ(sent(), bytes("30 05 00 01 't' 00 'x'")) << "[MQTT-4.3.1-1] [MQTT-2.2.1-2]";
  ASSERT_TRUE(engine().publish({.topic = "t", .payload = "x", .retain = true}));
  EXPECT_EQ(sent(), bytes("31 05 00 01 't' 00 'x'")) << "[MQTT-4.3.1-1] [MQTT-3.3.1-2]";
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), "") << "[MQTT-4.3.1-1] [MQTT-3.3.1-2]";
}

TEST_F(SentMessages, ThatWaitedOfflineIsSentWithoutDup) {
  connect();
  lose_link();
  name('a', publish(QoS::at_least_once));
  name('b', publish(QoS::exactly_once));
  open();
  lose_link();
  connect(connack_resumed);  // Lost again before a byte of them has left.
  reconnect(connack_resumed);
  EXPECT_EQ(sent(), bytes("32 07 00 01 't' <a> 00 'x' 34 07 00 01 't' <b> 00 'x'"))
      << "[MQTT-4.3.2-2] [MQTT-4.3.3-2]";
}

TEST_F(SentMessages, AtQos1IsUnacknowledgedUntilPuback) {
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

TEST_F(SentMessages, AtQos2IsUnacknowledgedUntilPubrecAndThenUntilPubcomp) {
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

TEST_F(SentMessages, ThatWasSentDoesNotExpire) {
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

TEST_F(SentMessages, AcknowledgedTheWrongWayStayUnacknowledged) {
  for (const std::string_view packet :
       {"40 02 <b>", "50 02 <a>", "70 02 <a>", "70 02 <b>", "40 02 <c>", "40 02 <s>", "50 02 <u>",
        "70 02 <s>", "90 04 <a> 00 00", "B0 04 <s> 00 00", "90 04 <u> 00 00"}) {
    EXPECT_EQ(reaction_to(packet), protocol_error) << packet << " [MQTT-4.3-M2]";
    for (const Ticket ticket : {a, b, c, s, u})
      EXPECT_EQ(outcome(ticket), "pending") << packet << " [MQTT-4.3-M2]";
  }
}

TEST_F(SentMessages, AreNotDroppedForWantOfRoom) {
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

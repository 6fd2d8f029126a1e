// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/publish.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

ReasonCode error_of(std::uint8_t flags, std::string_view body_hex) {
  const Tight body{hex(body_hex)};
  const auto publish = decode_publish(flags, body.bytes());
  return publish ? ReasonCode::success : publish.error();
}

TEST(ReceivedPublish, AtQos0HasNoPacketIdentifier) {  // [MQTT-2.2.1-2]
  const std::vector<std::byte> packet = hex("30 09 00 03 'a/b' 00 '123'");
  const auto publish = decode_publish(0, body(packet));
  ASSERT_TRUE(publish);
  EXPECT_EQ(publish->topic, "a/b");
  EXPECT_EQ(as_text(publish->payload), "123");
  EXPECT_EQ(publish->qos, QoS::at_most_once);
  EXPECT_EQ(publish->packet_id, 0) << "[MQTT-2.2.1-2]";
  EXPECT_EQ(publish->topic_alias, 0);
  EXPECT_FALSE(publish->retain);
  EXPECT_FALSE(publish->duplicate);
  EXPECT_TRUE(publish->properties.empty());
}

TEST(ReceivedPublish, WithEverything) {
  const std::vector<std::byte> packet =
      hex("3D 34 00 03 'a/b' 12 34 28"
          "01 01  02 00 00 00 0A  03 00 01 't'  08 00 01 'r'  09 00 02 00 FF  23 00 07"
          "0B 01  0B 80 01  26 00 01 'k' 00 01 'v' 26 00 00 00 00"
          "00 FF 00 FF");
  ASSERT_EQ(packet.size(), 0x36u);
  const auto publish = decode_publish(0x0D, body(packet));
  ASSERT_TRUE(publish);
  EXPECT_EQ(publish->packet_id, 0x1234);
  EXPECT_EQ(publish->topic_alias, 7);
  EXPECT_EQ(to_hex(publish->payload), "00 FF 00 FF");
  EXPECT_EQ(publish->properties.find(PropertyId::response_topic)->text(), "r");
  EXPECT_EQ(publish->properties.encoded().size(), 0x28u);
  EXPECT_EQ(publish->payload.data(), &packet[packet.size() - 4]);
}

TEST(ReceivedPublish, EveryCombinationOfFlags) {  // [MQTT-3.3.1-2], [MQTT-3.3.1-4]
  for (unsigned flags = 0; flags < 16; ++flags) {
    const unsigned qos = flags >> 1 & 3;
    const std::string_view body = qos == 0 ? "00 01 'a' 00" : "00 01 'a' 00 01 00";
    const Tight tight{hex(body)};
    const auto publish = decode_publish(static_cast<std::uint8_t>(flags), tight.bytes());
    const bool good = qos != 3 && (qos != 0 || (flags & 8) == 0);
    ASSERT_EQ(publish.has_value(), good) << flags << " [MQTT-3.3.1-2] [MQTT-3.3.1-4]";
    if (!good) {
      EXPECT_EQ(publish.error(), ReasonCode::malformed_packet) << "[MQTT-3.3.1-2] [MQTT-3.3.1-4]";
      continue;
    }
    EXPECT_EQ(static_cast<unsigned>(publish->qos), qos);
    EXPECT_EQ(publish->retain, (flags & 1) != 0);
    EXPECT_EQ(publish->duplicate, (flags & 8) != 0);
    EXPECT_EQ(publish->packet_id, qos == 0 ? 0 : 1);
  }
}

TEST(ReceivedPublish, AnEmptyPayloadIsAMessage) {
  EXPECT_EQ(error_of(0, "00 01 'a' 00"), ReasonCode::success);
  EXPECT_EQ(error_of(4, "00 01 'a' FF FF 00"), ReasonCode::success);
}

TEST(ReceivedPublish, OfPacketIdentifierZeroIsAProtocolError) {  // [MQTT-2.2.1-4]
  EXPECT_EQ(error_of(2, "00 01 'a' 00 00 00"), ReasonCode::protocol_error) << "[MQTT-2.2.1-4]";
  EXPECT_EQ(error_of(4, "00 01 'a' 00 00 00 'x'"), ReasonCode::protocol_error);
}

TEST(ReceivedPublish, WildcardsAreAProtocolError) {  // [MQTT-3.3.2-2], [MQTT-3.3.2-14]
  EXPECT_EQ(error_of(0, "00 03 'a/+' 00"), ReasonCode::protocol_error) << "[MQTT-3.3.2-2]";
  EXPECT_EQ(error_of(0, "00 01 '#' 00"), ReasonCode::protocol_error);
  EXPECT_EQ(error_of(0, "00 01 'a' 04 08 00 01 '#'"), ReasonCode::protocol_error)
      << "[MQTT-3.3.2-14]";
  EXPECT_EQ(error_of(0, "00 01 'a' 03 08 00 00"), ReasonCode::protocol_error);
}

TEST(ReceivedPublish, AnEmptyTopicNeedsAnAlias) {
  EXPECT_EQ(error_of(0, "00 00 00"), ReasonCode::protocol_error) << "[MQTT-3.3.2.1-M]";
  EXPECT_EQ(error_of(0, "00 00 03 23 00 01"), ReasonCode::success);
  EXPECT_EQ(error_of(0, "00 00 03 23 00 00"), ReasonCode::topic_alias_invalid);
  EXPECT_EQ(error_of(0, "00 01 'a' 03 23 00 00"), ReasonCode::topic_alias_invalid);
}

TEST(ReceivedPublish, AnIllFormedTopicIsMalformed) {  // [MQTT-1.5.4-1], [MQTT-3.3.2-1]
  for (const std::string_view body :
       {"00 01 00 00", "00 03 ED A0 80 00", "00 02 C0 80 00", "00 02 'a' 00 00", "00 01 FF 00"}) {
    EXPECT_EQ(error_of(0, body), ReasonCode::malformed_packet)
        << body << " [MQTT-3.3.2-1] [MQTT-1.5.4-1] [MQTT-1.5.4-2]";
  }
}

TEST(ReceivedPublish, ATopicLengthBeyondThePacketIsMalformed) {  // CVE-2026-54412
  EXPECT_EQ(error_of(0, "FF FF 41 42 43 44 45"), ReasonCode::malformed_packet) << "[MQTT-3.3.2-1]";
  for (const std::string_view body : {"", "00", "00 02 'a'", "00 01 'a'", "FF FF"}) {
    EXPECT_EQ(error_of(0, body), ReasonCode::malformed_packet) << body;
  }
  for (const std::string_view body : {"00 01 'a'", "00 01 'a' 00", "00 01 'a' 00 01"}) {
    EXPECT_EQ(error_of(2, body), ReasonCode::malformed_packet) << body;
  }
}

TEST(ReceivedPublish, MayHaveSeveralSubscriptionIdentifiers) {
  EXPECT_EQ(error_of(0, "00 01 'a' 04 0B 01 0B 02"), ReasonCode::success) << "[MQTT-3.3.2.3.8-M]";
  EXPECT_EQ(error_of(0, "00 01 'a' 02 0B 00"), ReasonCode::protocol_error);
}

TEST(ReceivedPublish, CutBehindItsPacketIdentifierTellsWhatToAcknowledge) {
  const Tight head{hex("00 03 'a/b' 12 34")};
  const auto publish = decode_publish_head(0x03, head.bytes());
  ASSERT_TRUE(publish);
  EXPECT_EQ(publish->topic, "a/b");
  EXPECT_EQ(publish->packet_id, 0x1234);
  EXPECT_EQ(publish->qos, QoS::at_least_once);
  EXPECT_TRUE(publish->retain);
  EXPECT_TRUE(publish->payload.empty());
  EXPECT_EQ(decode_publish_head(0, head.bytes())->packet_id, 0);
}

TEST(ReceivedPublish, CutInsideItsHeadIsMalformedAndABadHeadIsRefused) {
  EXPECT_EQ(decode_publish_head(2, hex("00 03 'a/b' 12")).error(), ReasonCode::malformed_packet);
  EXPECT_EQ(decode_publish_head(0, hex("00 03 'a/'")).error(), ReasonCode::malformed_packet);
  EXPECT_EQ(decode_publish_head(6, hex("00 01 'a' 00 01")).error(), ReasonCode::malformed_packet);
  EXPECT_EQ(decode_publish_head(2, hex("00 01 'a' 00 00")).error(), ReasonCode::protocol_error);
  EXPECT_EQ(decode_publish_head(2, hex("00 01 '#' 00 01")).error(), ReasonCode::protocol_error);
  EXPECT_EQ(decode_publish_head(2, hex("00 00 00 01")).error(), ReasonCode::protocol_error);
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/ack.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"
#include "minimq/detail/control_queue.hpp"

namespace minimq::codec {
namespace {

constexpr PacketType ack_types[] = {PacketType::puback, PacketType::pubrec, PacketType::pubrel,
                                    PacketType::pubcomp};

Decoded<Ack> decode(PacketType type, std::string_view body_hex) {
  static std::vector<std::byte> body;
  body = hex(body_hex);
  return decode_ack(type, body);
}

TEST(Ack, OfTwoBytesIsSuccess) {
  for (const PacketType type : ack_types) {
    for (const unsigned id : {0x0001u, 0x1234u, 0xFFFFu}) {  // [MQTT-2.2.1-5]
      const std::vector<std::byte> body{static_cast<std::byte>(id >> 8),
                                        static_cast<std::byte>(id)};
      const auto ack = decode_ack(type, body);
      ASSERT_TRUE(ack);
      EXPECT_EQ(ack->packet_id, id) << "[MQTT-2.2.1-5]";
      EXPECT_EQ(ack->reason, ReasonCode::success) << "[MQTT-3.4.2.1-M]";
      EXPECT_TRUE(ack->properties.empty());
    }
  }
}

TEST(Ack, OfThreeBytesHasAReasonCodeAndNoProperties) {
  const auto ack = decode(PacketType::puback, "12 34 97");
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->packet_id, 0x1234);
  EXPECT_EQ(ack->reason, ReasonCode::quota_exceeded) << "[MQTT-3.4.2.1-M]";
}

TEST(Ack, OfFourBytesAndMoreHasProperties) {
  EXPECT_TRUE(decode(PacketType::pubrec, "12 34 00 00"));
  const auto ack = decode(PacketType::pubrec, "12 34 80 0E 1F 00 04 'full' 26 00 01 'k' 00 01 'v'");
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->properties.find(PropertyId::reason_string)->text(), "full");
  EXPECT_EQ(ack->properties.user("k"), "v");
}

TEST(Ack, TooShortOrTooLongIsMalformed) {
  for (const PacketType type : ack_types) {
    for (const std::string_view body :
         {"", "00", "00 01 00 00 00", "00 01 00 01", "00 01 00 80 00",
          "00 01 00 05 1F 00 02 'ab' 00", "00 01 00 06 1F 00 02 'ab'"}) {
      const auto ack = decode(type, body);
      ASSERT_FALSE(ack) << body;
      EXPECT_EQ(ack.error(), ReasonCode::malformed_packet) << body << " [MQTT-3.4.2.1-M]";
    }
  }
}

TEST(Ack, OfPacketIdentifierZeroIsAProtocolError) {
  for (const PacketType type : ack_types) {
    for (const std::string_view body : {"00 00", "00 00 00", "00 00 00 00"}) {
      const auto ack = decode(type, body);
      ASSERT_FALSE(ack);
      EXPECT_EQ(ack.error(), ReasonCode::protocol_error);
    }
  }
}

TEST(Ack, ThatAClientSendsHasItsShortestForm) {
  const auto bytes = [](PacketType type, ReasonCode reason) {
    std::byte memory[detail::ControlQueue::capacity];
    detail::ControlQueue queue{memory};
    EXPECT_TRUE(queue.add_ack(type, 0x1234, reason));
    return to_hex(queue.pending());
  };
  EXPECT_EQ(bytes(PacketType::puback, ReasonCode::success), "40 02 12 34") << "[MQTT-3.4.2.1-M]";
  EXPECT_EQ(bytes(PacketType::pubrec, ReasonCode::success), "50 02 12 34");
  EXPECT_EQ(bytes(PacketType::pubrel, ReasonCode::success), "62 02 12 34") << "[MQTT-3.6.1-1]";
  EXPECT_EQ(bytes(PacketType::pubcomp, ReasonCode::success), "70 02 12 34");
  EXPECT_EQ(bytes(PacketType::puback, ReasonCode::quota_exceeded), "40 03 12 34 97");
  EXPECT_EQ(bytes(PacketType::pubrec, ReasonCode::unspecified_error), "50 03 12 34 80");
  EXPECT_EQ(bytes(PacketType::pubrel, ReasonCode::packet_identifier_not_found), "62 03 12 34 92");
  EXPECT_EQ(bytes(PacketType::pubcomp, ReasonCode::packet_identifier_not_found), "70 03 12 34 92");
}

}  // namespace
}  // namespace minimq::codec

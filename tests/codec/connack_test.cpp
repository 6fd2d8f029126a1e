// SPDX-License-Identifier: MIT
#include "codec/connack.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

ReasonCode connack_error(std::string_view body_hex) {
  const Tight body{hex(body_hex)};
  const auto connack = decode_connack(body.bytes());
  return connack ? ReasonCode::success : connack.error();
}

TEST(Connack, OfThreeBytesHasTheDefaultsOfTheProtocol) {
  const std::vector<std::byte> packet = hex("20 03 00 00 00");
  const auto connack = decode_connack(body(packet));
  ASSERT_TRUE(connack);
  EXPECT_FALSE(connack->session_present);
  EXPECT_EQ(connack->reason, ReasonCode::success);
  EXPECT_EQ(connack->limits.receive_maximum, 65'535) << "[MQTT-3.2.2.3-M]";
  EXPECT_EQ(connack->limits.maximum_qos, QoS::exactly_once);
  EXPECT_EQ(connack->limits.maximum_packet_size, 0u);
  EXPECT_EQ(connack->limits.topic_alias_maximum, 0);
  EXPECT_TRUE(connack->limits.retain_available);
  EXPECT_TRUE(connack->limits.wildcard_available);
  EXPECT_TRUE(connack->limits.subscription_ids_available);
  EXPECT_TRUE(connack->limits.shared_available);
  EXPECT_EQ(connack->assigned_client_id, "");
  EXPECT_EQ(connack->authentication_method.data(), nullptr);
  EXPECT_TRUE(connack->properties.empty());
}

TEST(Connack, WithEveryPropertyTellsThemAll) {
  const std::vector<std::byte> packet =
      hex("20 42 01 00 3F"
          "11 00 00 0E 10  21 00 0A  24 01  25 00  27 00 00 04 00  12 00 02 'id'  22 00 05"
          "1F 00 02 'ok'  26 00 01 'k' 00 01 'v'  28 00  29 00  2A 00  13 00 1E"
          "1A 00 01 'r'  1C 00 01 's'  15 00 01 'm'  16 00 02 FF 00");
  ASSERT_EQ(packet.size(), 0x44u);
  const auto connack = decode_connack(body(packet));
  ASSERT_TRUE(connack);
  EXPECT_TRUE(connack->session_present);
  EXPECT_EQ(connack->limits.session_expiry_s, 3600u);
  EXPECT_EQ(connack->limits.receive_maximum, 10);
  EXPECT_EQ(connack->limits.maximum_qos, QoS::at_least_once);
  EXPECT_FALSE(connack->limits.retain_available);
  EXPECT_EQ(connack->limits.maximum_packet_size, 1024u);
  EXPECT_EQ(connack->assigned_client_id, "id");
  EXPECT_EQ(connack->limits.topic_alias_maximum, 5);
  EXPECT_EQ(connack->properties.find(PropertyId::reason_string)->text(), "ok");
  EXPECT_FALSE(connack->limits.wildcard_available);
  EXPECT_FALSE(connack->limits.subscription_ids_available);
  EXPECT_FALSE(connack->limits.shared_available);
  EXPECT_EQ(connack->limits.keep_alive_s, 30);
  EXPECT_EQ(connack->properties.find(PropertyId::server_reference)->text(), "s");
  EXPECT_EQ(connack->properties.user("k"), "v");
  EXPECT_EQ(connack->properties.find(PropertyId::response_information)->text(), "r");
  EXPECT_EQ(connack->authentication_method, "m");
  EXPECT_EQ(to_hex(connack->authentication_data), "FF 00");
}

TEST(Connack, WhatItDoesNotSayStaysAsItWasSet) {
  Connack connack;
  connack.limits.keep_alive_s = 7;
  connack.limits.session_expiry_s = 9;
  EXPECT_EQ(decode_connack(hex("00 00 03 13 00 05"), connack), ReasonCode::success);
  EXPECT_EQ(connack.limits.keep_alive_s, 5);
  EXPECT_EQ(connack.limits.session_expiry_s, 9u);
}

TEST(Connack, WithCapabilitiesThatAreThereSaysSo) {
  const Tight whole{hex("00 00 0D 24 00 25 01 28 01 29 01 2A 01 13 00 00")};
  const auto connack = decode_connack(whole.bytes());
  ASSERT_TRUE(connack);
  EXPECT_EQ(connack->limits.maximum_qos, QoS::at_most_once);
  EXPECT_TRUE(connack->limits.retain_available && connack->limits.wildcard_available &&
              connack->limits.subscription_ids_available && connack->limits.shared_available);
  EXPECT_EQ(connack->limits.keep_alive_s, 0);
}

TEST(Connack, WithReservedFlagsIsMalformed) {  // [MQTT-3.2.2-1]
  for (unsigned flags = 2; flags < 256; ++flags) {
    const std::vector<std::byte> body{static_cast<std::byte>(flags), std::byte{0}, std::byte{0}};
    const auto connack = decode_connack(body);
    ASSERT_FALSE(connack) << flags;
    EXPECT_EQ(connack.error(), ReasonCode::malformed_packet) << "[MQTT-3.2.2-1]";
    EXPECT_EQ(decode_connack_head(body).error(), ReasonCode::malformed_packet);
  }
}

TEST(Connack, WithSessionPresentAndARefusalIsAProtocolError) {  // [MQTT-3.2.2-6]
  EXPECT_EQ(connack_error("01 87 00"), ReasonCode::protocol_error) << "[MQTT-3.2.2-6]";
  EXPECT_EQ(connack_error("00 87 00"), ReasonCode::success);
}

TEST(Connack, OfTheWrongLengthIsMalformed) {
  for (const std::string_view body :
       {"", "00", "00 00", "00 00 01", "00 00 00 00", "00 00 03 21 00", "00 00 02 21 00 01",
        "00 00 80 00", "00 00 80 80 80 80 01", "80 FF"}) {
    EXPECT_EQ(connack_error(body), ReasonCode::malformed_packet) << body;
  }
}

TEST(Connack, WithValuesOutOfRangeIsAProtocolError) {
  for (const std::string_view body :
       {"00 00 03 21 00 00", "00 00 05 27 00 00 00 00", "00 00 02 24 02", "00 00 02 25 02",
        "00 00 02 28 FF", "00 00 02 29 02", "00 00 02 2A 80", "00 00 06 21 00 01 21 00 01",
        "00 00 03 16 00 00"}) {
    EXPECT_EQ(connack_error(body), ReasonCode::protocol_error) << body << " [MQTT-3.2.2.3-M2]";
  }
}

TEST(Connack, CutBehindItsHeadStillTellsTheReason) {
  const std::vector<std::byte> cut = hex("00 88 FF FF");
  const auto connack = decode_connack_head(Bytes{cut}.first(2));
  ASSERT_TRUE(connack);
  EXPECT_EQ(connack->reason, ReasonCode::server_unavailable);
  EXPECT_EQ(decode_connack_head(cut)->reason, ReasonCode::server_unavailable);
  EXPECT_TRUE(decode_connack_head(hex("01 00"))->session_present);
  EXPECT_EQ(decode_connack_head(hex("01")).error(), ReasonCode::malformed_packet);
  EXPECT_EQ(decode_connack_head(hex("")).error(), ReasonCode::malformed_packet);
  EXPECT_EQ(decode_connack_head(hex("01 88")).error(), ReasonCode::protocol_error);
}

}  // namespace
}  // namespace minimq::codec

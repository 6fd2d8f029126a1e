// SPDX-License-Identifier: MIT
#include "codec/disconnect.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

ReasonCode disconnect_error(std::string_view body_hex) {
  const Tight body{hex(body_hex)};
  const auto disconnect = decode_disconnect(body.bytes());
  return disconnect ? ReasonCode::success : disconnect.error();
}

std::string encoded(ReasonCode reason, const std::vector<Property>& properties = {}) {
  return written([&](Writer& writer) { write_disconnect(writer, reason, properties); });
}

TEST(ReceivedDisconnect, WithoutABodyIsNormal) {
  const auto disconnect = decode_disconnect({});
  ASSERT_TRUE(disconnect);
  EXPECT_EQ(disconnect->reason, ReasonCode::normal_disconnection);
  EXPECT_TRUE(disconnect->properties.empty());
}

TEST(ReceivedDisconnect, OfOneByteHasAReasonCodeAndNoProperties) {
  const std::vector<std::byte> packet = hex("E0 01 8E");
  const auto disconnect = decode_disconnect(body(packet));
  ASSERT_TRUE(disconnect);
  EXPECT_EQ(disconnect->reason, ReasonCode::session_taken_over);
}

TEST(ReceivedDisconnect, WithPropertiesTellsThem) {
  const std::vector<std::byte> packet =
      hex("E0 15 9C 13 1F 00 04 'move' 1C 00 02 's2' 26 00 01 'k' 00 01 'v'");
  const auto disconnect = decode_disconnect(body(packet));
  ASSERT_TRUE(disconnect);
  EXPECT_EQ(disconnect->reason, ReasonCode::use_another_server);
  EXPECT_EQ(disconnect->properties.find(PropertyId::reason_string)->text(), "move");
  EXPECT_EQ(disconnect->properties.find(PropertyId::server_reference)->text(), "s2");
  EXPECT_EQ(disconnect->properties.user("k"), "v");
}

TEST(ReceivedDisconnect, OfTheWrongLengthIsMalformed) {
  for (const std::string_view body :
       {"8E 00 00", "8E 01", "8E 80 00", "8E 05 1F 00 02 'ab' 00", "8E 06 1F 00 02 'ab'"}) {
    EXPECT_EQ(disconnect_error(body), ReasonCode::malformed_packet) << body;
  }
  EXPECT_EQ(disconnect_error("8E 05 1F 00 02 'ab'"), ReasonCode::success);
}

TEST(ReceivedDisconnect, WithASessionExpiryIsAProtocolError) {  // [MQTT-3.14.2-2]
  EXPECT_EQ(disconnect_error("00 05 11 00 00 00 01"), ReasonCode::protocol_error)
      << "[MQTT-3.14.2-2]";
}

TEST(SentDisconnect, HasItsShortestForm) {
  EXPECT_EQ(encoded(ReasonCode::normal_disconnection), "E0 00");
  EXPECT_EQ(encoded(ReasonCode::disconnect_with_will_message), "E0 01 04");
  EXPECT_EQ(encoded(ReasonCode::malformed_packet), "E0 01 81");
}

TEST(SentDisconnect, WithProperties) {
  EXPECT_EQ(encoded(ReasonCode::normal_disconnection,
                    {Property::session_expiry_s(60), Property::reason_string("bye"),
                     Property::user("k", "v")}),
            as_hex("E0 14 00 12 11 00 00 00 3C 1F 00 03 'bye' 26 00 01 'k' 00 01 'v'"));
  EXPECT_EQ(encoded(ReasonCode::quota_exceeded, {Property::user("", "")}),
            "E0 07 97 05 26 00 00 00 00");
}

TEST(SentDisconnect, WithPropertiesThatDoNotBelongIsRefused) {
  const Property server_reference{PropertyId::server_reference, "s"};
  const auto error_with = [](std::span<const Property> properties) {
    return writing_error(
        [&](Writer& writer) { write_disconnect(writer, ReasonCode::success, properties); });
  };
  EXPECT_EQ(error_with({&server_reference, 1}), Error::property_invalid);
  const Property twice[] = {Property::reason_string("a"), Property::reason_string("b")};
  EXPECT_EQ(error_with(twice), Error::property_invalid);
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "codec/property_table.hpp"

namespace minimq::codec {
namespace {

ReasonCode error_of(std::string_view property, Carrier carrier) {
  return read(hex(property), carrier).error;
}

bool may_send(const Property& property, Carrier carrier) {
  return writing_error(writing({&property, 1}, carrier)) == Error{};
}

TEST(PropertyValue, AByteIsZeroOrOne) {
  for (const CarrierName& carrier : carriers) {
    for (const TableRow& row : property_table) {
      if (row.type != 'B' || !belongs(row.id, carrier)) continue;
      for (unsigned value = 0; value < 256; ++value) {
        const std::vector<std::byte> bytes{static_cast<std::byte>(row.id),
                                           static_cast<std::byte>(value)};
        EXPECT_EQ(read(bytes, carrier.carrier).error,
                  value <= 1 ? ReasonCode::success : ReasonCode::protocol_error);
        const Property property{static_cast<PropertyId>(row.id), std::uint32_t{value}};
        EXPECT_EQ(may_send(property, carrier.carrier), value <= 1);
      }
    }
  }
}

TEST(PropertyValue, ZeroIsAProtocolErrorWhereItMeansNothing) {
  const auto connack = Carrier::received_connack;
  EXPECT_EQ(error_of("21 00 00", connack), ReasonCode::protocol_error);
  EXPECT_EQ(error_of("21 00 01", connack), ReasonCode::success);
  EXPECT_EQ(error_of("27 00 00 00 00", connack), ReasonCode::protocol_error);
  EXPECT_EQ(error_of("27 01 00 00 00", connack), ReasonCode::success);
  EXPECT_EQ(error_of("22 00 00", connack), ReasonCode::success);
  EXPECT_EQ(error_of("13 00 00", connack), ReasonCode::success);
  EXPECT_EQ(error_of("11 00 00 00 00", connack), ReasonCode::success);
  EXPECT_EQ(error_of("0B 00", Carrier::received_publish), ReasonCode::protocol_error);
  EXPECT_EQ(error_of("02 00 00 00 00", Carrier::received_publish), ReasonCode::success);
}

TEST(PropertyValue, TopicAliasZeroHasAReasonCodeOfItsOwn) {  // [MQTT-3.3.2-8]
  EXPECT_EQ(error_of("23 00 00", Carrier::received_publish), ReasonCode::topic_alias_invalid);
  EXPECT_EQ(error_of("23 FF FF", Carrier::received_publish), ReasonCode::success);
}

TEST(PropertyValue, AResponseTopicIsATopicName) {  // [MQTT-3.3.2-13], [MQTT-3.3.2-14]
  for (const Carrier carrier : {Carrier::received_publish, Carrier::will, Carrier::publish}) {
    EXPECT_EQ(error_of("08 00 03 'a/b'", carrier), ReasonCode::success);
    EXPECT_EQ(error_of("08 00 00", carrier), ReasonCode::protocol_error);
    EXPECT_EQ(error_of("08 00 03 'a/#'", carrier), ReasonCode::protocol_error);
    EXPECT_EQ(error_of("08 00 01 '+'", carrier), ReasonCode::protocol_error);
    EXPECT_EQ(error_of("08 00 02 'a' 00", carrier), ReasonCode::malformed_packet)
        << "[MQTT-3.3.2-13]";
    EXPECT_TRUE(may_send({PropertyId::response_topic, "a/b"}, carrier));
    EXPECT_FALSE(may_send({PropertyId::response_topic, ""}, carrier));
    EXPECT_FALSE(may_send({PropertyId::response_topic, "a/+"}, carrier));
  }
}

TEST(PropertyValue, SubscriptionIdentifiersHaveFourBytesAtMost) {
  const auto publish = Carrier::received_publish;
  EXPECT_EQ(error_of("0B FF FF FF 7F", publish), ReasonCode::success);
  EXPECT_EQ(error_of("0B FF FF FF FF 7F", publish), ReasonCode::malformed_packet);
  EXPECT_EQ(error_of("0B 81 00", publish), ReasonCode::malformed_packet);
  EXPECT_EQ(error_of("0B 01 0B 02 0B 01", publish), ReasonCode::success);
  EXPECT_TRUE(may_send(Property::subscription_identifier(268'435'455), Carrier::subscribe));
  EXPECT_FALSE(may_send(Property::subscription_identifier(268'435'456), Carrier::subscribe));
  EXPECT_FALSE(may_send(Property::subscription_identifier(0), Carrier::subscribe));
}

TEST(PropertyValue, AuthenticationDataNeedsAMethod) {
  for (const Carrier carrier : {Carrier::received_connack, Carrier::received_auth, Carrier::auth}) {
    EXPECT_EQ(error_of("16 00 01 FF", carrier), ReasonCode::protocol_error);
    EXPECT_EQ(error_of("15 00 01 'm' 16 00 01 FF", carrier), ReasonCode::success);
    EXPECT_EQ(error_of("16 00 01 FF 15 00 00", carrier), ReasonCode::success);
    EXPECT_FALSE(may_send({PropertyId::authentication_data, "d"}, carrier));
  }
}

TEST(PropertyValue, TextsMustBeValidInEveryProperty) {  // [MQTT-1.5.4-1], [MQTT-1.5.7-1]
  for (const CarrierName& carrier : carriers) {
    for (const TableRow& row : property_table) {
      if (!belongs(row.id, carrier) || (row.type != 'S' && row.type != 'P')) continue;
      for (const std::string_view bad :
           {"00", "ED A0 80", "C0 80", "F5 80 80 80", "E2 82", "61 00"}) {
        const std::vector<std::byte> text = hex(bad);
        std::vector<std::byte> value{std::byte{0}, static_cast<std::byte>(text.size())};
        append(value, text);
        std::vector<std::byte> property{static_cast<std::byte>(row.id)};
        std::vector<std::byte> in_name = property;
        append(in_name, value);
        append(in_name, hex("00 00"));
        if (row.type == 'P') append(property, hex("00 00"));
        append(property, value);
        EXPECT_EQ(read(property, carrier.carrier).error, ReasonCode::malformed_packet)
            << "[MQTT-1.5.4-1]";
        const auto id = static_cast<PropertyId>(row.id);
        EXPECT_FALSE(may_send({id, as_text(text)}, carrier.carrier));
        if (row.type != 'P') continue;
        EXPECT_EQ(read(in_name, carrier.carrier).error, ReasonCode::malformed_packet)
            << "[MQTT-1.5.7-1]";
        EXPECT_FALSE(may_send({id, as_text(text), ""}, carrier.carrier));
      }
    }
  }
}

TEST(PropertyValue, ControlCharactersAreToleratedOnReceiptAndNotSent) {
  for (const std::string_view text : {"a\tb", "\x7F", "\xC2\x80", "\xEF\xBF\xBE"}) {
    std::vector<std::byte> property = hex("1F 00");
    property.push_back(static_cast<std::byte>(text.size()));
    append(property, as_bytes(text));
    EXPECT_EQ(read(property, Carrier::received_ack).error, ReasonCode::success)
        << text << " [MQTT-1.5.4-M]";
    for (const Carrier carrier : {Carrier::connect, Carrier::will, Carrier::publish,
                                  Carrier::subscribe, Carrier::unsubscribe, Carrier::disconnect}) {
      EXPECT_FALSE(may_send(Property::user(text, ""), carrier)) << text << " [MQTT-1.5.4-M]";
      EXPECT_FALSE(may_send(Property::user("", text), carrier)) << text << " [MQTT-1.5.4-M]";
      EXPECT_TRUE(may_send(Property::user("", "a b"), carrier));
    }
  }
}

TEST(PropertyValue, BinaryDataMayBeAnything) {
  EXPECT_EQ(error_of("09 00 03 00 FF C0", Carrier::received_publish), ReasonCode::success);
  EXPECT_EQ(error_of("09 00 00", Carrier::received_publish), ReasonCode::success);
}

TEST(PropertyValue, EmptyNamesAndValuesOfUserPropertiesAreLegal) {
  EXPECT_EQ(error_of("26 00 00 00 00", Carrier::received_publish), ReasonCode::success)
      << "[MQTT-1.5.7-1]";
  EXPECT_TRUE(may_send(Property::user("", ""), Carrier::publish));
}

TEST(PropertyValue, LongerThanItsLengthFieldCanSayIsNotSent) {
  const std::string fits(65'535, 'a');
  const std::string too_long(65'536, 'a');
  EXPECT_TRUE(may_send(Property::content_type(fits), Carrier::publish));
  EXPECT_FALSE(may_send(Property::content_type(too_long), Carrier::publish));
  EXPECT_TRUE(may_send(Property::user(fits, fits), Carrier::publish));
  EXPECT_FALSE(may_send(Property::user(too_long, ""), Carrier::publish));
  EXPECT_FALSE(may_send(Property::user("", too_long), Carrier::publish));
  EXPECT_FALSE(may_send({PropertyId::correlation_data, too_long}, Carrier::publish));
  EXPECT_FALSE(may_send({PropertyId::response_topic, too_long}, Carrier::publish));
}

TEST(PropertyValue, ANumberThatItsFieldCannotHoldIsNotSent) {
  const auto connack = Carrier::received_connack;
  EXPECT_TRUE(may_send({PropertyId::topic_alias_maximum, 65'535u}, connack));
  EXPECT_FALSE(may_send({PropertyId::topic_alias_maximum, 65'536u}, connack));
  EXPECT_FALSE(may_send({PropertyId::receive_maximum, 65'536u}, connack));
  EXPECT_TRUE(may_send(Property::session_expiry_s(0xFFFF'FFFF), Carrier::disconnect));
}

TEST(PropertyValue, AValueOfTheWrongKindIsNotSent) {
  const auto publish = Carrier::publish;
  EXPECT_FALSE(may_send({PropertyId::message_expiry_interval, "60"}, publish));
  EXPECT_FALSE(may_send({PropertyId::content_type, 5u}, publish));
  EXPECT_FALSE(may_send({PropertyId::correlation_data, 5u}, publish));
  EXPECT_FALSE(may_send({PropertyId::content_type, "name", "value"}, publish));
  EXPECT_FALSE(may_send({PropertyId::message_expiry_interval, "name", ""}, publish));
  EXPECT_FALSE(may_send({PropertyId::user_property, 5u}, publish));
}

TEST(PropertyValue, TogetherTheyStayBelowTheLargestPacket) {
  const std::string half(65'535, 'a');
  std::vector<Property> properties(2047, Property::user(half, half));  // 131,075 bytes each
  const Writer largest = measured(writing(properties, Carrier::publish));
  EXPECT_EQ(largest.size(), 4u + 2047u * 131'075);
  EXPECT_EQ(largest.error(), Error{});
  properties.push_back(Property::user(half, half));
  EXPECT_EQ(writing_error(writing(properties, Carrier::publish)), Error::packet_too_large);
  properties.resize(40'000, properties.front());  // more than 32 bits can count
  EXPECT_EQ(writing_error(writing(properties, Carrier::publish)), Error::packet_too_large);
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/connect.hpp"

#include <gtest/gtest.h>
#include <optional>

#include "codec/support.hpp"

namespace minimq::codec {
namespace {

std::string encoded(const Config& config, bool clean_start = true) {
  return written([&](Writer& writer) { write_connect(writer, config, clean_start); });
}

// Nothing is announced as Maximum Packet Size.
Config unlimited() {
  Config config;
  config.oversize = Oversize::skip;
  return config;
}

// Everything at the protocol's defaults.
Config bare() {
  Config config = unlimited();
  config.session_expiry_s = 0;
  config.receive_maximum = 65'535;
  return config;
}

Error error_of(const Config& config) {
  return check_connect(config);
}

TEST(Connect, WithNothingToSayIsFifteenBytes) {  // [MQTT-3.1.2-1], [MQTT-3.1.3-3]
  EXPECT_EQ(encoded(bare()), as_hex("10 0D 00 04 'MQTT' 05 02 00 3C 00 00 00"))
      << "[MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.3-3]";
  EXPECT_EQ(encoded(bare(), false), as_hex("10 0D 00 04 'MQTT' 05 00 00 3C 00 00 00"));
}

TEST(Connect, TellsWhatDiffersFromTheDefaults) {
  Config config;
  config.client_id = "demo";
  std::vector<std::byte> rx(257);
  config.buffers.rx = rx;
  EXPECT_EQ(encoded(config),
            as_hex("10 1E 00 04 'MQTT' 05 02 00 3C 0D 11 00 00 0E 10 21 00 04 27 00 00 01 00"
                   "00 04 'demo'"));
  config = unlimited();
  config.client_id = "demo";
  config.session_expiry_s = 0xFFFF'FFFF;
  config.keep_alive_s = 0;
  config.receive_maximum = 1;
  EXPECT_EQ(encoded(config),
            as_hex("10 19 00 04 'MQTT' 05 02 00 00 08 11 FF FF FF FF 21 00 01 00 04 'demo'"));
}

TEST(Connect, WithEverythingKeepsTheOrderOfThePayload) {  // [MQTT-3.1.3-1], [MQTT-3.1.3-10]
  const Property will_properties[] = {
      Property::will_delay_s(5),         Property::payload_is_text(),
      Property::message_expiry_s(10),    Property::content_type("t"),
      {PropertyId::response_topic, "r"}, {PropertyId::correlation_data, "\xFF"},
      Property::user("k", "2"),          Property::user("k", "1")};
  const Will will{.topic = "w",
                  .payload = as_bytes("gone"),
                  .qos = QoS::at_least_once,
                  .retain = true,
                  .properties = will_properties};
  const std::vector<std::byte> password = hex("00 FF");
  const Credentials credentials{.user_name = "u", .password = password};
  const Property properties[] = {Property::user("a", "b")};
  Config config = bare();
  config.client_id = "id";
  config.will = &will;
  config.credentials = &credentials;
  config.properties = properties;
  ASSERT_EQ(check_connect(config), Error{});
  EXPECT_EQ(encoded(config),
            as_hex("10 4D 00 04 'MQTT' 05 EE 00 3C 07 26 00 01 'a' 00 01 'b' 00 02 'id'"
                   "26 18 00 00 00 05 01 01 02 00 00 00 0A 03 00 01 't' 08 00 01 'r' 09 00 01 FF"
                   "26 00 01 'k' 00 01 '2' 26 00 01 'k' 00 01 '1'"
                   "00 01 'w' 00 04 'gone' 00 01 'u' 00 02 00 FF"))
      << "[MQTT-3.1.3-1] [MQTT-3.1.3-10]";
}

TEST(Connect, AWillWithoutPropertiesAndPayloadHasBothLengths) {  // [MQTT-3.1.2-9]
  const Will will{.topic = "w"};
  Config config = bare();
  config.will = &will;
  EXPECT_EQ(encoded(config), as_hex("10 13 00 04 'MQTT' 05 06 00 3C 00 00 00 00 00 01 'w' 00 00"))
      << "[MQTT-3.1.2-9]";
}

TEST(Connect, EveryCombinationOfFlags) {  // [MQTT-3.1.2-3], -11, -13, -16 to -19
  for (unsigned choice = 0; choice < 128; ++choice) {
    const bool clean_start = (choice & 1) != 0;
    const bool has_will = (choice & 2) != 0;
    const unsigned qos = choice >> 2 & 3;
    if (qos == 3) continue;
    const Will will{.topic = "w", .qos = static_cast<QoS>(qos), .retain = (choice & 16) != 0};
    Credentials credentials;
    if ((choice & 32) != 0) credentials.user_name = "";  // present, though empty
    if ((choice & 64) != 0) credentials.password = Bytes{};
    Config config = bare();
    config.will = has_will ? &will : nullptr;
    config.credentials = &credentials;
    unsigned flags = clean_start ? 0x02 : 0;
    if (has_will) flags |= 0x04 | qos << 3 | ((choice & 16) != 0 ? 0x20 : 0);
    if ((choice & 64) != 0) flags |= 0x40;
    if ((choice & 32) != 0) flags |= 0x80;
    const std::vector<std::byte> packet = hex(encoded(config, clean_start));
    EXPECT_EQ(std::to_integer<unsigned>(packet[9]), flags)
        << "[MQTT-3.1.2-3] [MQTT-3.1.2-11] [MQTT-3.1.2-13]";
    const std::size_t size =
        15 + (has_will ? 6u : 0u) + ((choice & 32) != 0 ? 2u : 0u) + ((choice & 64) != 0 ? 2u : 0u);
    EXPECT_EQ(packet.size(), size);
    EXPECT_EQ(std::to_integer<std::size_t>(packet[1]), size - 2);
  }
}

TEST(Connect, OfTheLargestFieldsHasTheRightLength) {
  const std::string large(65'535, 'x');
  const Will will{.topic = large, .payload = as_bytes(large)};
  const Credentials credentials{.user_name = large, .password = as_bytes(large)};
  Config config = bare();
  config.client_id = large;
  config.will = &will;
  config.credentials = &credentials;
  ASSERT_EQ(check_connect(config), Error{});
  Writer writer;
  write_connect(writer, config, true);
  EXPECT_EQ(writer.size(), 1u + 3 + 10 + 1 + 1 + 5 * 65'537);
}

TEST(CheckConnect, ABadClientIdHasItsName) {  // [MQTT-3.1.3-4]
  Config config;
  for (const std::string& bad :
       {std::string(65'536, 'a'), std::string("\xFF"), std::string(1, '\0'), std::string("a\n")}) {
    config.client_id = bad;
    EXPECT_EQ(error_of(config), Error::config_client_id) << "[MQTT-3.1.3-4]";
  }
  const std::string longest(65'535, 'a');
  config.client_id = longest;
  EXPECT_EQ(error_of(config), Error{});
}

TEST(CheckConnect, BadCredentialsHaveTheirName) {  // [MQTT-3.1.3-12]
  Config config;
  const std::string too_long(65'536, 'a');
  Credentials credentials;
  config.credentials = &credentials;
  credentials.user_name = "a\tb";
  EXPECT_EQ(error_of(config), Error::config_credentials);
  credentials.user_name = "\xC0\x80";
  EXPECT_EQ(error_of(config), Error::config_credentials) << "[MQTT-3.1.3-12]";
  credentials.user_name = too_long;
  EXPECT_EQ(error_of(config), Error::config_credentials);
  credentials.user_name = std::nullopt;
  credentials.password = as_bytes(too_long);
  EXPECT_EQ(error_of(config), Error::config_credentials);
  credentials.password = as_bytes(too_long).first(65'535);
  EXPECT_EQ(error_of(config), Error{});  // without a user name
}

TEST(CheckConnect, ABadWillHasItsName) {  // [MQTT-3.1.3-11], [MQTT-3.1.2-12]
  Config config;
  Will will;
  config.will = &will;
  const std::string too_long(65'536, 'a');
  for (const std::string_view topic :
       {std::string_view{}, std::string_view{"a/+"}, std::string_view{"#"},
        std::string_view{"\xFF"}, std::string_view{too_long}}) {
    will.topic = topic;
    EXPECT_EQ(error_of(config), Error::config_will) << "[MQTT-3.1.3-11]";
  }
  will.topic = "a";
  EXPECT_EQ(error_of(config), Error{});
  will.payload = as_bytes(too_long);
  EXPECT_EQ(error_of(config), Error::config_will);
  will.payload = {};
  will.qos = static_cast<QoS>(3);
  EXPECT_EQ(error_of(config), Error::config_will);
}

TEST(CheckConnect, BadPropertiesHaveTheirName) {
  Config config;
  std::vector<Property> properties;
  const auto error_with = [&](const Property& property) {
    properties.assign(1, property);
    config.properties = properties;
    return error_of(config);
  };
  EXPECT_EQ(error_with(Property::user("k", "v")), Error{});
  EXPECT_EQ(error_with({PropertyId::request_problem_information, 0u}), Error{});
  EXPECT_EQ(error_with(Property::content_type("t")), Error::config_property);
  EXPECT_EQ(error_with({PropertyId::authentication_data, "d"}), Error::config_property);
  EXPECT_EQ(error_with(Property::user("\xFF", "v")), Error::config_property);
  // The engine could not answer the AUTH that follows.
  EXPECT_EQ(error_with({PropertyId::authentication_method, "m"}), Error::config_property);
  // These have fields of their own.
  EXPECT_EQ(error_with(Property::session_expiry_s(1)), Error::config_property);
  EXPECT_EQ(error_with({PropertyId::receive_maximum, 1u}), Error::config_property);
  EXPECT_EQ(error_with({PropertyId::maximum_packet_size, 1u}), Error::config_property);
  EXPECT_EQ(error_with({PropertyId::topic_alias_maximum, 1u}), Error::config_property);
}

TEST(CheckConnect, BadWillPropertiesHaveTheirName) {
  Config config;
  std::vector<Property> properties;
  Will will{.topic = "w"};
  config.will = &will;
  const auto error_with = [&](const Property& property) {
    properties.assign(1, property);
    will.properties = properties;
    return error_of(config);
  };
  EXPECT_EQ(error_with(Property::will_delay_s(1)), Error{});
  EXPECT_EQ(error_with({PropertyId::response_topic, "a/#"}), Error::config_property);
  EXPECT_EQ(error_with(Property::session_expiry_s(1)), Error::config_property);
  EXPECT_EQ(error_with({PropertyId::payload_format_indicator, 2u}), Error::config_property);
}

TEST(CheckConnect, PropertiesThatFitNoPacketAreRefused) {
  const std::string half(65'535, 'a');
  const std::vector<Property> properties(1500, Property::user(half, half));
  const Will will{.topic = "w", .properties = properties};
  Config config;
  config.properties = properties;
  EXPECT_EQ(error_of(config), Error{});
  config.will = &will;
  EXPECT_EQ(error_of(config), Error::config_property);  // both together are too much
}

}  // namespace
}  // namespace minimq::codec

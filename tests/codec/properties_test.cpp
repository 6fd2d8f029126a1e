// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "codec/property_table.hpp"

namespace minimq::codec {
namespace {

TEST(Properties, AreIteratedInTheirOrderOnTheWire) {  // [MQTT-3.3.2-18]
  const std::vector<std::byte> bytes =
      hex("26 00 01 'b' 00 01 '1' 02 00 00 00 3C 26 00 01 'a' 00 01 '2' 09 00 02 00 FF 0B 80 01");
  std::vector<Property> seen;
  for (const Property& property : Properties{bytes})
    seen.push_back(property);
  ASSERT_EQ(seen.size(), 5u);
  EXPECT_EQ(seen[0].id(), PropertyId::user_property);
  EXPECT_EQ(seen[0].name(), "b");
  EXPECT_EQ(seen[0].text(), "1");
  EXPECT_EQ(seen[1].id(), PropertyId::message_expiry_interval);
  EXPECT_EQ(seen[1].number(), 60u);
  EXPECT_EQ(seen[1].text(), "");
  EXPECT_EQ(seen[2].name(), "a") << "[MQTT-3.3.2-18]";
  EXPECT_EQ(to_hex(seen[3].bytes()), "00 FF");
  EXPECT_EQ(seen[4].number(), 128u);
}

TEST(Properties, AreViewsOfThePacket) {
  const std::vector<std::byte> bytes = hex("03 00 04 'text'");
  const auto property = Properties{bytes}.find(PropertyId::content_type);
  ASSERT_TRUE(property);
  EXPECT_EQ(property->bytes().data(), &bytes[3]);
}

TEST(Properties, AreFoundByIdentifierAndByName) {
  const std::vector<std::byte> bytes =
      hex("26 00 01 'k' 00 01 '1' 03 00 01 't' 26 00 01 'k' 00 01 '2' 26 00 00 00 01 'e'");
  const Properties properties{bytes};
  EXPECT_EQ(properties.find(PropertyId::content_type)->text(), "t");
  EXPECT_FALSE(properties.find(PropertyId::response_topic));
  EXPECT_EQ(properties.user("k"), "1");
  EXPECT_EQ(properties.user(""), "e");
  EXPECT_FALSE(properties.user("K"));
  EXPECT_FALSE(properties.user("t"));
}

TEST(Properties, NoneAreAnEmptyRange) {
  const Properties properties;
  EXPECT_TRUE(properties.empty());
  EXPECT_TRUE(properties.begin() == properties.end());
  EXPECT_FALSE(properties.find(PropertyId::user_property));
  EXPECT_FALSE(properties.user(""));
}

TEST(Properties, ThatWereNeverCheckedEndWhereTheyMakeNoSense) {
  for (const std::string_view form : {"FF", "26 00", "03 00 05 'ab'", "01", "00 00", "81 00 01"}) {
    const Tight bytes{hex(form)};
    for (const Property& property : Properties{bytes.bytes()}) {
      ADD_FAILURE() << form << static_cast<int>(property.id());
    }
  }
}

TEST(Properties, AllTypesAreWrittenToTheSameBytesInBothWays) {
  std::vector<Property> properties;
  std::vector<std::byte> expected;
  for (const TableRow& row : property_table) {
    properties.push_back(good_property(row.id, row.type));
    expected.push_back(static_cast<std::byte>(row.id));
    append(expected, good_value(row.type));
  }
  const auto write = [&](Writer& writer) {
    PropertyWriter list{writer, Carrier::will};
    for (const Property& property : properties)
      list.put(property);
    list.end(Error{});
  };
  std::vector<std::byte> whole = varint_bytes(expected.size());
  append(whole, expected);
  EXPECT_EQ(to_hex(written_bytes(write)), to_hex(whole));
  std::vector<std::byte> scratch(256);
  std::vector<Bytes> pieces(64);
  Writer gather = measured(write);
  gather.gather(0, scratch, pieces);
  write(gather);
  std::vector<std::byte> gathered;
  for (const Bytes piece : gather.pieces())
    append(gathered, piece);
  EXPECT_EQ(to_hex(gathered), to_hex(whole));
}

// The property length of CVE-2026-8686, CVE-2026-21888 and others.
TEST(Properties, ALengthFieldBeyondThePacketIsMalformed) {
  const std::vector<std::byte> good = hex("07 26 00 01 'k' 00 01 'v'");
  for (std::size_t length = 0; length < 300; ++length) {
    std::vector<std::byte> bytes = varint_bytes(length);
    append(bytes, Bytes{good}.subspan(1));
    const Tight tight{bytes};
    Reader reader{tight.bytes()};
    const Properties properties = read_properties(reader, Carrier::received_ack);
    if (length == 7 || length == 0) {
      EXPECT_FALSE(reader.failed());
      EXPECT_EQ(properties.empty(), length == 0);
    } else {
      EXPECT_EQ(reader.error(), ReasonCode::malformed_packet) << length;
      EXPECT_TRUE(properties.empty());
    }
  }
  for (const std::string_view length : {"80 80 80 80 01", "FF FF FF 7F", "87 00", "87", ""}) {
    const Tight tight{hex(length)};
    Reader reader{tight.bytes()};
    static_cast<void>(read_properties(reader, Carrier::received_ack));
    EXPECT_EQ(reader.error(), ReasonCode::malformed_packet) << length;
  }
}

TEST(Properties, EveryInnerLengthIsCheckedAgainstThePropertiesNotThePacket) {
  // The value would fit the packet, but not the properties.
  const std::vector<std::byte> bytes = hex("05 1F 00 03 'ab' 'c'");
  Reader reader{bytes};
  static_cast<void>(read_properties(reader, Carrier::received_ack));
  EXPECT_EQ(reader.error(), ReasonCode::malformed_packet);
}

TEST(Properties, SixtyFiveThousandOfThemAreReadInOneGo) {
  std::vector<std::byte> many;
  for (int i = 0; i < 65'536; ++i)
    append(many, hex("26 00 00 00 00"));
  EXPECT_EQ(read(many, Carrier::received_publish).error, ReasonCode::success);
  std::size_t count = 0;
  for (const Property& property : Properties{many})
    count += property.name().size() + 1;
  EXPECT_EQ(count, 65'536u);
}

}  // namespace
}  // namespace minimq::codec

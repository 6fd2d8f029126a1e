// SPDX-License-Identifier: MIT
#include "codec/property_table.hpp"

#include <gtest/gtest.h>
#include <set>

namespace minimq::codec {
namespace {

// Authentication Data needs its method beside it.
std::vector<std::byte> with_method(unsigned id, std::vector<std::byte> property) {
  if (id == 0x16) append(property, hex("15 00 01 'm'"));
  return property;
}

// In the table for DISCONNECT, and not for a server's [MQTT-3.14.2-2].
bool is_no_server_s(unsigned id, const CarrierName& carrier) {
  return id == 0x11 && carrier.carrier == Carrier::received_disconnect;
}

TEST(PropertyTable, EveryIdentifierInEveryReceivedAndSentPacket) {  // 12 carriers, 256 identifiers
  for (const CarrierName& carrier : carriers) {
    for (unsigned id = 0; id < 256; ++id) {
      const TableRow* const row = find_row(id);
      std::vector<std::byte> property = varint_bytes(id);
      append(property, good_value(row != nullptr ? row->type : 'B'));
      const Reading reading = read(with_method(id, property), carrier.carrier);
      const ReasonCode expected = !belongs(id, carrier)         ? ReasonCode::malformed_packet
                                  : is_no_server_s(id, carrier) ? ReasonCode::protocol_error
                                                                : ReasonCode::success;
      EXPECT_EQ(reading.error, expected)
          << std::hex << id << " in " << carrier.packet << " [MQTT-2.2.2.2-M]";
    }
  }
}

TEST(PropertyTable, EveryIdentifierInEveryPacketToBeMeasuredAndWritten) {
  for (const CarrierName& carrier : carriers) {
    for (unsigned id = 0; id < 256; ++id) {
      const TableRow* const row = find_row(id);
      const char type = row != nullptr ? row->type : 'B';
      std::vector<Property> properties{good_property(id, type)};
      if (id == 0x16) properties.push_back({PropertyId::authentication_method, "m"});
      const auto write = writing(properties, carrier.carrier);
      if (!belongs(id, carrier) || is_no_server_s(id, carrier)) {
        EXPECT_EQ(writing_error(write), Error::property_invalid)
            << std::hex << id << carrier.packet;
        continue;
      }
      std::vector<std::byte> list = varint_bytes(id);
      append(list, good_value(type));
      if (id == 0x16) append(list, hex("15 00 01 'm'"));
      std::vector<std::byte> expected = varint_bytes(list.size());
      append(expected, list);
      EXPECT_EQ(written(write), to_hex(expected)) << std::hex << id << carrier.packet;
    }
  }
}

TEST(PropertyTable, AnIdentifierThatIsNotMinimalIsMalformed) {  // `81 00` is not 01
  EXPECT_EQ(read(hex("01 01"), Carrier::received_publish).error, ReasonCode::success);
  EXPECT_EQ(read(hex("81 00 01"), Carrier::received_publish).error, ReasonCode::malformed_packet);
  EXPECT_EQ(read(hex("A6 00 00 00 00 00"), Carrier::received_publish).error,
            ReasonCode::malformed_packet);
  EXPECT_EQ(read(hex("81 80 01 01"), Carrier::received_publish).error,
            ReasonCode::malformed_packet);
}

TEST(PropertyTable, ASecondOneIsAProtocolErrorUnlessItMayRepeat) {
  for (const CarrierName& carrier : carriers) {
    for (const TableRow& row : property_table) {
      if (!belongs(row.id, carrier) || is_no_server_s(row.id, carrier)) continue;
      std::vector<std::byte> one = varint_bytes(row.id);
      append(one, good_value(row.type));
      std::vector<std::byte> both = one;
      append(both, one);
      const bool may_repeat =
          row.id == 0x26 || (row.id == 0x0B && carrier.carrier == Carrier::received_publish);
      const bool lacks_method = row.id == 0x16;
      EXPECT_EQ(read(both, carrier.carrier).error,
                may_repeat && !lacks_method ? ReasonCode::success : ReasonCode::protocol_error)
          << std::hex << row.id << carrier.packet << " [MQTT-2.2.2.2-M]";
      const Property property = good_property(row.id, row.type);
      const std::vector twice{property, property};
      EXPECT_EQ(writing_error(writing(twice, carrier.carrier)) == Error{}, may_repeat);
    }
  }
}

TEST(PropertyTable, ADuplicateIsSeenHoweverFarItIsFromTheFirst) {
  std::vector<std::byte> properties = hex("03 00 01 'x'");
  for (int i = 0; i < 1000; ++i)
    append(properties, hex("26 00 01 'k' 00 01 'v'"));
  EXPECT_EQ(read(properties, Carrier::received_publish).error, ReasonCode::success);
  append(properties, hex("03 00 01 'y'"));
  EXPECT_EQ(read(properties, Carrier::received_publish).error, ReasonCode::protocol_error);
}

TEST(PropertyTable, AllPropertiesOfACarrierTogetherAreFine) {
  for (const CarrierName& carrier : carriers) {
    std::vector<std::byte> all;
    std::vector<Property> given;
    for (const TableRow& row : property_table) {
      if (!belongs(row.id, carrier) || is_no_server_s(row.id, carrier)) continue;
      append(all, varint_bytes(row.id));
      append(all, good_value(row.type));
      given.push_back(good_property(row.id, row.type));
    }
    const Reading reading = read(all, carrier.carrier);
    EXPECT_EQ(reading.error, ReasonCode::success) << carrier.packet;
    EXPECT_EQ(to_hex(reading.encoded), to_hex(all));
    EXPECT_EQ(measured(writing(given, carrier.carrier)).size(),
              varint_bytes(all.size()).size() + all.size());
  }
}

TEST(PropertyTable, ATruncatedPropertyIsMalformedAtEveryByte) {
  for (const CarrierName& carrier : carriers) {
    for (const TableRow& row : property_table) {
      if (!belongs(row.id, carrier)) continue;
      std::vector<std::byte> whole = varint_bytes(row.id);
      append(whole, good_value(row.type));
      for (std::size_t size = 1; size < whole.size(); ++size) {
        const std::vector<std::byte> cut{whole.begin(),
                                         whole.begin() + static_cast<std::ptrdiff_t>(size)};
        EXPECT_EQ(read(cut, carrier.carrier).error, ReasonCode::malformed_packet)
            << std::hex << row.id << ' ' << size << " [MQTT-2.2.2.2-M]";
      }
    }
  }
}

}  // namespace
}  // namespace minimq::codec

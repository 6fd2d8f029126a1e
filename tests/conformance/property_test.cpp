// SPDX-License-Identifier: MIT
//
// Every property in every packet: alone, twice, and cut at every byte.
#include <gtest/gtest.h>

#include "codec/property_table.hpp"
#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

using codec::append;
using codec::good_value;
using codec::property_table;
using codec::TableRow;
using codec::varint_bytes;

// A packet with room for properties, as a broker may send it on a busy connection.
struct Place {
  std::string_view code;  // as in the table
  unsigned first_byte;
  std::string_view before;
  std::string_view after;
  bool may_come;  // from a server, on a connection without enhanced authentication
};

constexpr Place places[] = {
    {"--", 0x00, "", "", false},
    {"CN", 0x10, "00 04 'MQTT' 05 02 00 00", "00 00", false},
    {"CA", 0x20, "00 00", "", true},
    {"PB", 0x30, "00 01 't'", "'x'", true},
    {"A4", 0x40, "<a> 00", "", true},
    {"A4", 0x50, "<b> 00", "", true},
    {"A4", 0x62, "00 09 00", "", true},
    {"A4", 0x70, "<c> 00", "", true},
    {"SU", 0x82, "00 01", "00 01 'f' 00", false},
    {"SA", 0x90, "<s>", "00", true},
    {"UN", 0xA2, "00 01", "00 01 'f'", false},
    {"UA", 0xB0, "<u>", "00", true},
    {"--", 0xC0, "", "", false},
    {"--", 0xD0, "", "", false},
    {"DI", 0xE0, "00", "", true},
    {"AU", 0xF0, "18", "", false},
};
static_assert(std::size(places) == 16);

class EveryProperty : public Statement {
 protected:
  // The reaction to that packet with these properties.
  std::string reaction_at(const Place& place, const std::vector<std::byte>& properties) {
    if (place.code == "CA") {
      start_anew();
      open();
    } else {
      busy();
    }
    const std::vector<std::byte> length = varint_bytes(properties.size());
    const std::string rest = bytes(std::string{place.before} + " " + to_hex(length) + " " +
                                   to_hex(properties) + " " + std::string{place.after});
    const std::byte head[] = {static_cast<std::byte>(place.first_byte),
                              static_cast<std::byte>((rest.size() + 1) / 3)};
    receive(to_hex(head) + " " + rest);
    return reaction();
  }

  // An error is told only once the connection is up.
  static std::string_view told(const Place& place, std::string_view verdict) {
    if (place.code != "CA") return verdict;
    if (verdict == malformed) return malformed_silently;
    return verdict == protocol_error ? protocol_error_silently : verdict;
  }

  // What a packet comes to that has nothing wrong with it.
  static std::string_view good(const Place& place) {
    return place.code == "DI" ? "disconnected_by_broker, " : fine;
  }

  // What is wrong with the packet whatever properties it has; empty: nothing.
  static std::string_view wrong_anyway(const Place& place) {
    if (place.may_come) return {};
    return place.first_byte == 0x00 || place.first_byte == 0xD0 ? malformed : protocol_error;
  }

  static bool belongs(const TableRow& row, const Place& place) {
    return row.packets.find(place.code) != std::string_view::npos;
  }

  // The rules of the prose about properties that are where they belong.
  static std::string_view verdict(const TableRow& row, const Place& place) {
    if (row.id == 0x11 && place.code == "DI") return protocol_error;  // [MQTT-3.14.2-2]
    if (row.id == 0x15 && place.code == "CA") return protocol_error;  // [MQTT-4.12.0-6]
    if (row.id == 0x16) return protocol_error;  // Authentication Data without its method
    if (row.id == 0x23) return bad_alias;       // None was announced.
    return good(place);
  }

  static std::vector<std::byte> property(const TableRow& row) {
    std::vector<std::byte> whole = varint_bytes(row.id);
    append(whole, good_value(row.type));
    return whole;
  }
};

TEST_F(EveryProperty, OfAllIdentifiersInEveryPacketHasItsVerdict) {  // 16 packets, 256 identifiers
  for (const Place& place : places) {
    for (unsigned id = 0; id < 256; ++id) {
      const TableRow* const row = codec::find_row(id);
      std::vector<std::byte> whole = varint_bytes(id);
      append(whole, good_value(row != nullptr ? row->type : 'B'));
      std::string_view expected = wrong_anyway(place);
      if (expected.empty()) {
        expected = row != nullptr && belongs(*row, place) ? verdict(*row, place) : malformed;
      }
      ASSERT_EQ(reaction_at(place, whole), told(place, expected))
          << std::hex << id << " in " << place.first_byte << " [MQTT-2.2.2.2-M]";
    }
  }
}

TEST_F(EveryProperty, GivenTwiceIsAProtocolErrorUnlessItMayRepeat) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      if (!belongs(row, place)) continue;
      std::vector<std::byte> both = property(row);
      append(both, property(row));
      const bool may_repeat = row.id == 0x26 || (row.id == 0x0B && place.code == "PB");
      std::string_view expected = may_repeat ? good(place) : protocol_error;
      if (row.id == 0x23) expected = protocol_error;
      ASSERT_EQ(reaction_at(place, both), told(place, expected))
          << std::hex << row.id << " in " << place.first_byte << " [MQTT-2.2.2.2-M]";
    }
  }
}

TEST_F(EveryProperty, GivenTwiceAroundAnotherIsAProtocolErrorToo) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    const std::vector<std::byte> user = hex("26 00 01 'k' 00 01 'v'");
    for (const TableRow& row : property_table) {
      if (!belongs(row, place) || row.id == 0x26 || row.id == 0x0B) continue;
      std::vector<std::byte> all = property(row);
      append(all, user);
      append(all, property(row));
      ASSERT_EQ(reaction_at(place, all), told(place, protocol_error))
          << std::hex << row.id << " in " << place.first_byte << " [MQTT-2.2.2.2-M]";
    }
  }
}

TEST_F(EveryProperty, CutAtAnyByteIsMalformed) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      if (!belongs(row, place)) continue;
      const std::vector<std::byte> whole = property(row);
      for (std::size_t size = 1; size < whole.size(); ++size) {
        const std::vector<std::byte> cut{whole.begin(),
                                         whole.begin() + static_cast<std::ptrdiff_t>(size)};
        ASSERT_EQ(reaction_at(place, cut), told(place, malformed))
            << std::hex << row.id << " in " << place.first_byte << " [MQTT-2.2.2.2-M]";
      }
    }
  }
}

TEST_F(EveryProperty, WithAnIdentifierInALongerFormIsMalformed) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      std::vector<std::byte> whole{static_cast<std::byte>(row.id | 0x80), std::byte{0}};
      append(whole, good_value(row.type));
      ASSERT_EQ(reaction_at(place, whole), told(place, malformed))
          << std::hex << row.id << " in " << place.first_byte << " [MQTT-1.5.5-1]";
    }
  }
}

TEST_F(EveryProperty, WhoseTextIsNotUtf8IsMalformed) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      if (!belongs(row, place) || (row.type != 'S' && row.type != 'P')) continue;
      for (const std::string_view bad : {"00 03 ED A0 80", "00 02 C0 80", "00 04 F5 80 80 80",
                                         "00 02 E2 82", "00 01 00", "00 02 00 61", "00 02 61 00"}) {
        std::vector<std::byte> whole = varint_bytes(row.id);
        append(whole, hex(bad));
        if (row.type == 'P') append(whole, hex("00 00"));
        ASSERT_EQ(reaction_at(place, whole), told(place, malformed))
            << std::hex << row.id << " in " << place.first_byte << ' ' << bad
            << " [MQTT-1.5.4-1] [MQTT-1.5.4-2]";
        if (row.type != 'P') continue;
        whole = varint_bytes(row.id);
        append(whole, hex("00 00"));
        append(whole, hex(bad));
        ASSERT_EQ(reaction_at(place, whole), told(place, malformed)) << bad << " [MQTT-1.5.7-1]";
      }
    }
  }
}

TEST_F(EveryProperty, WhoseTextHasABomOrControlCharactersIsTaken) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      if (!belongs(row, place) || row.type != 'S') continue;
      for (const std::string_view text : {"00 05 EF BB BF 'ab'", "00 02 09 7F", "00 03 EF BF BF"}) {
        std::vector<std::byte> whole = varint_bytes(row.id);
        append(whole, hex(text));
        ASSERT_EQ(reaction_at(place, whole), told(place, verdict(row, place)))
            << std::hex << row.id << ' ' << text << " [MQTT-1.5.4-3] [MQTT-1.5.4-M]";
      }
    }
  }
}

TEST_F(EveryProperty, OfOneByteIsZeroOrOne) {
  for (const Place& place : places) {
    if (!place.may_come) continue;
    for (const TableRow& row : property_table) {
      if (!belongs(row, place) || row.type != 'B') continue;
      for (unsigned value = 0; value < 256; ++value) {
        std::vector<std::byte> whole = varint_bytes(row.id);
        whole.push_back(static_cast<std::byte>(value));
        const std::string_view expected = value <= 1 ? good(place) : protocol_error;
        ASSERT_EQ(reaction_at(place, whole), told(place, expected))
            << std::hex << row.id << " = " << value
            << " [MQTT-3.3.2.3.2-M] [MQTT-3.2.2.3-M2] [MQTT-3.2.2-9]";
      }
    }
  }
}

TEST_F(EveryProperty, ThatMustNotBeZeroIsNot) {
  const Place& connack_place = places[2];
  for (const std::string_view zero : {"21 00 00", "27 00 00 00 00"}) {
    EXPECT_EQ(reaction_at(connack_place, hex(zero)), protocol_error_silently)
        << zero << " [MQTT-3.2.2.3-M2]";
  }
  const Place& publish_place = places[3];
  EXPECT_EQ(reaction_at(publish_place, hex("0B 00")), protocol_error) << "[MQTT-3.3.2.3.8-M]";
  EXPECT_EQ(reaction_at(publish_place, hex("23 00 00")), bad_alias) << "[MQTT-3.3.2-8]";
}

}  // namespace
}  // namespace minimq::testing

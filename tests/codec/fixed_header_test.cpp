// SPDX-License-Identifier: MIT
#include "codec/fixed_header.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

// Table 2-2.
bool are_listed_flags(unsigned type, unsigned flags) {
  switch (type) {
    case 3: return true;
    case 6:
    case 8:
    case 10: return flags == 2;
    default: return flags == 0;
  }
}

TEST(FixedHeader, EveryFirstByteIsTakenExactlyIfTypeAndFlagsAreListed) {  // [MQTT-2.1.3-1]
  for (unsigned first = 0; first < 256; ++first) {
    const std::vector<std::byte> bytes{static_cast<std::byte>(first), std::byte{0}};
    const auto header = decode_fixed_header(bytes);
    const unsigned type = first >> 4;
    if (type != 0 && are_listed_flags(type, first & 15)) {
      ASSERT_TRUE(header.has_value()) << first;
      ASSERT_TRUE(header->has_value()) << first;
      EXPECT_EQ(static_cast<unsigned>((*header)->type), type);
      EXPECT_EQ((*header)->flags, first & 15);
    } else {
      ASSERT_FALSE(header.has_value()) << first;
      EXPECT_EQ(header.error(), ReasonCode::malformed_packet) << "[MQTT-2.1.3-1]";
    }
  }
}

TEST(FixedHeader, TellsTheSizesOfTheWholePacket) {
  const struct {
    std::string_view bytes;
    std::uint8_t size;
    std::uint32_t remaining_length;
  } cases[] = {
      {"D0 00", 2, 0},
      {"30 7F", 2, 127},
      {"30 80 01", 3, 128},
      {"30 80 80 01 AA", 4, 16'384},
      {"30 FF FF FF 7F", 5, 268'435'455},
  };
  for (const auto& it : cases) {
    const Tight bytes{hex(it.bytes)};
    const auto header = decode_fixed_header(bytes.bytes());
    ASSERT_TRUE(header && *header) << it.bytes;
    EXPECT_EQ((*header)->size, it.size);
    EXPECT_EQ((*header)->remaining_length, it.remaining_length);
    EXPECT_EQ((*header)->packet_size(), it.size + it.remaining_length);
  }
}

TEST(FixedHeader, IsNothingWhileBytesOfItAreMissing) {
  const std::vector<std::byte> whole = hex("30 FF FF FF 7F");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Tight cut{Bytes{whole}.first(size)};
    const auto header = decode_fixed_header(cut.bytes());
    ASSERT_TRUE(header.has_value()) << size;
    EXPECT_FALSE(header->has_value()) << size;
  }
}

TEST(FixedHeader, ABadFirstByteIsSeenBeforeTheLengthHasArrived) {
  for (const std::string_view bytes : {"00", "0F", "21", "42", "60", "D1"}) {
    EXPECT_FALSE(decode_fixed_header(hex(bytes)).has_value()) << bytes;
  }
}

TEST(FixedHeader, ALengthThatIsNotMinimalOrTooLongIsMalformed) {  // [MQTT-1.5.5-1]
  for (const std::string_view bytes :
       {"C0 80 00", "30 81 00", "30 80 80 00", "30 80 80 80 00", "30 FF FF FF FF",
        "30 FF FF FF FF 7F", "30 80 80 80 80 01"}) {
    const Tight packet{hex(bytes)};
    const auto header = decode_fixed_header(packet.bytes());
    ASSERT_FALSE(header.has_value()) << bytes;
    EXPECT_EQ(header.error(), ReasonCode::malformed_packet) << "[MQTT-1.5.5-1] [MQTT-1.5.5-M]";
  }
}

}  // namespace
}  // namespace minimq::codec

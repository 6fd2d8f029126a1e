// SPDX-License-Identifier: MIT
#include "codec/fixed_header.hpp"

#include "codec/reader.hpp"

namespace minimq::codec {
namespace {

// [MQTT-3.14.1-1], [MQTT-3.15.1-1], and the like for the others
bool are_good_flags(PacketType type, std::uint8_t flags) {
  if (type == PacketType::publish) return true;
  const bool has_bit_1 = type == PacketType::pubrel || type == PacketType::subscribe ||
                         type == PacketType::unsubscribe;
  return flags == (has_bit_1 ? 2 : 0);
}

}  // namespace

ReasonCode decode_fixed_header(Bytes bytes, FixedHeader& header) {
  Reader reader{bytes};
  const std::uint8_t first = reader.u8();
  header.type = static_cast<PacketType>(first >> 4);
  header.flags = static_cast<std::uint8_t>(first & 0x0F);
  header.size = 0;
  if (bytes.empty()) return ReasonCode::success;
  if (first < 0x10 || !are_good_flags(header.type, header.flags)) {
    return ReasonCode::malformed_packet;
  }
  header.remaining_length = reader.varint();
  if (reader.cut()) return ReasonCode::success;
  header.size = static_cast<std::uint8_t>(bytes.size() - reader.left());
  return reader.error();
}

}  // namespace minimq::codec

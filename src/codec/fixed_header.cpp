// SPDX-License-Identifier: MIT
#include "codec/fixed_header.hpp"

#include "codec/varint.hpp"

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

Decoded<std::optional<FixedHeader>> decode_fixed_header(Bytes bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = std::to_integer<std::uint8_t>(bytes[0]);
  const auto type = static_cast<PacketType>(first >> 4);
  const auto flags = static_cast<std::uint8_t>(first & 0x0F);
  const Varint length = parse_varint(bytes.subspan(1));
  if (first < 0x10 || !are_good_flags(type, flags) || length.state == Varint::State::malformed) {
    return std::unexpected{ReasonCode::malformed_packet};
  }
  if (length.state == Varint::State::incomplete) return std::nullopt;
  return FixedHeader{type, flags, static_cast<std::uint8_t>(length.size + 1), length.value};
}

}  // namespace minimq::codec

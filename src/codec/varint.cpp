// SPDX-License-Identifier: MIT
#include "codec/varint.hpp"

#include <cstddef>

namespace minimq::codec {

Varint parse_varint(Bytes bytes) {
  constexpr std::uint8_t size_max = 4;
  std::uint32_t value = 0;
  for (std::uint8_t i = 0; i < size_max; ++i) {
    if (i == bytes.size()) return {Varint::State::incomplete, 0, 0};
    const auto byte = std::to_integer<std::uint32_t>(bytes[i]);
    value |= (byte & 0x7F) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i != 0) break;  // a shorter form says the same
    return {Varint::State::complete, static_cast<std::uint8_t>(i + 1), value};
  }
  return {Varint::State::malformed, 0, 0};  // [MQTT-1.5.5-M]
}

}  // namespace minimq::codec

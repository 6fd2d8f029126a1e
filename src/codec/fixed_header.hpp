// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/bytes.hpp"
#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// The first two to five bytes of every packet, chapter 2.1.
struct FixedHeader {
  PacketType type{};
  std::uint8_t flags{0};              ///< The low four bits of the first byte.
  std::uint8_t size{0};               ///< Of the fixed header itself, 2 to 5; 0: bytes are missing.
  std::uint32_t remaining_length{0};  ///< At most 268,435,455.

  [[nodiscard]] std::uint32_t packet_size() const { return size + remaining_length; }
};

/// Reads the fixed header at the front of `bytes`. Gives success, also while bytes of it are
/// missing (its size is 0 then); malformed_packet for packet type 0, for flags other than those of
/// table 2-2 (any for PUBLISH, which decode_publish checks) [MQTT-2.1.3-1], and for a length that
/// is not minimal or above four bytes [MQTT-1.5.5-1]. Whether a client may receive that type is the
/// engine's affair.
[[nodiscard]] ReasonCode decode_fixed_header(Bytes bytes, FixedHeader& header);

}  // namespace minimq::codec

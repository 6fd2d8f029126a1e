// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/bytes.hpp"

namespace minimq::codec {

/// A Variable Byte Integer at the front of some bytes.
struct Varint {
  enum class State : std::uint8_t {
    complete,
    incomplete,  ///< Bytes of it are missing.
    malformed,   ///< Not in its shortest form, or above four bytes [MQTT-1.5.5-1].
  };
  State state;
  std::uint8_t size;  ///< The bytes it takes; 0 unless complete.
  std::uint32_t value;
};

[[nodiscard]] Varint parse_varint(Bytes bytes);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// Reads the data types of chapter 1.5 from the front of a packet's body. The first error sticks:
/// from then on every read gives zero or nothing, and `error()` is asked once at the end.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_{bytes} {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  /// A number of `size` bytes, 1 to 4.
  std::uint32_t number(std::size_t size);
  /// Variable Byte Integer, in its shortest form only [MQTT-1.5.5-1].
  std::uint32_t varint();
  /// UTF-8 Encoded String: valid, without surrogates and U+0000 [MQTT-1.5.4-1], [MQTT-1.5.4-2]. A
  /// BOM is data [MQTT-1.5.4-3].
  std::string_view text();
  Bytes binary();
  Bytes take(std::size_t count);
  /// All that is left.
  Bytes take_rest() { return take(rest_.size()); }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] Bytes rest() const { return rest_; }
  [[nodiscard]] bool failed() const { return error_ != ReasonCode::success; }
  /// success while all is well.
  [[nodiscard]] ReasonCode error() const { return error_; }
  /// Makes the reader fail; the first error is kept, and nothing is left to read.
  void fail(ReasonCode code);
  /// Makes the reader fail as malformed_packet if anything is left.
  void end();

 private:
  Bytes rest_;
  ReasonCode error_{ReasonCode::success};
};

}  // namespace minimq::codec

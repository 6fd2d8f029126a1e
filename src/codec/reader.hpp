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
  explicit Reader(Bytes bytes) : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  /// A number of `size` bytes, 1 to 4.
  std::uint32_t number(std::size_t size);
  /// Variable Byte Integer, in its shortest form and of at most four bytes [MQTT-1.5.5-1],
  /// [MQTT-1.5.5-M].
  std::uint32_t varint();
  /// A packet identifier, which is never 0 (protocol_error) [MQTT-2.2.1-3].
  std::uint16_t packet_id();
  /// UTF-8 Encoded String: valid, without surrogates and U+0000 [MQTT-1.5.4-1], [MQTT-1.5.4-2]. A
  /// BOM is data [MQTT-1.5.4-3].
  std::string_view text();
  Bytes binary() { return take(u16()); }
  Bytes take(std::size_t count);
  /// All that is left.
  Bytes take_rest() { return take(left()); }

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] Bytes rest() const { return {at_, end_}; }
  [[nodiscard]] bool failed() const { return error_ != ReasonCode::success; }
  /// success while all is well.
  [[nodiscard]] ReasonCode error() const { return error_; }
  /// The first error was that bytes are missing.
  [[nodiscard]] bool cut() const { return cut_; }
  /// Makes the reader fail; the first error is kept, and nothing is left to read.
  void fail(ReasonCode code);
  /// Makes the reader fail as malformed_packet if anything is left. Gives `error()`.
  ReasonCode end();

 private:
  // Whether so much is left, which then is behind.
  [[nodiscard]] bool pass(std::size_t count);

  const std::byte* at_;
  const std::byte* end_;
  ReasonCode error_{ReasonCode::success};
  bool cut_{false};
};

}  // namespace minimq::codec

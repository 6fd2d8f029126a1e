// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/error.hpp"

namespace minimq::codec {

/// The bytes a Variable Byte Integer takes, 1 to 4.
[[nodiscard]] constexpr std::size_t varint_size(std::uint32_t value) {
  if (value < 128) return 1;
  if (value < 16'384) return 2;
  return value < 2'097'152 ? 3 : 4;
}
/// The largest Remaining Length.
inline constexpr std::uint32_t remaining_length_max = 268'435'455;

/// Writes the data types of chapter 1.5. The same function writes a packet twice: first to a new
/// writer, which checks and measures, then, after `into` or `gather`, to memory:
///
/// - into a span everything is copied;
/// - for a gather write numbers go to a small scratch, and texts and binary data are referred to
///   where they are. It begins at any byte offset of the packet and stops where the scratch or the
///   list of pieces is full; the rest is written by another one with a larger offset. So a packet
///   of any size leaves through a few bytes, and no secret in it is copied. One byte of scratch and
///   one piece are enough to get ahead.
class Writer {
 public:
  /// From here on what was measured is written. Nothing is ever written outside `space`.
  void into(std::span<std::byte> space);
  void gather(std::size_t offset, std::span<std::byte> scratch, std::span<Bytes> pieces);

  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  /// The `size` low bytes, 1 to 4.
  void number(std::uint32_t value, std::size_t size);
  void varint(std::uint32_t value);
  /// A length of two bytes, then the bytes. The given error: more than 65,535 of them.
  void binary(Bytes value, Error error);
  /// The same for a text that can be sent; see is_sendable_utf8(). The given error: it cannot.
  void text(std::string_view value, Error error);
  /// Bytes that somebody else writes.
  void count(std::size_t size) { size_ += size; }

  /// A Variable Byte Integer: the size of what is written from here to its `end_length`. Error:
  /// packet_too_large. There are at most three in a packet.
  [[nodiscard]] std::size_t begin_length();
  void end_length(std::size_t length);

  /// Whether this is the first time, in which all is checked.
  [[nodiscard]] bool measures() const { return space_.data() == nullptr; }
  /// The first error is kept.
  void fail(Error error);
  /// Error{}: none.
  [[nodiscard]] Error error() const { return error_; }
  /// All bytes so far, those included that a gather write has left out at either end.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The pieces of a gather write, none of them empty.
  [[nodiscard]] std::span<const Bytes> pieces() const { return pieces_.first(piece_count_); }

 private:
  void put(Bytes bytes, bool lasting);
  void add_piece(Bytes bytes, bool lasting);

  std::size_t size_{0};
  std::size_t offset_{0};
  std::span<std::byte> space_{};  // for all, or the scratch
  std::span<Bytes> pieces_{};
  std::array<std::uint32_t, 3> lengths_{};
  std::uint8_t length_count_{0};
  std::uint8_t piece_count_{0};
  Error error_{};
  bool full_{false};
};

}  // namespace minimq::codec

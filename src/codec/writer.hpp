// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "minimq/bytes.hpp"

namespace minimq::codec {

/// The bytes a Variable Byte Integer takes, 1 to 4.
[[nodiscard]] constexpr std::size_t varint_size(std::uint32_t value) {
  if (value < 128) return 1;
  if (value < 16'384) return 2;
  return value < 2'097'152 ? 3 : 4;
}
/// The largest Remaining Length.
inline constexpr std::uint32_t remaining_length_max = 268'435'455;

/// Writes the data types of chapter 1.5 into a span. Callers measure first and give a span that is
/// large enough; nothing is ever written outside it, and `overflowed()` tells of a caller that
/// measured wrong.
class Writer {
 public:
  explicit Writer(std::span<std::byte> space) : space_{space} {}

  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  /// The `size` low bytes, 1 to 4.
  void number(std::uint32_t value, std::size_t size);
  /// At most 268,435,455, which the caller has checked.
  void varint(std::uint32_t value);
  /// A length of two bytes, then the bytes; at most 65,535 of them, which the caller has checked.
  void text(std::string_view value) { binary(as_bytes(value)); }
  void binary(Bytes value);
  /// The bytes alone.
  void raw(Bytes value);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool overflowed() const { return size_ > space_.size(); }

 private:
  std::span<std::byte> space_;
  std::size_t size_{0};
};

}  // namespace minimq::codec

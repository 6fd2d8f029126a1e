// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "minimq/bytes.hpp"

namespace minimq::codec {

/// Writes a packet as pieces for a gather write: numbers into a small scratch, texts and binary
/// data as views of the caller's memory. It begins at any byte offset of the packet and stops where
/// the scratch or the list of pieces is full; the rest is written by another one with a larger
/// offset. So a packet of any size leaves through a few bytes, and no secret in it is copied. One
/// byte of scratch and one piece are enough to get ahead.
class GatherWriter {
 public:
  /// Leaves out the first `offset` bytes. With no room for pieces it only measures.
  GatherWriter(std::size_t offset, std::span<std::byte> scratch, std::span<Bytes> pieces);

  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  /// The `size` low bytes, 1 to 4.
  void number(std::uint32_t value, std::size_t size);
  void varint(std::uint32_t value);
  void text(std::string_view value) { binary(as_bytes(value)); }
  void binary(Bytes value);

  /// All bytes written so far, those left out at either end included.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The pieces, none of them empty.
  [[nodiscard]] std::span<const Bytes> pieces() const { return pieces_.first(piece_count_); }

 private:
  void generated(Bytes bytes);  // small and short-lived: copied to the scratch
  void borrowed(Bytes bytes);   // the caller's memory: referred to
  Bytes advance(Bytes bytes);   // what of the next bytes of the packet is wanted

  std::size_t offset_;
  std::span<std::byte> scratch_;
  std::span<Bytes> pieces_;
  std::size_t scratch_used_{0};
  std::size_t piece_count_{0};
  std::size_t size_{0};
  bool full_{false};
};

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/gather_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/writer.hpp"

namespace minimq::codec {

GatherWriter::GatherWriter(std::size_t offset, std::span<std::byte> scratch,
                           std::span<Bytes> pieces)
    : offset_{offset}, scratch_{scratch}, pieces_{pieces} {}

void GatherWriter::u8(std::uint8_t value) {
  number(value, 1);
}

void GatherWriter::u16(std::uint16_t value) {
  number(value, 2);
}

void GatherWriter::u32(std::uint32_t value) {
  number(value, 4);
}

void GatherWriter::varint(std::uint32_t value) {
  std::array<std::byte, 4> encoded;
  Writer writer{encoded};
  writer.varint(value);
  generated(Bytes{encoded}.first(std::min(writer.size(), encoded.size())));
}

void GatherWriter::binary(Bytes value) {
  u16(static_cast<std::uint16_t>(value.size()));
  borrowed(value);
}

void GatherWriter::number(std::uint32_t value, std::size_t size) {
  std::array<std::byte, 4> encoded;
  Writer{encoded}.u32(value);
  generated(Bytes{encoded}.last(size));
}

void GatherWriter::generated(Bytes bytes) {
  const Bytes wanted = advance(bytes);
  const std::size_t room = std::min(wanted.size(), scratch_.size() - scratch_used_);
  if (room < wanted.size()) full_ = true;
  if (room == 0) return;

  const std::span<std::byte> copy = scratch_.subspan(scratch_used_, room);
  // Numbers in a row are one piece.
  Bytes* const last = piece_count_ != 0 ? &pieces_[piece_count_ - 1] : nullptr;
  const bool joins = last != nullptr && scratch_used_ != 0 && &last->back() + 1 == copy.data();
  if (!joins && piece_count_ == pieces_.size()) {
    full_ = true;
    return;
  }
  std::memcpy(copy.data(), wanted.data(), room);
  scratch_used_ += room;
  if (joins) {
    *last = Bytes{last->data(), last->size() + room};
  } else {
    pieces_[piece_count_++] = copy;
  }
}

void GatherWriter::borrowed(Bytes bytes) {
  const Bytes wanted = advance(bytes);
  if (wanted.empty()) return;
  if (piece_count_ == pieces_.size()) {
    full_ = true;
    return;
  }
  pieces_[piece_count_++] = wanted;
}

Bytes GatherWriter::advance(Bytes bytes) {
  const std::size_t skipped = size_ < offset_ ? std::min(offset_ - size_, bytes.size()) : 0;
  size_ += bytes.size();
  return full_ ? Bytes{} : bytes.subspan(skipped);
}

}  // namespace minimq::codec

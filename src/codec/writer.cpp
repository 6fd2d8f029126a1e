// SPDX-License-Identifier: MIT
#include "codec/writer.hpp"

#include <algorithm>
#include <cstring>

#include "codec/utf8.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t field_size_max = 65'535;

}  // namespace

void Writer::into(std::span<std::byte> space) {
  space_ = space;
  size_ = 0;
  length_count_ = 0;
}

void Writer::gather(std::size_t offset, std::span<std::byte> scratch, std::span<Bytes> pieces) {
  into(scratch);
  offset_ = offset;
  pieces_ = pieces;
}

void Writer::number(std::uint32_t value, std::size_t size) {
  std::array<std::byte, 4> encoded;
  for (std::size_t i = size; i != 0; value >>= 8) {
    encoded[--i] = static_cast<std::byte>(value);
  }
  put(Bytes{encoded.data(), size}, false);
}

void Writer::varint(std::uint32_t value) {
  std::array<std::byte, 4> encoded;
  std::size_t size = 0;
  for (; value >= 0x80 && size < 3; value >>= 7) {
    encoded[size++] = static_cast<std::byte>(value | 0x80);
  }
  encoded[size++] = static_cast<std::byte>(value);
  put(Bytes{encoded.data(), size}, false);
}

void Writer::binary(Bytes value, Error error) {
  if (value.size() > field_size_max) fail(error);
  u16(static_cast<std::uint16_t>(value.size()));
  put(value, true);
}

void Writer::text(std::string_view value, Error error) {
  if (measures() && !is_sendable_utf8(value)) fail(error);
  binary(as_bytes(value), error);
}

std::size_t Writer::begin_length() {
  std::uint32_t& length = lengths_[length_count_];
  if (measures()) {
    length = static_cast<std::uint32_t>(size_);
  } else {
    varint(length);
  }
  return length_count_++;
}

void Writer::end_length(std::size_t length) {
  if (!measures()) return;
  const std::size_t size = size_ - lengths_[length];
  if (size > remaining_length_max) fail(Error::packet_too_large);
  lengths_[length] = static_cast<std::uint32_t>(size);
  size_ += varint_size(lengths_[length]);
}

void Writer::fail(Error error) {
  if (error_ == Error{}) error_ = error;
}

void Writer::put(Bytes bytes, bool lasting) {
  const std::size_t begin = size_;
  size_ += bytes.size();
  if (pieces_.data() != nullptr) {
    const std::size_t skipped = begin < offset_ ? std::min(offset_ - begin, bytes.size()) : 0;
    add_piece(bytes.subspan(skipped), lasting);
  } else if (!bytes.empty() && size_ <= space_.size()) {
    std::memcpy(&space_[begin], bytes.data(), bytes.size());
  }
}

// Short-lived bytes are copied to the scratch, where numbers in a row are one piece.
void Writer::add_piece(Bytes bytes, bool lasting) {
  if (full_ || bytes.empty()) return;
  if (!lasting) {
    const std::size_t room = std::min(bytes.size(), space_.size());
    full_ = room < bytes.size();
    if (room == 0) return;
    std::memcpy(space_.data(), bytes.data(), room);
    bytes = space_.first(room);
  }
  Bytes* const last = piece_count_ != 0 ? &pieces_[piece_count_ - 1u] : nullptr;
  if (!lasting && last != nullptr && last->data() + last->size() == bytes.data()) {
    *last = {last->data(), last->size() + bytes.size()};
  } else if (piece_count_ == pieces_.size()) {
    full_ = true;
    return;
  } else {
    pieces_[piece_count_++] = bytes;
  }
  if (!lasting) space_ = space_.subspan(bytes.size());
}

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/writer.hpp"

#include <cstring>

namespace minimq::codec {

void Writer::u8(std::uint8_t value) {
  number(value, 1);
}

void Writer::u16(std::uint16_t value) {
  number(value, 2);
}

void Writer::u32(std::uint32_t value) {
  number(value, 4);
}

void Writer::varint(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) {
    u8(static_cast<std::uint8_t>(value | 0x80));
  }
  u8(static_cast<std::uint8_t>(value));
}

void Writer::binary(Bytes value) {
  u16(static_cast<std::uint16_t>(value.size()));
  raw(value);
}

void Writer::raw(Bytes value) {
  if (value.empty() || overflowed()) return;  // memcpy wants no null pointer
  const std::size_t start = size_;
  size_ += value.size();
  if (!overflowed()) std::memcpy(&space_[start], value.data(), value.size());
}

void Writer::number(std::uint32_t value, std::size_t size) {
  for (std::size_t shift = size * 8; shift != 0;) {
    shift -= 8;
    if (size_ < space_.size()) space_[size_] = static_cast<std::byte>(value >> shift);
    if (!overflowed()) ++size_;
  }
}

}  // namespace minimq::codec

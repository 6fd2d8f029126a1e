// SPDX-License-Identifier: MIT
#include "codec/reader.hpp"

#include "codec/utf8.hpp"
#include "codec/varint.hpp"

namespace minimq::codec {

std::uint8_t Reader::u8() {
  return static_cast<std::uint8_t>(number(1));
}

std::uint16_t Reader::u16() {
  return static_cast<std::uint16_t>(number(2));
}

std::uint32_t Reader::u32() {
  return number(4);
}

std::uint32_t Reader::varint() {
  const Varint varint = parse_varint(rest_);
  if (varint.state != Varint::State::complete) {
    fail(ReasonCode::malformed_packet);
    return 0;
  }
  rest_ = rest_.subspan(varint.size);
  return varint.value;
}

std::string_view Reader::text() {
  const std::string_view text = as_text(binary());
  if (is_valid_utf8(text)) return text;
  fail(ReasonCode::malformed_packet);
  return {};
}

Bytes Reader::binary() {
  return take(u16());
}

Bytes Reader::take(std::size_t count) {
  if (count > rest_.size()) {
    fail(ReasonCode::malformed_packet);
    return {};
  }
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

void Reader::fail(ReasonCode code) {
  if (!failed()) error_ = code;
  rest_ = {};
}

void Reader::end() {
  if (left() != 0) fail(ReasonCode::malformed_packet);
}

std::uint32_t Reader::number(std::size_t size) {
  std::uint32_t value = 0;
  for (const std::byte byte : take(size)) {
    value = value << 8 | std::to_integer<std::uint32_t>(byte);
  }
  return value;
}

}  // namespace minimq::codec

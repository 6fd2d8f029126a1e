// SPDX-License-Identifier: MIT
#include "codec/reader.hpp"

#include "codec/utf8.hpp"

namespace minimq::codec {

std::uint32_t Reader::number(std::size_t size) {
  const std::byte* byte = at_;
  std::uint32_t value = 0;
  if (!pass(size)) return value;
  for (; byte != at_; ++byte) {
    value = value << 8 | std::to_integer<std::uint32_t>(*byte);
  }
  return value;
}

std::uint32_t Reader::varint() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint32_t byte = number(1);
    value |= (byte & 0x7F) << shift;
    if (byte == 0 && shift != 0) break;  // a shorter form says the same
    if (byte < 0x80) return value;
  }
  fail(ReasonCode::malformed_packet);
  return 0;
}

std::uint16_t Reader::packet_id() {
  const std::uint16_t id = u16();
  if (id == 0) fail(ReasonCode::protocol_error);
  return id;
}

std::string_view Reader::text() {
  const std::string_view text = as_text(binary());
  if (is_valid_utf8(text)) return text;
  fail(ReasonCode::malformed_packet);
  return {};
}

Bytes Reader::take(std::size_t count) {
  const std::byte* const from = at_;
  return pass(count) ? Bytes{from, count} : Bytes{};
}

bool Reader::pass(std::size_t count) {
  if (count > left()) {
    if (!failed()) cut_ = true;
    fail(ReasonCode::malformed_packet);
    return false;
  }
  at_ += count;
  return true;
}

void Reader::fail(ReasonCode code) {
  if (!failed()) error_ = code;
  at_ = end_;
}

ReasonCode Reader::end() {
  if (at_ != end_) fail(ReasonCode::malformed_packet);
  return error_;
}

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "support/judge/reader.hpp"

#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

std::string_view view_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The size of the sequence that begins with this byte, 0 if none does.
std::size_t sequence_size(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = sequence_size(at(i));
    if (size == 0 || size > text.size() - i) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((at(i + k) & 0xC0) != 0x80) return false;
    const unsigned pair = size < 3 ? 0u : at(i) * 256u + at(i + 1);
    const bool overlong = (size == 3 && pair < 0xE0A0) || (size == 4 && pair < 0xF090);
    const bool surrogate = size == 3 && pair >= 0xEDA0 && pair <= 0xEDBF;
    if (overlong || surrogate || pair > 0xF48F) return false;
    i += size;
  }
  return true;
}

}  // namespace

unsigned Reader::byte() {
  return std::to_integer<unsigned>(take(1).front());
}

std::uint16_t Reader::two() {
  const unsigned high = byte();
  return static_cast<std::uint16_t>(high * 256 + byte());
}

std::uint32_t Reader::four() {
  const std::uint32_t high = two();
  return high * 65'536 + two();
}

std::uint32_t Reader::variable() {
  std::uint32_t value = 0;
  for (std::uint32_t factor = 1; factor <= 128 * 128 * 128; factor *= 128) {
    const unsigned encoded = byte();
    value += (encoded % 128) * factor;
    if (encoded >= 128) continue;
    require(factor == 1 || encoded != 0, "1.5.5-1", "a variable byte integer that is not minimal");
    return value;
  }
  throw Violation{"1.5.5", "a variable byte integer of more than four bytes"};
}

Bytes Reader::take(std::size_t count) {
  require(count <= rest_.size(), "4.13.1", "the packet ends too early");
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::string_view Reader::binary() {
  return view_of(take(two()));
}

std::string_view Reader::text() {
  const std::string_view value = binary();
  require(value.find('\0') == std::string_view::npos, "1.5.4-2", "U+0000 in a text");
  require(is_utf8(value), "1.5.4-1", "a text that is not UTF-8");
  return value;
}

std::string_view Reader::all() {
  return view_of(take(rest_.size()));
}

std::uint16_t Reader::packet_id() {
  const std::uint16_t id = two();
  require(id != 0, "2.2.1-3", "a packet identifier of zero");
  return id;
}

}  // namespace minimq::judge

// SPDX-License-Identifier: MIT
#include "codec/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace minimq::codec {
namespace {

using Word = std::size_t;
constexpr Word ones = ~Word{0} / 0xFF;   // 0x01 in every byte
constexpr Word high_bits = ones * 0x80;  // 0x80 in every byte

// Whether a word of bytes is in 0x01 to 0x7F throughout. The subtraction sets the high bit of a
// zero, and beyond it at most those of bytes that are looked at again one by one.
bool is_plain(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return ((word | (word - ones)) & high_bits) == 0;
}

// The bytes of the character at the front of `bytes`, 0 if it is not valid.
std::size_t character_size(const char* bytes, std::size_t left) {
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead < 0xC2 || lead > 0xF4 || size > left) return 0;

  std::uint32_t code_point = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code_point = code_point << 6 | (byte & 0x3F);
  }
  if (size == 3 && (code_point < 0x800 || (code_point >= 0xD800 && code_point <= 0xDFFF))) return 0;
  if (size == 4 && (code_point < 0x1'0000 || code_point > 0x10'FFFF)) return 0;
  return size;
}

// Whether a valid character is a control character or a non-character.
bool is_discouraged(const char* bytes, std::size_t size) {
  const auto byte = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (size == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (size == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  // The last two of every plane end with these bytes; U+FDD0 to U+FDEF are others.
  const bool last_of_plane = byte(size - 2) == 0xBF && byte(size - 1) >= 0xBE;
  if (size == 4) return last_of_plane && (byte(1) & 0x0F) == 0x0F;
  const bool others = byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF;
  return byte(0) == 0xEF && (last_of_plane || others);
}

}  // namespace

bool is_sendable_utf8(std::string_view text) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); i += size) {
    size = character_size(&text[i], text.size() - i);
    if (size == 0 || is_discouraged(&text[i], size)) return false;
  }
  return true;
}

bool is_valid_utf8(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  while (left != 0) {
    const std::size_t size =
        left >= sizeof(Word) && is_plain(at) ? sizeof(Word) : character_size(at, left);
    if (size == 0) return false;
    at += size;
    left -= size;
  }
  return true;
}

}  // namespace minimq::codec

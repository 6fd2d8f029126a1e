// SPDX-License-Identifier: MIT
#include "support/hex.hpp"

#include <stdexcept>

namespace minimq::testing {

std::vector<std::byte> hex(std::string_view text) {
  const auto digit = [](char character) -> unsigned {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A' + 10);
    if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a' + 10);
    throw std::invalid_argument{"not a hexadecimal digit: " + std::string{character}};
  };
  std::vector<std::byte> bytes;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      quoted = !quoted;
    } else if (quoted) {
      bytes.push_back(static_cast<std::byte>(text[i]));
    } else if (text[i] != ' ' && text[i] != '\n') {
      if (i + 1 == text.size()) throw std::invalid_argument{"half a byte"};
      bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
      ++i;
    }
  }
  if (quoted) throw std::invalid_argument{"the quote is not closed"};
  return bytes;
}

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += ' ';
    text += digits[std::to_integer<std::size_t>(byte) >> 4];
    text += digits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

std::string as_hex(std::string_view text) {
  return to_hex(hex(text));
}

}  // namespace minimq::testing

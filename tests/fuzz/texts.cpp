// SPDX-License-Identifier: MIT
//
// UTF-8, topic names and topic filters against what the specification says, written once more in
// another way: by code points and by levels. The whole input is the text.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/topic.hpp"
#include "codec/utf8.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

namespace minimq::fuzz {
namespace {

using CodePoints = std::vector<std::uint32_t>;

// RFC 3629: the number of leading ones is the number of bytes. Nothing: ill-formed.
std::optional<CodePoints> decode(std::string_view text) {
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x1'0000};
  CodePoints points;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t size = 0;
    while (size < 8 && (lead << size & 0x80) != 0)
      ++size;
    if (size == 1 || size > 4) return std::nullopt;
    std::uint32_t point = size == 0 ? lead : lead & ((1u << (7 - size)) - 1);
    for (std::size_t i = 1; i < size; ++i) {
      if (at + i >= text.size()) return std::nullopt;
      const auto next = static_cast<unsigned char>(text[at + i]);
      if (next >> 6 != 2) return std::nullopt;
      point = point * 64 + next % 64;
    }
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    if (point < least[size] || point > 0x10'FFFF || surrogate) return std::nullopt;
    points.push_back(point);
    at += size == 0 ? 1 : size;
  }
  return points;
}

// [MQTT-1.5.4-2]
bool has_zero(const CodePoints& points) {
  return std::ranges::find(points, 0u) != points.end();
}

// Categories Cc and Cn of the 66 non-characters.
bool is_discouraged(std::uint32_t point) {
  return point <= 0x1F || (point >= 0x7F && point <= 0x9F) ||
         (point >= 0xFDD0 && point <= 0xFDEF) || point % 0x1'0000 >= 0xFFFE;
}

bool is_sendable(const std::optional<CodePoints>& points) {
  return points && std::ranges::none_of(*points, is_discouraged);
}

std::vector<std::string> levels_of(std::string_view filter) {
  std::vector<std::string> levels{""};
  for (const char character : filter) {
    if (character == '/') {
      levels.emplace_back();
    } else {
      levels.back() += character;
    }
  }
  return levels;
}

bool contains_wildcard(const std::string& text) {
  return text.find('+') != std::string::npos || text.find('#') != std::string::npos;
}

// [MQTT-4.7.1-1], [MQTT-4.7.1-2]
bool are_good_levels(const std::vector<std::string>& levels, std::size_t first) {
  for (std::size_t i = first; i < levels.size(); ++i) {
    const bool last = i + 1 == levels.size();
    if (contains_wildcard(levels[i]) && levels[i] != "+" && !(levels[i] == "#" && last)) {
      return false;
    }
  }
  return true;
}

// [MQTT-4.7.3-1], [MQTT-4.8.2-1], [MQTT-4.8.2-2]
bool is_filter(const std::vector<std::string>& levels, bool shared) {
  if (!shared) return (levels.size() > 1 || !levels[0].empty()) && are_good_levels(levels, 0);
  const bool has_name = !levels[1].empty() && !contains_wildcard(levels[1]);
  const bool has_filter = levels.size() > 3 || (levels.size() == 3 && !levels[2].empty());
  return has_name && has_filter && are_good_levels(levels, 2);
}

void check(std::string_view text) {
  const auto points = decode(text);
  const bool sendable = is_sendable(points);
  require(codec::is_valid_utf8(text) == (points && !has_zero(*points)), "is_valid_utf8");
  require(codec::is_sendable_utf8(text) == sendable, "is_sendable_utf8");

  const bool wildcard = contains_wildcard(std::string{text});
  const bool sized = text.size() <= 65'535;
  require(codec::has_wildcard(text) == wildcard, "has_wildcard");
  require(codec::is_valid_topic_name(text) == (!text.empty() && sized && sendable && !wildcard),
          "is_valid_topic_name");

  const auto levels = levels_of(text);
  const bool shared = levels.size() > 1 && levels[0] == "$share";
  const codec::FilterTraits traits = codec::examine_topic_filter(text);
  require(traits.valid == (sized && sendable && is_filter(levels, shared)), "valid");
  require(traits.wildcard == wildcard, "wildcard");
  require(traits.shared == shared || !traits.valid, "shared");
}

}  // namespace
}  // namespace minimq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = minimq::as_text(minimq::fuzz::Input{data, size}.rest());
  minimq::fuzz::check(text);
  // Whatever stands in front of it, a word may begin at each of its bytes.
  const std::string moved = std::string(size % 8, 'x') + std::string{text};
  minimq::fuzz::check(moved);
  return 0;
}

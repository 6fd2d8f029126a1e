// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware {

/// The payload of message `number` of a burst: the number, a space, and letters that follow from
/// it. firmware/host/content.py makes the same.
class Content {
 public:
  static constexpr std::size_t letter_count = 24;

  explicit Content(std::uint32_t number) {
    char* const digits_end = std::to_chars(text_.data(), text_.data() + 10, number).ptr;
    *digits_end = ' ';
    for (std::size_t i = 0; i < letter_count; ++i)
      digits_end[1 + i] = static_cast<char>('a' + (number * 7 + i * i) % 26);
    size_ = static_cast<std::size_t>(digits_end - text_.data()) + 1 + letter_count;
  }

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 10 + 1 + letter_count> text_;
  std::size_t size_;
};

/// The number a text begins with; nothing if it begins with none.
[[nodiscard]] inline std::optional<std::uint32_t> leading_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ec != std::errc{}) return std::nullopt;
  return number;
}

/// Checks a burst as it arrives.
class Tally {
 public:
  void add(std::string_view text) {
    const auto number = leading_number(text);
    if (!number || Content{*number}.text() != text) {
      ++wrong;
      return;
    }
    ++arrived;
    if (*number < next_) {
      ++repeated;
      return;
    }
    missing += *number - next_;
    next_ = *number + 1;
  }

  std::uint32_t arrived{0};
  std::uint32_t repeated{0};  ///< Came again, as QoS 1 permits.
  std::uint32_t missing{0};
  std::uint32_t wrong{0};  ///< Not what was sent.

 private:
  std::uint32_t next_{0};
};

}  // namespace firmware

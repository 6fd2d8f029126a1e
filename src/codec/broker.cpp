// SPDX-License-Identifier: MIT
#include "minimq/broker.hpp"

#include <cstddef>
#include <optional>

namespace minimq {
namespace {

constexpr std::size_t host_name_size_max = 253;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

bool is_hex_digit(char character) {
  return is_digit(character) || (lower(character) >= 'a' && lower(character) <= 'f');
}

// What host names are made of, and the names of network interfaces.
bool is_name_character(char character) {
  return is_digit(character) || (lower(character) >= 'a' && lower(character) <= 'z') ||
         character == '-' || character == '.' || character == '_';
}

std::size_t count_of(std::string_view text, char wanted) {
  std::size_t count = 0;
  for (const char character : text) {
    if (character == wanted) ++count;
  }
  return count;
}

// Where `wanted` stands first; the size of the text if it does not.
std::size_t index_of(std::string_view text, char wanted) {
  std::size_t index = 0;
  while (index < text.size() && text[index] != wanted) {
    ++index;
  }
  return index;
}

std::string_view first(std::string_view text, std::size_t count) {
  return {text.data(), count};
}

std::string_view without_first(std::string_view text, std::size_t count) {
  text.remove_prefix(count);
  return text;
}

// Takes a prefix, given in lower case, off the text.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != prefix[i]) return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

// Takes a decimal number without a sign or leading zeros off the text.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t maximum) {
  std::uint32_t number = 0;
  std::size_t size = 0;
  for (; size < text.size() && is_digit(text[size]); ++size) {
    if (size != 0 && number == 0) return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(text[size] - '0');
    if (number > maximum) return std::nullopt;
  }
  text.remove_prefix(size);
  if (size == 0) return std::nullopt;
  return number;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > host_name_size_max) return false;
  char before = '.';
  for (const char character : text) {
    if (!is_name_character(character) || (character == '.' && before == '.')) return false;
    before = character;
  }
  return true;
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    if (part != 0 && !take_prefix(text, ".")) return false;
    if (!take_number(text, 255)) return false;
  }
  return text.empty();
}

// Eight groups of hexadecimal digits; `::` stands for missing ones, and the last two may be a
// dotted quad.
bool is_ipv6_without_zone(std::string_view text) {
  std::size_t groups = 0;
  bool has_gap = false;
  while (!text.empty()) {
    if (take_prefix(text, "::")) {
      if (has_gap) return false;
      has_gap = true;
      if (text.empty()) break;
    } else if (groups != 0 && !take_prefix(text, ":")) {
      return false;
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_hex_digit(text[digits])) {
      ++digits;
    }
    if (digits == 0 || digits > 4) return false;
    if (digits < text.size() && text[digits] == '.') {
      groups += 2;
      if (!is_ipv4(text)) return false;
      break;
    }
    ++groups;
    text.remove_prefix(digits);
  }
  return has_gap ? groups < 8 : groups == 8;
}

bool is_ipv6(std::string_view text) {
  const std::size_t size = index_of(text, '%');
  if (size < text.size() && !is_host_name(without_first(text, size + 1))) return false;
  return is_ipv6_without_zone(first(text, size));
}

// `:port`, or nothing; an invalid one is 0.
std::uint16_t parse_port(std::string_view text, std::uint16_t default_port) {
  if (text.empty()) return default_port;
  if (!take_prefix(text, ":")) return 0;
  const std::optional<std::uint32_t> port = take_number(text, 65'535);
  return port && text.empty() ? static_cast<std::uint16_t>(*port) : std::uint16_t{0};
}

}  // namespace

Broker Broker::parse(std::string_view text) {
  Broker broker;
  std::string_view path = text;
  if (take_prefix(path, "unix:") && !path.empty() && path[0] == '/') {
    if (count_of(path, '\0') != 0) return {};
    broker.host_ = path;
    broker.form_ = Form::path;
    return broker;
  }

  broker.tls_ = take_prefix(text, "mqtts://");
  if (!broker.tls_) take_prefix(text, "mqtt://");
  const std::uint16_t default_port_of_scheme = broker.tls_ ? default_tls_port : default_port;
  if (take_prefix(text, "[")) {
    const std::size_t size = index_of(text, ']');
    if (size == text.size()) return {};
    broker.host_ = first(text, size);
    broker.port_ = parse_port(without_first(text, size + 1), default_port_of_scheme);
    if (!is_ipv6(broker.host_)) return {};
  } else if (count_of(text, ':') > 1) {
    broker.host_ = text;
    broker.port_ = default_port_of_scheme;
    if (!is_ipv6(text)) return {};
  } else {
    const std::size_t size = index_of(text, ':');
    broker.host_ = first(text, size);
    broker.port_ = parse_port(without_first(text, size), default_port_of_scheme);
    if (!is_host_name(broker.host_)) return {};
  }
  if (broker.port_ == 0) return {};
  broker.form_ = Form::host;
  return broker;
}

}  // namespace minimq

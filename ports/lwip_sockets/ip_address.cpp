// SPDX-License-Identifier: MIT
#include <minimq/sockets/ip_address.hpp>

#include <algorithm>
#include <cstddef>
#include <lwip/ip_addr.h>

#include "socket_address.hpp"

namespace minimq::sockets {

namespace {

// Room for the longest IPv6 address with the name of an interface, and its end.
constexpr std::size_t text_size_max = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// lwIP itself also takes `10.1`, `0x0a000001`, and numbers with something behind them.
bool looks_like_v4(std::string_view text) {
  const auto known = [](char c) { return c == '.' || is_digit(c); };
  return std::ranges::all_of(text, known) && std::ranges::count(text, '.') == 3;
}

bool looks_like_v6(std::string_view text) {
  const auto known = [](char c) { return c == ':' || c == '.' || is_hexadecimal(c); };
  const auto rest = std::ranges::find_if_not(text, known);
  return text.contains(':') && (rest == text.end() || *rest == '%');
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() >= text_size_max || text.contains('\0')) return std::nullopt;
  if (!looks_like_v4(text) && !looks_like_v6(text)) return std::nullopt;
  std::array<char, text_size_max> copy;
  *std::ranges::copy(text, copy.begin()).out = '\0';
  ip_addr_t address;
  ip_addr_set_zero(&address);
  if (::ipaddr_aton(copy.data(), &address) == 0) return std::nullopt;
  return lwip_sockets::from_lwip(address);
}

}  // namespace minimq::sockets

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace minimq::sockets {

/// An IPv4 or IPv6 address, without a port.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< In network order; an IPv4 address has the first four.
  std::uint32_t scope{0};                ///< IPv6: the interface of a link-local address, or 0.
  bool v6{false};

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Reads `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`; nothing if the text is not a numeric
/// address.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);

}  // namespace minimq::sockets

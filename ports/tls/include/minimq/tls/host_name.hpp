// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace minimq::tls {

/// Whether a DNS name of a certificate (`dNSName` of its Subject Alternative Name) is one for
/// `host`. Letters are compared without case, a dot at the end of `host` does not count.
///
/// `*` stands for exactly one whole label, the first one, and only with two labels or more behind
/// it: `*.com` covers nothing, although several TLS libraries accept it. A numeric address is
/// covered by no DNS name.
[[nodiscard]] bool name_covers(std::string_view certificate_name, std::string_view host);

/// An IPv4 or IPv6 address as certificates have it (`iPAddress`).
struct NumericAddress {
  std::array<std::byte, 16> storage{};
  std::uint8_t size{0};  ///< 4 or 16.

  [[nodiscard]] Bytes bytes() const { return Bytes{storage}.first(size); }
};

/// The address, if `host` is one: `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`; a scope behind
/// `%` does not count. An address is never sent as Server Name Indication.
[[nodiscard]] std::optional<NumericAddress> parse_numeric_address(std::string_view host);

}  // namespace minimq::tls

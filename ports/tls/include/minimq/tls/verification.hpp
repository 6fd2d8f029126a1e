// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace minimq::tls {

/// Whether the broker has to prove who it is.
enum class Verification : std::uint8_t {
  /// The chain up to a known authority, the dates and the host name; or the pre-shared key.
  required,
  /// Nobody is kept out: whoever is on the way reads and changes everything, passwords included.
  /// For experiments at the desk.
  none_this_connection_is_not_secure,
};

}  // namespace minimq::tls

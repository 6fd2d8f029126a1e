// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace minimq {

/// The level of delivery of a message.
enum class QoS : std::uint8_t {
  at_most_once = 0,   ///< Sent once; lost with the connection.
  at_least_once = 1,  ///< Sent again after a reconnect until acknowledged; may arrive twice.
  exactly_once = 2,   ///< Sent again after a reconnect, and arrives once.
};

}  // namespace minimq

// SPDX-License-Identifier: MIT
#pragma once

#include <expected>

#include "minimq/reason.hpp"

namespace minimq::codec {

/// A parsed value, right by construction, or the reason code to disconnect with: malformed_packet
/// (0x81), protocol_error (0x82) or a more specific one.
template <class T>
using Decoded = std::expected<T, ReasonCode>;

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// A received AUTH. Views of the packet.
struct Auth {
  ReasonCode reason{ReasonCode::success};
  std::string_view method{};
  Bytes data{};
};

/// Gives success, malformed_packet (lengths) or protocol_error (a reason code that a server may not
/// send [MQTT-3.15.2-1], no method although the packet has a body).
[[nodiscard]] ReasonCode decode_auth(Bytes body, Auth& auth);

/// Writes a whole AUTH. Errors: property_invalid.
void write_auth(Writer& writer, ReasonCode reason, std::span<const Property> properties);

}  // namespace minimq::codec

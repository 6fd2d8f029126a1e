// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// A received DISCONNECT. Views of the packet.
struct Disconnect {
  ReasonCode reason{ReasonCode::normal_disconnection};
  Properties properties{};
};

/// Gives success, malformed_packet (lengths) or protocol_error (a reason code that a server may not
/// send [MQTT-3.14.2-1], a Session Expiry Interval [MQTT-3.14.2-2]).
[[nodiscard]] ReasonCode decode_disconnect(Bytes body, Disconnect& disconnect);

/// Writes a whole DISCONNECT; with properties, its reason code as well. Errors: reason_code_invalid
/// (not one that a client may send), property_invalid.
void write_disconnect(Writer& writer, ReasonCode reason, std::span<const Property> properties);

/// Whether a client may send this reason code in DISCONNECT.
[[nodiscard]] bool may_disconnect_with(ReasonCode reason);

}  // namespace minimq::codec

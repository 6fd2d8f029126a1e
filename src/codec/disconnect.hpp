// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "codec/decoded.hpp"
#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"

namespace minimq::codec {

/// A received DISCONNECT. Views of the packet.
struct Disconnect {
  ReasonCode reason{ReasonCode::normal_disconnection};
  std::string_view reason_string{};
  std::string_view server_reference{};
  Properties properties{};
};

/// Errors: malformed_packet (lengths), protocol_error (a reason code that a server may not send
/// [MQTT-3.14.2-1], a Session Expiry Interval [MQTT-3.14.2-2]).
[[nodiscard]] Decoded<Disconnect> decode_disconnect(Bytes body);

/// Measures a DISCONNECT from the reason code on; 0 where a bare one says it all. Errors:
/// reason_code_invalid (not one that a client may send), property_invalid.
[[nodiscard]] Result<std::size_t> measure_disconnect(ReasonCode reason,
                                                     std::span<const Property> properties);
/// Writes a whole DISCONNECT of that Remaining Length.
void write_disconnect(Writer& writer, ReasonCode reason, std::span<const Property> properties,
                      std::size_t remaining_length);

}  // namespace minimq::codec

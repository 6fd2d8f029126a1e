// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "codec/decoded.hpp"
#include "codec/gather_writer.hpp"
#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"

namespace minimq::codec {

/// A received AUTH. Views of the packet.
struct Auth {
  ReasonCode reason{ReasonCode::success};
  std::string_view method{};
  Bytes data{};
  Properties properties{};
};

/// Errors: malformed_packet (lengths), protocol_error (a reason code that a server may not send
/// [MQTT-3.15.2-1], no method although the packet has a body).
[[nodiscard]] Decoded<Auth> decode_auth(Bytes body);

/// Measures an AUTH from the reason code on. Errors: reason_code_invalid (only 0x18 and 0x19 are a
/// client's), property_invalid (also: no Authentication Method).
[[nodiscard]] Result<std::size_t> measure_auth(ReasonCode reason,
                                               std::span<const Property> properties);
/// Writes a whole AUTH of that Remaining Length.
void write_auth(Writer& writer, ReasonCode reason, std::span<const Property> properties,
                std::size_t remaining_length);
/// The same from the caller's memory, for properties that are right.
void write_auth(GatherWriter& writer, ReasonCode reason, std::span<const Property> properties);

}  // namespace minimq::codec

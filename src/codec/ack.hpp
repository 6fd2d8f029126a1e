// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "codec/decoded.hpp"
#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// A received PUBACK, PUBREC, PUBREL or PUBCOMP.
struct Ack {
  std::uint16_t packet_id{0};
  ReasonCode reason{ReasonCode::success};
  Properties properties{};
};

/// `type` is one of the four. Errors: malformed_packet (lengths), protocol_error (packet identifier
/// 0, a reason code that this packet does not have [MQTT-3.4.2-1], [MQTT-3.5.2-1], [MQTT-3.6.2-1],
/// [MQTT-3.7.2-1]).
[[nodiscard]] Decoded<Ack> decode_ack(PacketType type, Bytes body);

/// Writes one of the four in its shortest form: 4 bytes on success, 5 with another reason code.
void write_ack(Writer& writer, PacketType type, std::uint16_t packet_id, ReasonCode reason);

/// Whether a client may send this reason code in a PUBACK or PUBREC.
[[nodiscard]] bool may_acknowledge_with(ReasonCode reason);

}  // namespace minimq::codec

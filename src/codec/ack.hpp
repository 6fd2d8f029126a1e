// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// A received PUBACK, PUBREC, PUBREL or PUBCOMP.
struct Ack {
  std::uint16_t packet_id{0};
  ReasonCode reason{ReasonCode::success};
  Properties properties{};
};

/// `type` is one of the four. Gives success, malformed_packet (lengths) or protocol_error (packet
/// identifier 0, a reason code that this packet does not have [MQTT-3.4.2-1], [MQTT-3.5.2-1],
/// [MQTT-3.6.2-1], [MQTT-3.7.2-1]).
[[nodiscard]] ReasonCode decode_ack(PacketType type, Bytes body, Ack& ack);

/// Whether a client may send this reason code in a PUBACK or PUBREC.
[[nodiscard]] bool may_acknowledge_with(ReasonCode reason);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/message.hpp"
#include "minimq/publication.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// The low four bits of a PUBLISH's first byte.
inline constexpr std::uint8_t publish_dup = 0x08;
inline constexpr std::uint8_t publish_retain = 0x01;

using detail::Publish;

/// `flags` are the low four bits of the first byte, `body` what follows the fixed header. Gives
/// success; malformed_packet (QoS 3 [MQTT-3.3.1-4], DUP at QoS 0 [MQTT-3.3.1-2], bad text,
/// lengths); protocol_error (packet identifier 0, wildcards in the topic [MQTT-3.3.2-2] or the
/// response topic [MQTT-3.3.2-14], empty topic without alias, properties); topic_alias_invalid
/// (alias 0 [MQTT-3.3.2-8]).
[[nodiscard]] ReasonCode decode_publish(std::uint8_t flags, Bytes body, Publish& publish);

/// The part of a PUBLISH up to its packet identifier, where the rest does not fit the buffer:
/// `body` may be cut behind that. Errors as for decode_publish; an empty topic is always a
/// protocol_error, because no alias can be seen.
[[nodiscard]] ReasonCode decode_publish_head(std::uint8_t flags, Bytes body, Publish& publish);

/// Writes the fixed and the variable header of a PUBLISH; the payload is counted, and for somebody
/// else to be written. DUP is 0 [MQTT-4.3.2-2], [MQTT-4.3.3-2]. With an alias the topic may be
/// empty. Errors: qos_not_supported (no such QoS), topic_name_invalid, response_topic_invalid,
/// property_invalid (also a Response Topic or Correlation Data that is there twice),
/// packet_too_large.
void write_publish(Writer& writer, const Publication& publication, QoS qos, std::uint16_t packet_id,
                   std::size_t payload_size, std::uint16_t alias = 0);

}  // namespace minimq::codec

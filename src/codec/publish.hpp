// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/decoded.hpp"
#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/publication.hpp"

namespace minimq::codec {

/// The low four bits of a PUBLISH's first byte.
inline constexpr std::uint8_t publish_dup = 0x08;
inline constexpr std::uint8_t publish_retain = 0x01;

/// A received PUBLISH. Views of the packet.
struct Publish {
  std::string_view topic{};
  Bytes payload{};
  Properties properties{};
  std::uint16_t packet_id{0};    ///< 0 at QoS 0 [MQTT-2.2.1-2].
  std::uint16_t topic_alias{0};  ///< 0: none.
  QoS qos{QoS::at_most_once};
  bool retain{false};
  bool duplicate{false};
};

/// `flags` are the low four bits of the first byte, `body` what follows the fixed header. Errors:
/// malformed_packet (QoS 3 [MQTT-3.3.1-4], DUP at QoS 0 [MQTT-3.3.1-2], bad text, lengths),
/// protocol_error (packet identifier 0, wildcards in the topic [MQTT-3.3.2-2] or the response topic
/// [MQTT-3.3.2-14], empty topic without alias, properties), topic_alias_invalid (alias 0
/// [MQTT-3.3.2-8]).
[[nodiscard]] Decoded<Publish> decode_publish(std::uint8_t flags, Bytes body);

/// The part of a PUBLISH up to its packet identifier, where the rest does not fit the buffer:
/// `body` may be cut behind that. Errors as for decode_publish; an empty topic is always a
/// protocol_error, because no alias can be seen.
[[nodiscard]] Decoded<Publish> decode_publish_head(std::uint8_t flags, Bytes body);

/// The sizes of a PUBLISH to be sent.
struct PublishLayout {
  std::size_t properties;       ///< All of them, without the length field.
  std::size_t variable_header;  ///< Topic, packet identifier, property length and properties.
};

/// Checks everything but the payload, and measures. Errors: topic_name_invalid,
/// response_topic_invalid, property_invalid (also a Response Topic or Correlation Data that is
/// there twice), qos_not_supported (no such QoS), packet_too_large (without any payload already).
[[nodiscard]] Result<PublishLayout> measure_publish(const Publication& publication, QoS qos);

/// Writes the fixed and the variable header of a publication that was measured, for a payload with
/// which the Remaining Length is at most 268,435,455. DUP is 0 [MQTT-4.3.2-2], [MQTT-4.3.3-2].
void write_publish_head(Writer& writer, const Publication& publication, QoS qos,
                        std::uint16_t packet_id, const PublishLayout& layout,
                        std::size_t payload_size);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/decoded.hpp"
#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/publication.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// Checks a SUBSCRIBE and measures it from the packet identifier on. Errors: topic_filter_invalid
/// (an empty list, a bad filter, No Local with a shared subscription [MQTT-3.8.3-4]),
/// property_invalid, packet_too_large.
[[nodiscard]] Result<std::size_t> measure_subscribe(std::span<const TopicFilter> filters,
                                                    std::span<const Property> properties);
/// Writes a whole SUBSCRIBE of that Remaining Length [MQTT-3.8.1-1].
void write_subscribe(Writer& writer, std::uint16_t packet_id, std::span<const TopicFilter> filters,
                     std::span<const Property> properties, std::size_t remaining_length);

/// The same for UNSUBSCRIBE [MQTT-3.10.1-1], [MQTT-3.10.3-2].
[[nodiscard]] Result<std::size_t> measure_unsubscribe(std::span<const std::string_view> filters,
                                                      std::span<const Property> properties);
void write_unsubscribe(Writer& writer, std::uint16_t packet_id,
                       std::span<const std::string_view> filters,
                       std::span<const Property> properties, std::size_t remaining_length);

/// The filters in a SUBSCRIBE or UNSUBSCRIBE that this codec wrote.
[[nodiscard]] std::size_t count_filters(Bytes packet);

/// A received SUBACK or UNSUBACK: one reason code for each filter, in their order [MQTT-3.9.3-1].
struct SubscriptionAck {
  std::uint16_t packet_id{0};
  Properties properties{};
  Bytes reasons{};
};

/// `type` is suback or unsuback. Errors: malformed_packet (lengths, no reason code at all),
/// protocol_error (packet identifier 0, a reason code that is not listed [MQTT-3.9.3-2],
/// [MQTT-3.11.3-2]).
[[nodiscard]] Decoded<SubscriptionAck> decode_subscription_ack(PacketType type, Bytes body);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/publication.hpp"
#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// What a SUBSCRIBE asks of a broker that not every broker does; a bit for each.
struct SubscribeNeeds {
  static constexpr std::uint8_t wildcard = 1;
  static constexpr std::uint8_t shared = 2;
  static constexpr std::uint8_t identifier = 4;
};

/// Writes a whole SUBSCRIBE [MQTT-3.8.1-1], and gives what it asks for. Errors:
/// topic_filter_invalid (an empty list, a bad filter, No Local with a shared subscription
/// [MQTT-3.8.3-4]), property_invalid, packet_too_large.
std::uint8_t write_subscribe(Writer& writer, std::uint16_t packet_id,
                             std::span<const TopicFilter> filters,
                             std::span<const Property> properties);

/// The same for UNSUBSCRIBE [MQTT-3.10.1-1], [MQTT-3.10.3-2].
void write_unsubscribe(Writer& writer, std::uint16_t packet_id,
                       std::span<const std::string_view> filters,
                       std::span<const Property> properties);

/// The filters in a SUBSCRIBE or UNSUBSCRIBE that this codec wrote.
[[nodiscard]] std::size_t count_filters(Bytes packet);

/// A received SUBACK or UNSUBACK: one reason code for each filter, in their order [MQTT-3.9.3-1].
struct SubscriptionAck {
  std::uint16_t packet_id{0};
  Properties properties{};
  Bytes reasons{};
};

/// `type` is suback or unsuback. Gives success, malformed_packet (lengths, no reason code at all)
/// or protocol_error (packet identifier 0, a reason code that is not listed [MQTT-3.9.3-2],
/// [MQTT-3.11.3-2]).
[[nodiscard]] ReasonCode decode_subscription_ack(PacketType type, Bytes body, SubscriptionAck& ack);

}  // namespace minimq::codec

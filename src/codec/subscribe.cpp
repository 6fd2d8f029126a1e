// SPDX-License-Identifier: MIT
#include "codec/subscribe.hpp"

#include <algorithm>

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"
#include "codec/topic.hpp"
#include "minimq/build.hpp"

namespace minimq::codec {
namespace {

constexpr std::uint8_t subscribe_first_byte = 0x82;
constexpr std::uint8_t unsubscribe_first_byte = 0xA2;

// The reserved bits stay 0 [MQTT-3.8.3-3], [MQTT-3.8.3-5], [MQTT-3.3.1-10], [MQTT-3.3.1-11].
std::uint8_t options_of(const TopicFilter& filter) {
  return static_cast<std::uint8_t>(
      static_cast<unsigned>(std::min(filter.maximum_qos, build::highest_qos)) |
      (filter.no_local ? 0x04u : 0u) | (filter.retain_as_published ? 0x08u : 0u) |
      static_cast<unsigned>(filter.retain_handling) << 4);
}

// [MQTT-3.8.3-1], [MQTT-3.8.3.1-M]
bool is_good_filter(const TopicFilter& filter, const FilterTraits& traits) {
  return traits.valid && !(traits.shared && filter.no_local) &&
         filter.maximum_qos <= QoS::exactly_once &&
         filter.retain_handling <= RetainHandling::do_not_send;
}

// What stands in front of the filters [MQTT-3.8.3-2], [MQTT-3.10.3-2].
std::size_t write_head(Writer& writer, std::uint8_t first_byte, std::uint16_t packet_id,
                       std::span<const Property> properties, Carrier carrier, bool has_filters) {
  if (!has_filters) writer.fail(Error::topic_filter_invalid);
  writer.u8(first_byte);
  const std::size_t remaining_length = writer.begin_length();
  writer.u16(packet_id);
  write_properties(writer, carrier, properties, Error::property_invalid);
  return remaining_length;
}

}  // namespace

std::uint8_t write_subscribe(Writer& writer, std::uint16_t packet_id,
                             std::span<const TopicFilter> filters,
                             std::span<const Property> properties) {
  std::uint8_t needs = 0;
  for (const Property& property : properties) {
    if (property.id() == PropertyId::subscription_identifier) needs |= SubscribeNeeds::identifier;
  }
  const std::size_t remaining_length = write_head(writer, subscribe_first_byte, packet_id,
                                                  properties, Carrier::subscribe, !filters.empty());
  for (const TopicFilter& filter : filters) {
    const FilterTraits traits = examine_topic_filter(filter.filter);
    if (!is_good_filter(filter, traits)) writer.fail(Error::topic_filter_invalid);
    if (traits.wildcard) needs |= SubscribeNeeds::wildcard;
    if (traits.shared) needs |= SubscribeNeeds::shared;
    writer.binary(as_bytes(filter.filter), Error::topic_filter_invalid);
    writer.u8(options_of(filter));
  }
  writer.end_length(remaining_length);
  return needs;
}

// [MQTT-3.10.3-1], [MQTT-3.10.3-2]
void write_unsubscribe(Writer& writer, std::uint16_t packet_id,
                       std::span<const std::string_view> filters,
                       std::span<const Property> properties) {
  const std::size_t remaining_length =
      write_head(writer, unsubscribe_first_byte, packet_id, properties, Carrier::unsubscribe,
                 !filters.empty());
  for (const std::string_view filter : filters) {
    if (!examine_topic_filter(filter).valid) writer.fail(Error::topic_filter_invalid);
    writer.binary(as_bytes(filter), Error::topic_filter_invalid);
  }
  writer.end_length(remaining_length);
}

std::size_t count_filters(Bytes packet) {
  Reader reader{packet};
  const bool has_options = reader.u8() >> 4 == static_cast<unsigned>(PacketType::subscribe);
  static_cast<void>(reader.varint());
  static_cast<void>(reader.u16());
  static_cast<void>(reader.take(reader.varint()));
  std::size_t count = 0;
  for (; reader.left() != 0; ++count) {
    static_cast<void>(reader.binary());
    if (has_options) static_cast<void>(reader.u8());
  }
  return count;
}

ReasonCode decode_subscription_ack(PacketType type, Bytes body, SubscriptionAck& ack) {
  Reader reader{body};
  ack.packet_id = reader.packet_id();
  ack.properties = read_properties(reader, Carrier::received_ack);
  ack.reasons = reader.take_rest();
  if (ack.reasons.empty()) reader.fail(ReasonCode::malformed_packet);
  const ReasonPlace place =
      type == PacketType::suback ? ReasonPlace::suback : ReasonPlace::unsuback;
  for (const std::byte reason : ack.reasons) {
    check_reason(reader, static_cast<ReasonCode>(reason), place);
  }
  return reader.error();
}

}  // namespace minimq::codec

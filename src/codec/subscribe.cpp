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

constexpr std::size_t packet_id_size = 2;
constexpr std::size_t length_size = 2;
constexpr std::size_t options_size = 1;
constexpr std::uint8_t subscribe_first_byte = 0x82;
constexpr std::uint8_t unsubscribe_first_byte = 0xA2;

// The size of what stands in front of the filters.
Result<std::size_t> measure_head(std::span<const Property> properties, Carrier carrier) {
  const Result<std::size_t> size = measure_properties(properties, carrier);
  if (!size) return size;
  return packet_id_size + property_block_size(*size);
}

void write_head(Writer& writer, std::uint8_t first_byte, std::uint16_t packet_id,
                std::span<const Property> properties, std::size_t remaining_length) {
  writer.u8(first_byte);
  writer.varint(static_cast<std::uint32_t>(remaining_length));
  writer.u16(packet_id);
  write_property_block(writer, properties);
}

// [MQTT-3.8.3-1], [MQTT-3.8.3.1-M]
bool is_good_filter(const TopicFilter& filter) {
  const FilterTraits traits = examine_topic_filter(filter.filter);
  return traits.valid && !(traits.shared && filter.no_local) &&
         filter.maximum_qos <= QoS::exactly_once &&
         filter.retain_handling <= RetainHandling::do_not_send;
}

// The reserved bits stay 0 [MQTT-3.8.3-3], [MQTT-3.8.3-5], [MQTT-3.3.1-10], [MQTT-3.3.1-11].
std::uint8_t options_of(const TopicFilter& filter) {
  return static_cast<std::uint8_t>(
      static_cast<unsigned>(std::min(filter.maximum_qos, build::highest_qos)) |
      (filter.no_local ? 0x04u : 0u) | (filter.retain_as_published ? 0x08u : 0u) |
      static_cast<unsigned>(filter.retain_handling) << 4);
}

}  // namespace

// [MQTT-3.8.3-2]
Result<std::size_t> measure_subscribe(std::span<const TopicFilter> filters,
                                      std::span<const Property> properties) {
  if (filters.empty()) return std::unexpected{Error::topic_filter_invalid};
  Result<std::size_t> size = measure_head(properties, Carrier::subscribe);
  if (!size) return size;
  for (const TopicFilter& filter : filters) {
    if (!is_good_filter(filter)) return std::unexpected{Error::topic_filter_invalid};
    *size += length_size + filter.filter.size() + options_size;
    if (*size > remaining_length_max) return std::unexpected{Error::packet_too_large};
  }
  return size;
}

void write_subscribe(Writer& writer, std::uint16_t packet_id, std::span<const TopicFilter> filters,
                     std::span<const Property> properties, std::size_t remaining_length) {
  write_head(writer, subscribe_first_byte, packet_id, properties, remaining_length);
  for (const TopicFilter& filter : filters) {
    writer.text(filter.filter);
    writer.u8(options_of(filter));
  }
}

// [MQTT-3.10.3-1], [MQTT-3.10.3-2]
Result<std::size_t> measure_unsubscribe(std::span<const std::string_view> filters,
                                        std::span<const Property> properties) {
  if (filters.empty()) return std::unexpected{Error::topic_filter_invalid};
  Result<std::size_t> size = measure_head(properties, Carrier::unsubscribe);
  if (!size) return size;
  for (const std::string_view filter : filters) {
    if (!examine_topic_filter(filter).valid) return std::unexpected{Error::topic_filter_invalid};
    *size += length_size + filter.size();
    if (*size > remaining_length_max) return std::unexpected{Error::packet_too_large};
  }
  return size;
}

void write_unsubscribe(Writer& writer, std::uint16_t packet_id,
                       std::span<const std::string_view> filters,
                       std::span<const Property> properties, std::size_t remaining_length) {
  write_head(writer, unsubscribe_first_byte, packet_id, properties, remaining_length);
  for (const std::string_view filter : filters) {
    writer.text(filter);
  }
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

Decoded<SubscriptionAck> decode_subscription_ack(PacketType type, Bytes body) {
  Decoded<SubscriptionAck> result;
  SubscriptionAck& ack = *result;
  Reader reader{body};
  ack.packet_id = reader.u16();
  if (!reader.failed() && ack.packet_id == 0) reader.fail(ReasonCode::protocol_error);
  ack.properties = read_properties(reader, Carrier::received_ack);
  ack.reasons = reader.take_rest();
  if (ack.reasons.empty()) reader.fail(ReasonCode::malformed_packet);
  const ReasonPlace place =
      type == PacketType::suback ? ReasonPlace::suback : ReasonPlace::unsuback;
  for (const std::byte reason : ack.reasons) {
    if (!may_stand_in(static_cast<ReasonCode>(reason), place)) {
      reader.fail(ReasonCode::protocol_error);
      break;
    }
  }
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

}  // namespace minimq::codec

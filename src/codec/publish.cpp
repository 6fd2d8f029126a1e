// SPDX-License-Identifier: MIT
#include "codec/publish.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/topic.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {
namespace {

// Everything up to the packet identifier.
void read_head(Reader& reader, std::uint8_t flags, Publish& publish) {
  publish.qos = static_cast<QoS>(flags >> 1 & 3);
  publish.retain = (flags & publish_retain) != 0;  // [MQTT-3.3.1-12], [MQTT-3.3.1-13]
  publish.duplicate = (flags & publish_dup) != 0;
  const bool has_packet_id = publish.qos != QoS::at_most_once;
  if (publish.qos > QoS::exactly_once || (publish.duplicate && !has_packet_id)) {
    reader.fail(ReasonCode::malformed_packet);
  }
  publish.topic = reader.text();
  if (has_wildcard(publish.topic)) reader.fail(ReasonCode::protocol_error);
  publish.packet_id = has_packet_id ? reader.packet_id() : std::uint16_t{0};  // [MQTT-2.2.1-4]
}

void read_publish_property(void* to, const Property& property) {
  if (property.id() != PropertyId::topic_alias) return;
  static_cast<Publish*>(to)->topic_alias = static_cast<std::uint16_t>(property.number());
}

}  // namespace

ReasonCode decode_publish(std::uint8_t flags, Bytes body, Publish& publish) {
  Reader reader{body};
  read_head(reader, flags, publish);
  publish.topic_alias = 0;
  publish.properties =
      read_properties(reader, Carrier::received_publish, &read_publish_property, &publish);
  if (publish.topic.empty() && publish.topic_alias == 0) {  // [MQTT-3.3.2.1-M]
    reader.fail(ReasonCode::protocol_error);
  }
  publish.payload = reader.take_rest();
  return reader.error();
}

ReasonCode decode_publish_head(std::uint8_t flags, Bytes body, Publish& publish) {
  Reader reader{body};
  read_head(reader, flags, publish);
  if (publish.topic.empty()) reader.fail(ReasonCode::protocol_error);
  return reader.error();
}

void write_publish(Writer& writer, const Publication& publication, QoS qos, std::uint16_t packet_id,
                   std::size_t payload_size, std::uint16_t alias) {
  // The first one has no DUP; at QoS 0 there is no other [MQTT-4.3.1-1].
  const unsigned type = static_cast<unsigned>(PacketType::publish) << 4;
  const unsigned flags = static_cast<unsigned>(qos) << 1 | (publication.retain ? 1 : 0);
  const std::string_view topic = publication.topic;
  if (qos > QoS::exactly_once) writer.fail(Error::qos_not_supported);
  const bool left_out = alias != 0 && topic.empty();
  if (writer.measures() && !left_out && !is_valid_topic_name(topic)) {
    writer.fail(Error::topic_name_invalid);
  }

  writer.u8(static_cast<std::uint8_t>(type | flags));
  const std::size_t remaining_length = writer.begin_length();
  writer.binary(as_bytes(topic), Error::topic_name_invalid);
  if (qos != QoS::at_most_once) writer.u16(packet_id);
  PropertyWriter list{writer, Carrier::publish};
  if (alias != 0) list.put_number(PropertyId::topic_alias, alias);
  Property own;
  if (!publication.response_topic.empty()) {
    own = {PropertyId::response_topic, publication.response_topic};
    list.add(own, Error::response_topic_invalid);
  }
  if (publication.correlation_data) {
    own = {PropertyId::correlation_data, as_text(*publication.correlation_data)};
    list.add(own, Error::property_invalid);
  }
  list.add(publication.properties, Error::property_invalid);
  list.end(Error::property_invalid);
  writer.count(payload_size);
  writer.end_length(remaining_length);
}

}  // namespace minimq::codec

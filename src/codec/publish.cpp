// SPDX-License-Identifier: MIT
#include "codec/publish.hpp"

#include "codec/properties.hpp"
#include "codec/property_check.hpp"
#include "codec/reader.hpp"
#include "codec/topic.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {
namespace {

// The properties that a publication has fields for.
Property response_topic_of(const Publication& publication) {
  return {PropertyId::response_topic, publication.response_topic};
}

Property correlation_data_of(const Publication& publication) {
  return {PropertyId::correlation_data, as_text(*publication.correlation_data)};
}

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
  if (has_packet_id) {
    publish.packet_id = reader.u16();  // [MQTT-2.2.1-4]
    if (!reader.failed() && publish.packet_id == 0) reader.fail(ReasonCode::protocol_error);
  }
}

}  // namespace

Decoded<Publish> decode_publish(std::uint8_t flags, Bytes body) {
  Decoded<Publish> result;
  Publish& publish = *result;
  Reader reader{body};
  read_head(reader, flags, publish);
  publish.properties = read_properties(reader, Carrier::received_publish);
  if (const auto alias = publish.properties.find(PropertyId::topic_alias)) {
    publish.topic_alias = static_cast<std::uint16_t>(alias->number());
  } else if (publish.topic.empty()) {  // [MQTT-3.3.2.1-M]
    reader.fail(ReasonCode::protocol_error);
  }
  publish.payload = reader.take_rest();
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

Decoded<Publish> decode_publish_head(std::uint8_t flags, Bytes body) {
  Decoded<Publish> result;
  Reader reader{body};
  read_head(reader, flags, *result);
  if (result->topic.empty()) reader.fail(ReasonCode::protocol_error);
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

Result<PublishLayout> measure_publish(const Publication& publication, QoS qos) {
  if (qos > QoS::exactly_once) return std::unexpected{Error::qos_not_supported};
  if (!is_valid_topic_name(publication.topic)) return std::unexpected{Error::topic_name_invalid};
  PropertyCheck check{Carrier::publish};
  if (!publication.response_topic.empty() &&
      check.add(response_topic_of(publication)) != ReasonCode::success) {
    return std::unexpected{Error::response_topic_invalid};
  }
  if (publication.correlation_data &&
      check.add(correlation_data_of(publication)) != ReasonCode::success) {
    return std::unexpected{Error::property_invalid};
  }
  const Result<std::size_t> properties = measure_properties(check, publication.properties);
  if (!properties) return std::unexpected{properties.error()};

  const std::size_t packet_id_size = qos == QoS::at_most_once ? 0 : 2;
  const std::size_t variable_header = 2 + publication.topic.size() + packet_id_size +
                                      varint_size(static_cast<std::uint32_t>(*properties)) +
                                      *properties;
  if (variable_header > remaining_length_max) return std::unexpected{Error::packet_too_large};
  return PublishLayout{*properties, variable_header};
}

void write_publish_head(Writer& writer, const Publication& publication, QoS qos,
                        std::uint16_t packet_id, const PublishLayout& layout,
                        std::size_t payload_size) {
  // The first one has no DUP; at QoS 0 there is no other [MQTT-4.3.1-1].
  const unsigned type = static_cast<unsigned>(PacketType::publish) << 4;
  const unsigned flags = static_cast<unsigned>(qos) << 1 | (publication.retain ? 1 : 0);
  writer.u8(static_cast<std::uint8_t>(type | flags));
  writer.varint(static_cast<std::uint32_t>(layout.variable_header + payload_size));
  writer.text(publication.topic);
  if (qos != QoS::at_most_once) writer.u16(packet_id);
  writer.varint(static_cast<std::uint32_t>(layout.properties));
  if (!publication.response_topic.empty()) {
    const Property property = response_topic_of(publication);
    write_properties(writer, {&property, 1});
  }
  if (publication.correlation_data) {
    const Property property = correlation_data_of(publication);
    write_properties(writer, {&property, 1});
  }
  write_properties(writer, publication.properties);
}

}  // namespace minimq::codec

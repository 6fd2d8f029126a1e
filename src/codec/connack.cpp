// SPDX-License-Identifier: MIT
#include "codec/connack.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"

namespace minimq::codec {
namespace {

// What is absent keeps its default [MQTT-3.2.2.3-M]; a Maximum QoS of 2 has failed before
// [MQTT-3.2.2-9].
void read_connack_property(void* to, const Property& property) {
  Connack& connack = *static_cast<Connack*>(to);
  Limits& limits = connack.limits;
  const std::uint32_t number = property.number();
  const auto number_16 = static_cast<std::uint16_t>(number);
  const bool available = number != 0;
  switch (property.id()) {
    case PropertyId::session_expiry_interval: limits.session_expiry_s = number; break;
    case PropertyId::assigned_client_identifier:
      connack.assigned_client_id = property.text();
      break;
    case PropertyId::server_keep_alive: limits.keep_alive_s = number_16; break;
    case PropertyId::receive_maximum: limits.receive_maximum = number_16; break;
    case PropertyId::topic_alias_maximum: limits.topic_alias_maximum = number_16; break;
    case PropertyId::maximum_qos: limits.maximum_qos = static_cast<QoS>(number); break;
    case PropertyId::retain_available: limits.retain_available = available; break;
    case PropertyId::maximum_packet_size: limits.maximum_packet_size = number; break;
    case PropertyId::wildcard_subscription_available: limits.wildcard_available = available; break;
    case PropertyId::subscription_identifier_available:
      limits.subscription_ids_available = available;
      break;
    case PropertyId::shared_subscription_available: limits.shared_available = available; break;
    case PropertyId::authentication_method: connack.authentication_method = property.text(); break;
    case PropertyId::authentication_data: connack.authentication_data = property.bytes(); break;
    // These are for the application, or do not come in CONNACK.
    case PropertyId::response_information:
    case PropertyId::server_reference:
    case PropertyId::reason_string:
    case PropertyId::user_property:
    case PropertyId::payload_format_indicator:
    case PropertyId::message_expiry_interval:
    case PropertyId::content_type:
    case PropertyId::response_topic:
    case PropertyId::correlation_data:
    case PropertyId::subscription_identifier:
    case PropertyId::request_problem_information:
    case PropertyId::will_delay_interval:
    case PropertyId::request_response_information:
    case PropertyId::topic_alias: break;
  }
}

void read_head(Reader& reader, Connack& connack) {
  const std::uint8_t flags = reader.u8();
  connack.session_present = flags == 1;
  if (flags > 1) reader.fail(ReasonCode::malformed_packet);
  connack.reason = static_cast<ReasonCode>(reader.u8());
  // A refusal that is not listed is a refusal all the same.
  const bool refused = is_error(connack.reason);
  if (refused ? connack.session_present : connack.reason != ReasonCode::success) {
    reader.fail(ReasonCode::protocol_error);
  }
}

}  // namespace

ReasonCode decode_connack(Bytes body, Connack& connack) {
  Reader reader{body};
  read_head(reader, connack);
  connack.properties =
      read_properties(reader, Carrier::received_connack, &read_connack_property, &connack);
  return reader.end();
}

ReasonCode decode_connack_head(Bytes body, Connack& connack) {
  Reader reader{body};
  read_head(reader, connack);
  return reader.error();
}

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/connack.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t head_size = 2;

// What is absent keeps its default [MQTT-3.2.2.3-M]; a Maximum QoS of 2 has failed before
// [MQTT-3.2.2-9].
void apply(Connack& connack, const Property& property) {
  const std::uint32_t number = property.number();
  const auto number_16 = static_cast<std::uint16_t>(number);
  const bool available = number != 0;
  switch (property.id()) {
    case PropertyId::session_expiry_interval: connack.session_expiry = number; break;
    case PropertyId::assigned_client_identifier:
      connack.assigned_client_id = property.text();
      break;
    case PropertyId::server_keep_alive: connack.server_keep_alive = number_16; break;
    case PropertyId::server_reference: connack.server_reference = property.text(); break;
    case PropertyId::reason_string: connack.reason_string = property.text(); break;
    case PropertyId::receive_maximum: connack.receive_maximum = number_16; break;
    case PropertyId::topic_alias_maximum: connack.topic_alias_maximum = number_16; break;
    case PropertyId::maximum_qos: connack.maximum_qos = static_cast<QoS>(number); break;
    case PropertyId::retain_available: connack.retain_available = available; break;
    case PropertyId::maximum_packet_size: connack.maximum_packet_size = number; break;
    case PropertyId::wildcard_subscription_available: connack.wildcard_available = available; break;
    case PropertyId::subscription_identifier_available:
      connack.subscription_ids_available = available;
      break;
    case PropertyId::shared_subscription_available: connack.shared_available = available; break;
    // These are for the application, or do not come in CONNACK.
    case PropertyId::authentication_method:
    case PropertyId::authentication_data:
    case PropertyId::response_information:
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

}  // namespace

Decoded<Connack> decode_connack(Bytes body) {
  Decoded<Connack> result = decode_connack_head(body);
  if (!result) return result;

  Connack& connack = *result;
  Reader reader{body.subspan(head_size)};
  connack.properties = read_properties(reader, Carrier::received_connack);
  reader.end();
  for (const Property& property : connack.properties) {
    apply(connack, property);
  }
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

Decoded<Connack> decode_connack_head(Bytes body) {
  Decoded<Connack> result;
  Connack& connack = *result;
  Reader reader{body};
  const std::uint8_t flags = reader.u8();
  connack.session_present = flags == 1;
  if (flags > 1) reader.fail(ReasonCode::malformed_packet);
  connack.reason = static_cast<ReasonCode>(reader.u8());
  const bool contradicts = connack.session_present && connack.reason != ReasonCode::success;
  // A refusal that is not listed is a refusal all the same.
  const bool listed = is_error(connack.reason) || connack.reason == ReasonCode::success;
  if (contradicts || !listed) {
    reader.fail(ReasonCode::protocol_error);
  }
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

}  // namespace minimq::codec

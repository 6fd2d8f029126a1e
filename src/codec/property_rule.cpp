// SPDX-License-Identifier: MIT
#include "codec/property_rule.hpp"

#include <array>

#include "codec/carrier.hpp"

namespace minimq::codec {
namespace {

using enum Carrier;
using enum PropertyType;

template <class... Carriers>
consteval std::uint16_t in(Carriers... carriers) {
  return static_cast<std::uint16_t>((0u | ... | (1u << static_cast<unsigned>(carriers))));
}

constexpr std::uint16_t any_carrier =
    in(connect, will, Carrier::publish, subscribe, unsubscribe, disconnect, auth, received_connack,
       received_publish, received_ack, received_disconnect, received_auth);

constexpr bool unrestricted = false;
constexpr bool restricted = true;

// Table 2-4 of the specification. All single bytes are 0 or 1. A server must not send a Session
// Expiry Interval in DISCONNECT, but that is a protocol error and no malformed packet
// [MQTT-3.14.2-2], so decode_disconnect() judges it.
constexpr std::array<PropertyRule, 27> rules{{
    {PropertyId::payload_format_indicator, one_byte, unrestricted,
     in(will, publish, received_publish)},
    {PropertyId::message_expiry_interval, four_byte, unrestricted,
     in(will, publish, received_publish)},
    {PropertyId::content_type, text, unrestricted, in(will, publish, received_publish)},
    {PropertyId::response_topic, text, restricted, in(will, publish, received_publish)},
    {PropertyId::correlation_data, binary, unrestricted, in(will, publish, received_publish)},
    {PropertyId::subscription_identifier, variable_byte, restricted,
     in(subscribe, received_publish)},
    {PropertyId::session_expiry_interval, four_byte, unrestricted,
     in(disconnect, received_connack, received_disconnect)},
    {PropertyId::assigned_client_identifier, text, unrestricted, in(received_connack)},
    {PropertyId::server_keep_alive, two_byte, unrestricted, in(received_connack)},
    {PropertyId::authentication_method, text, unrestricted,
     in(auth, received_connack, received_auth)},
    {PropertyId::authentication_data, binary, unrestricted,
     in(auth, received_connack, received_auth)},
    {PropertyId::request_problem_information, one_byte, unrestricted, in(connect)},
    {PropertyId::will_delay_interval, four_byte, unrestricted, in(will)},
    {PropertyId::request_response_information, one_byte, unrestricted, in(connect)},
    {PropertyId::response_information, text, unrestricted, in(received_connack)},
    {PropertyId::server_reference, text, unrestricted, in(received_connack, received_disconnect)},
    {PropertyId::reason_string, text, unrestricted,
     in(disconnect, auth, received_connack, received_ack, received_disconnect, received_auth)},
    {PropertyId::receive_maximum, two_byte, restricted, in(received_connack)},
    {PropertyId::topic_alias_maximum, two_byte, unrestricted, in(received_connack)},
    {PropertyId::topic_alias, two_byte, restricted, in(received_publish)},
    {PropertyId::maximum_qos, one_byte, unrestricted, in(received_connack)},
    {PropertyId::retain_available, one_byte, unrestricted, in(received_connack)},
    {PropertyId::user_property, text_pair, unrestricted, any_carrier},
    {PropertyId::maximum_packet_size, four_byte, restricted, in(received_connack)},
    {PropertyId::wildcard_subscription_available, one_byte, unrestricted, in(received_connack)},
    {PropertyId::subscription_identifier_available, one_byte, unrestricted, in(received_connack)},
    {PropertyId::shared_subscription_available, one_byte, unrestricted, in(received_connack)},
}};

}  // namespace

const PropertyRule* find_property_rule(std::uint32_t id) {
  for (const PropertyRule& rule : rules) {
    if (static_cast<std::uint32_t>(rule.id) == id) return &rule;
  }
  return nullptr;
}

std::uint32_t property_bit(const PropertyRule& rule) {
  return std::uint32_t{1} << (&rule - rules.data());
}

std::uint32_t property_bit(PropertyId id) {
  return property_bit(*find_property_rule(static_cast<std::uint32_t>(id)));
}

Property read_property(Reader& reader) {
  const PropertyRule* const rule = find_property_rule(reader.varint());
  if (rule == nullptr) {
    reader.fail(ReasonCode::malformed_packet);
    return {};
  }
  if (is_number(rule->type)) {
    const bool variable = rule->type == variable_byte;
    return {rule->id,
            variable ? reader.varint() : reader.number(static_cast<std::size_t>(rule->type))};
  }
  const std::string_view name = rule->type == text_pair ? as_text(reader.binary()) : "";
  return {rule->id, name, as_text(reader.binary())};
}

}  // namespace minimq::codec

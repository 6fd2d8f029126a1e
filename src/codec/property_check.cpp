// SPDX-License-Identifier: MIT
#include "codec/property_check.hpp"

#include "codec/property_rule.hpp"
#include "codec/topic.hpp"
#include "codec/utf8.hpp"
#include "codec/writer.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t text_size_max = 65'535;

bool is_good_text(std::string_view text, Carrier carrier) {
  const bool received = carrier >= Carrier::received_connack;
  return text.size() <= text_size_max && (received ? is_valid_utf8(text) : is_sendable_utf8(text));
}

// The value is of the kind that the identifier asks for. Only an application can get this wrong.
bool is_right_kind(const Property& property, PropertyType type) {
  const bool has_name = !property.name().empty();
  if (is_number(type)) return !has_name && property.text().empty();
  return property.number() == 0 && (!has_name || type == PropertyType::text_pair);
}

// [MQTT-3.3.2.3.2-M], [MQTT-3.3.2.3.8-M], [MQTT-3.2.2.3-M2]
std::uint32_t number_max(PropertyType type) {
  if (type == PropertyType::one_byte) return 1;
  if (type == PropertyType::two_byte) return 65'535;
  return type == PropertyType::variable_byte ? remaining_length_max : 0xFFFF'FFFF;
}

ReasonCode check_number(const Property& property, const PropertyRule& rule) {
  const std::uint32_t number = property.number();
  if (number <= number_max(rule.type) && (number != 0 || !rule.restricted)) {
    return ReasonCode::success;
  }
  return rule.id == PropertyId::topic_alias ? ReasonCode::topic_alias_invalid
                                            : ReasonCode::protocol_error;
}

ReasonCode check_value(const Property& property, const PropertyRule& rule, Carrier carrier) {
  if (!is_right_kind(property, rule.type)) return ReasonCode::malformed_packet;
  if (is_number(rule.type)) return check_number(property, rule);
  const std::string_view text = property.text();
  // Both halves of a User Property, and every other text [MQTT-1.5.7-1], [MQTT-3.3.2-13],
  // [MQTT-3.3.2-19].
  const bool good = rule.type == PropertyType::binary
                        ? text.size() <= text_size_max
                        : is_good_text(text, carrier) && is_good_text(property.name(), carrier);
  if (!good) return ReasonCode::malformed_packet;
  if (rule.restricted && (text.empty() || has_wildcard(text))) return ReasonCode::protocol_error;
  return ReasonCode::success;
}

}  // namespace

// [MQTT-2.2.2.2-M]
ReasonCode PropertyCheck::add(const Property& property) {
  const PropertyRule* const rule = find_property_rule(static_cast<std::uint32_t>(property.id()));
  if (rule == nullptr || (rule->carriers >> static_cast<unsigned>(carrier_) & 1) == 0) {
    return ReasonCode::malformed_packet;
  }
  const std::uint32_t bit = property_bit(*rule);
  // A message that matches several subscriptions has the identifiers of all of them [MQTT-3.3.4-4];
  // a SUBSCRIBE has one at most [MQTT-3.8.2.1.2-M].
  const bool may_repeat =
      rule->id == PropertyId::user_property ||
      (rule->id == PropertyId::subscription_identifier && carrier_ == Carrier::received_publish);
  // The one property that is in the table for DISCONNECT, and not for a server's [MQTT-3.14.2-2].
  const bool expiry = rule->id == PropertyId::session_expiry_interval;
  if (((seen_ & bit) != 0 && !may_repeat) || (expiry && carrier_ == Carrier::received_disconnect)) {
    return ReasonCode::protocol_error;
  }
  seen_ |= bit;
  return check_value(property, *rule, carrier_);
}

ReasonCode PropertyCheck::finish() const {
  const bool lacks_method = (seen_ & property_bit(PropertyId::authentication_data)) != 0 &&
                            (seen_ & property_bit(PropertyId::authentication_method)) == 0;
  return lacks_method ? ReasonCode::protocol_error : ReasonCode::success;
}

}  // namespace minimq::codec

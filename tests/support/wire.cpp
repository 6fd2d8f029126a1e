// SPDX-License-Identifier: MIT
#include "support/wire.hpp"

namespace minimq::testing {

namespace {

void append(Packet& to, const Packet& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

Packet one(std::uint32_t value) {
  return {static_cast<std::byte>(value)};
}

Packet two(std::uint32_t value) {
  return {static_cast<std::byte>(value >> 8), static_cast<std::byte>(value)};
}

Packet four(std::uint32_t value) {
  Packet bytes = two(value >> 16);
  append(bytes, two(value));
  return bytes;
}

Packet variable(std::size_t value) {
  Packet bytes;
  do {
    const std::size_t more = value >= 128 ? 128 : 0;
    bytes.push_back(static_cast<std::byte>(value % 128 + more));
    value /= 128;
  } while (value != 0);
  return bytes;
}

Packet raw(std::string_view text) {
  const auto* const first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

Packet text_field(std::string_view text) {
  Packet bytes = two(static_cast<std::uint32_t>(text.size()));
  append(bytes, raw(text));
  return bytes;
}

WireProperty property(std::uint8_t id, const Packet& value) {
  Packet bytes = one(id);
  append(bytes, value);
  return {bytes};
}

Packet block(const WireProperties& properties) {
  Packet contents;
  for (const WireProperty& one_property : properties)
    append(contents, one_property.bytes);
  Packet bytes = variable(contents.size());
  append(bytes, contents);
  return bytes;
}

// PUBACK and its like, DISCONNECT and AUTH leave out what is success and empty.
void append_ending(Packet& body, std::uint8_t reason, const WireProperties& properties) {
  if (reason == 0 && properties.empty()) return;
  append(body, one(reason));
  if (!properties.empty()) append(body, block(properties));
}

Packet ack(std::uint8_t first_byte, std::uint16_t id, std::uint8_t reason,
           const WireProperties& properties) {
  Packet body = two(id);
  append_ending(body, reason, properties);
  return packet(first_byte, body);
}

Packet subscription_ack(std::uint8_t first_byte, std::uint16_t id,
                        const std::vector<std::uint8_t>& reasons,
                        const WireProperties& properties) {
  Packet body = two(id);
  append(body, block(properties));
  for (const std::uint8_t reason : reasons)
    append(body, one(reason));
  return packet(first_byte, body);
}

}  // namespace

Packet packet(std::uint8_t first_byte, const Packet& body) {
  Packet bytes;
  bytes.reserve(5 + body.size());
  bytes.push_back(static_cast<std::byte>(first_byte));
  append(bytes, variable(body.size()));
  append(bytes, body);
  return bytes;
}

Packet connack(const ConnackFields& fields) {
  Packet body = one(fields.session_present ? 1 : 0);
  append(body, one(fields.reason));
  append(body, block(fields.properties));
  return packet(0x20, body);
}

Packet publish(const PublishFields& fields) {
  Packet body;
  body.reserve(fields.topic.size() + fields.payload.size() + 5);
  append(body, text_field(fields.topic));
  if (fields.qos != 0) append(body, two(fields.id));
  append(body, block(fields.properties));
  append(body, raw(fields.payload));
  const unsigned flags = (fields.dup ? 8u : 0u) | fields.qos << 1 | (fields.retain ? 1u : 0u);
  return packet(static_cast<std::uint8_t>(0x30 | flags), body);
}

Packet puback(std::uint16_t id, std::uint8_t reason, const WireProperties& properties) {
  return ack(0x40, id, reason, properties);
}
Packet pubrec(std::uint16_t id, std::uint8_t reason, const WireProperties& properties) {
  return ack(0x50, id, reason, properties);
}
Packet pubrel(std::uint16_t id, std::uint8_t reason, const WireProperties& properties) {
  return ack(0x62, id, reason, properties);
}
Packet pubcomp(std::uint16_t id, std::uint8_t reason, const WireProperties& properties) {
  return ack(0x70, id, reason, properties);
}

Packet suback(std::uint16_t id, const std::vector<std::uint8_t>& reasons,
              const WireProperties& properties) {
  return subscription_ack(0x90, id, reasons, properties);
}
Packet unsuback(std::uint16_t id, const std::vector<std::uint8_t>& reasons,
                const WireProperties& properties) {
  return subscription_ack(0xB0, id, reasons, properties);
}

Packet pingresp() {
  return packet(0xD0, {});
}

Packet disconnect(std::uint8_t reason, const WireProperties& properties) {
  Packet body;
  append_ending(body, reason, properties);
  return packet(0xE0, body);
}

Packet auth(std::uint8_t reason, const WireProperties& properties) {
  Packet body;
  append_ending(body, reason, properties);
  return packet(0xF0, body);
}

WireProperty session_expiry_interval(std::uint32_t seconds) {
  return property(0x11, four(seconds));
}
WireProperty receive_maximum(std::uint16_t count) {
  return property(0x21, two(count));
}
WireProperty maximum_qos(std::uint8_t qos) {
  return property(0x24, one(qos));
}
WireProperty retain_available(bool available) {
  return property(0x25, one(available));
}
WireProperty maximum_packet_size(std::uint32_t bytes) {
  return property(0x27, four(bytes));
}
WireProperty assigned_client_identifier(std::string_view id) {
  return property(0x12, text_field(id));
}
WireProperty topic_alias_maximum(std::uint16_t maximum) {
  return property(0x22, two(maximum));
}
WireProperty wildcard_subscription_available(bool available) {
  return property(0x28, one(available));
}
WireProperty subscription_identifier_available(bool available) {
  return property(0x29, one(available));
}
WireProperty shared_subscription_available(bool available) {
  return property(0x2A, one(available));
}
WireProperty server_keep_alive(std::uint16_t seconds) {
  return property(0x13, two(seconds));
}
WireProperty server_reference(std::string_view text) {
  return property(0x1C, text_field(text));
}
WireProperty reason_string(std::string_view text) {
  return property(0x1F, text_field(text));
}
WireProperty user_property(std::string_view name, std::string_view value) {
  Packet both = text_field(name);
  append(both, text_field(value));
  return property(0x26, both);
}
WireProperty payload_format_indicator(std::uint8_t value) {
  return property(0x01, one(value));
}
WireProperty message_expiry_interval(std::uint32_t seconds) {
  return property(0x02, four(seconds));
}
WireProperty content_type(std::string_view text) {
  return property(0x03, text_field(text));
}
WireProperty response_topic(std::string_view topic) {
  return property(0x08, text_field(topic));
}
WireProperty correlation_data(std::string_view data) {
  return property(0x09, text_field(data));
}
WireProperty subscription_identifier(std::uint32_t id) {
  return property(0x0B, variable(id));
}
WireProperty topic_alias(std::uint16_t alias) {
  return property(0x23, two(alias));
}
WireProperty authentication_method(std::string_view method) {
  return property(0x15, text_field(method));
}
WireProperty authentication_data(std::string_view data) {
  return property(0x16, text_field(data));
}
WireProperty response_information(std::string_view text) {
  return property(0x1A, text_field(text));
}

}  // namespace minimq::testing

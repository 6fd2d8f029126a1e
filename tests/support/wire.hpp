// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a broker sends, written from the specification once more and without the library's codec.
namespace minimq::testing {

using Packet = std::vector<std::byte>;

/// One property as on the wire.
struct WireProperty {
  Packet bytes;
};
using WireProperties = std::vector<WireProperty>;

WireProperty session_expiry_interval(std::uint32_t seconds);
WireProperty receive_maximum(std::uint16_t count);
WireProperty maximum_qos(std::uint8_t qos);
WireProperty retain_available(bool available);
WireProperty maximum_packet_size(std::uint32_t bytes);
WireProperty assigned_client_identifier(std::string_view id);
WireProperty topic_alias_maximum(std::uint16_t maximum);
WireProperty wildcard_subscription_available(bool available);
WireProperty subscription_identifier_available(bool available);
WireProperty shared_subscription_available(bool available);
WireProperty server_keep_alive(std::uint16_t seconds);
WireProperty server_reference(std::string_view text);
WireProperty reason_string(std::string_view text);
WireProperty user_property(std::string_view name, std::string_view value);
WireProperty payload_format_indicator(std::uint8_t value);
WireProperty message_expiry_interval(std::uint32_t seconds);
WireProperty content_type(std::string_view text);
WireProperty response_topic(std::string_view topic);
WireProperty correlation_data(std::string_view data);
WireProperty subscription_identifier(std::uint32_t id);
WireProperty topic_alias(std::uint16_t alias);
WireProperty authentication_method(std::string_view method);
WireProperty authentication_data(std::string_view data);
WireProperty response_information(std::string_view text);

struct ConnackFields {
  std::uint8_t reason{0};
  bool session_present{false};
  WireProperties properties{};
};

struct PublishFields {
  std::string_view topic{};
  std::string_view payload{};
  unsigned qos{0};
  std::uint16_t id{0};
  bool dup{false};
  bool retain{false};
  WireProperties properties{};
};

Packet connack(const ConnackFields& fields = {});
Packet publish(const PublishFields& fields);
/// Success without properties is the short form of four bytes.
Packet puback(std::uint16_t id, std::uint8_t reason = 0, const WireProperties& properties = {});
Packet pubrec(std::uint16_t id, std::uint8_t reason = 0, const WireProperties& properties = {});
Packet pubrel(std::uint16_t id, std::uint8_t reason = 0, const WireProperties& properties = {});
Packet pubcomp(std::uint16_t id, std::uint8_t reason = 0, const WireProperties& properties = {});
Packet suback(std::uint16_t id, const std::vector<std::uint8_t>& reasons,
              const WireProperties& properties = {});
Packet unsuback(std::uint16_t id, const std::vector<std::uint8_t>& reasons,
                const WireProperties& properties = {});
Packet pingresp();
Packet disconnect(std::uint8_t reason = 0, const WireProperties& properties = {});
Packet auth(std::uint8_t reason, const WireProperties& properties = {});
/// Any first byte, any body.
Packet packet(std::uint8_t first_byte, const Packet& body);

}  // namespace minimq::testing

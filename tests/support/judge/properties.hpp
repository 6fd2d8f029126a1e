// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/judge/reader.hpp"

namespace minimq::judge {

/// What carries properties; PUBACK to PUBCOMP are one.
enum class Carrier : std::uint8_t {
  connect,
  will,
  connack,
  publish_from_client,
  publish_from_server,
  acknowledgement,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  disconnect_from_client,
  disconnect_from_server,
  auth,
};

struct Property {
  std::uint32_t id;
  std::uint32_t number{0};  ///< Of the properties that are numbers.
  bool is_text{false};
  std::string_view name{};   ///< Of a User Property.
  std::string_view value{};  ///< Of the properties that are texts or data.
};

/// Numbers in decimal, a User Property as "name:value".
std::string to_string(const Property& property);

/// The properties of a packet in their order, views of its bytes.
class Properties {
 public:
  /// Throws a Violation for what is malformed, does not belong into that carrier, is there twice,
  /// or has a value that it must not have.
  void parse(Reader& reader, Carrier carrier);
  void clear() { list_.clear(); }

  [[nodiscard]] auto begin() const { return list_.begin(); }
  [[nodiscard]] auto end() const { return list_.end(); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// The first property of that identifier.
  [[nodiscard]] const Property* find(std::uint32_t id) const;
  [[nodiscard]] bool has(std::uint32_t id) const { return find(id) != nullptr; }
  /// Its number, or what holds without it.
  [[nodiscard]] std::uint32_t number(std::uint32_t id, std::uint32_t otherwise) const;

 private:
  std::vector<Property> list_;
};

/// The identifiers, table 2-4.
namespace property_id {
inline constexpr std::uint32_t payload_format_indicator = 0x01;
inline constexpr std::uint32_t response_topic = 0x08;
inline constexpr std::uint32_t subscription_identifier = 0x0B;
inline constexpr std::uint32_t session_expiry_interval = 0x11;
inline constexpr std::uint32_t assigned_client_identifier = 0x12;
inline constexpr std::uint32_t server_keep_alive = 0x13;
inline constexpr std::uint32_t authentication_method = 0x15;
inline constexpr std::uint32_t authentication_data = 0x16;
inline constexpr std::uint32_t receive_maximum = 0x21;
inline constexpr std::uint32_t topic_alias_maximum = 0x22;
inline constexpr std::uint32_t topic_alias = 0x23;
inline constexpr std::uint32_t maximum_qos = 0x24;
inline constexpr std::uint32_t retain_available = 0x25;
inline constexpr std::uint32_t user_property = 0x26;
inline constexpr std::uint32_t maximum_packet_size = 0x27;
inline constexpr std::uint32_t wildcard_subscription_available = 0x28;
inline constexpr std::uint32_t subscription_identifier_available = 0x29;
inline constexpr std::uint32_t shared_subscription_available = 0x2A;
}  // namespace property_id

}  // namespace minimq::judge

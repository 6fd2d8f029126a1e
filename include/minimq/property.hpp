// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "minimq/bytes.hpp"

namespace minimq {

/// The 27 properties of MQTT 5.0, table 2-4.
enum class PropertyId : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

/// One property: an identifier and a number, a text, binary data, or a pair of texts. A view: the
/// bytes belong to the caller (when sent) or to rx (when received).
///
/// To send, make them by name: `Property::content_type("text/plain")`, `Property::user("k", "v")`.
class Property {
 public:
  constexpr Property() = default;
  constexpr Property(PropertyId id, std::uint32_t number) : id_{id}, number_{number} {}
  constexpr Property(PropertyId id, std::string_view text) : id_{id}, value_{text} {}
  constexpr Property(PropertyId id, std::string_view name, std::string_view value)
      : id_{id}, name_{name}, value_{value} {}

  /// A name with a value, as often as wanted; their order is kept [MQTT-3.1.3-10], [MQTT-3.3.2-18].
  static constexpr Property user(std::string_view name, std::string_view value) {
    return {PropertyId::user_property, name, value};
  }
  static constexpr Property content_type(std::string_view text) {
    return {PropertyId::content_type, text};
  }
  static constexpr Property reason_string(std::string_view text) {
    return {PropertyId::reason_string, text};
  }
  /// The receiver may take the payload for UTF-8 text.
  static constexpr Property payload_is_text() {
    return {PropertyId::payload_format_indicator, std::uint32_t{1}};
  }
  static constexpr Property message_expiry_s(std::uint32_t seconds) {
    return {PropertyId::message_expiry_interval, seconds};
  }
  static constexpr Property will_delay_s(std::uint32_t seconds) {
    return {PropertyId::will_delay_interval, seconds};
  }
  static constexpr Property session_expiry_s(std::uint32_t seconds) {
    return {PropertyId::session_expiry_interval, seconds};
  }
  /// 1 to 268,435,455; comes back with each message that matches the subscription.
  static constexpr Property subscription_identifier(std::uint32_t identifier) {
    return {PropertyId::subscription_identifier, identifier};
  }

  /// For CONNECT: the broker may answer with Response Information in its CONNACK.
  static constexpr Property request_response_information() {
    return {PropertyId::request_response_information, std::uint32_t{1}};
  }
  /// For CONNECT: whether the broker may send Reason Strings and User Properties with packets other
  /// than PUBLISH, CONNACK and DISCONNECT.
  static constexpr Property request_problem_information(bool wanted) {
    return {PropertyId::request_problem_information, std::uint32_t{wanted}};
  }

  [[nodiscard]] constexpr PropertyId id() const { return id_; }
  /// The value of a byte, two-byte, four-byte or variable-byte property; 0 for the others.
  [[nodiscard]] constexpr std::uint32_t number() const { return number_; }
  /// The value of a text property, or of a User Property.
  [[nodiscard]] constexpr std::string_view text() const { return value_; }
  /// The name of a User Property; empty for the others.
  [[nodiscard]] constexpr std::string_view name() const { return name_; }
  /// The value of a binary property.
  [[nodiscard]] Bytes bytes() const { return as_bytes(value_); }

 private:
  PropertyId id_{PropertyId::user_property};
  std::uint32_t number_{0};
  std::string_view name_{};
  std::string_view value_{};
};

/// The properties of a received packet, read lazily in their order on the wire. A view of rx; it
/// was checked when the packet was parsed, so iterating cannot fail.
class Properties {
 public:
  class Iterator {
   public:
    using value_type = Property;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(Bytes rest);
    const Property& operator*() const { return property_; }
    const Property* operator->() const { return &property_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.at_end_; }

   private:
    Bytes rest_{};
    Property property_{};
    bool at_end_{true};
  };

  Properties() = default;
  /// `encoded` are properties without their length field, already checked.
  explicit Properties(Bytes encoded) : encoded_{encoded} {}

  [[nodiscard]] Iterator begin() const { return Iterator{encoded_}; }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }
  [[nodiscard]] bool empty() const { return encoded_.empty(); }
  /// The first property of that identifier.
  [[nodiscard]] std::optional<Property> find(PropertyId id) const;
  /// The value of the first User Property of that name.
  [[nodiscard]] std::optional<std::string_view> user(std::string_view name) const;
  /// As on the wire.
  [[nodiscard]] Bytes encoded() const { return encoded_; }

 private:
  Bytes encoded_{};
};

}  // namespace minimq

// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/qos.hpp"

namespace minimq {

class Engine;
class Ticket;
struct Publication;

namespace detail {
[[nodiscard]] Result<Ticket> publish_callable(Engine& engine, const Publication& publication,
                                              QoS qos);
}  // namespace detail

/// The payload of a message to be sent: bytes, a text, or a callable that writes it in place. A
/// view of the caller's memory, read only during the call it is given to.
///
/// The callable has the form `std::optional<std::size_t>(std::span<std::byte> space)` or
/// `std::size_t(std::span<std::byte> space)`: it writes into `space`, which is what is free in tx,
/// and returns the number of bytes written, or nothing to give up (`Error::payload_failed`). While
/// it runs every call into the session is answered with `Error::busy`.
class Payload {
 public:
  constexpr Payload() = default;
  // NOLINTBEGIN(google-explicit-constructor): a payload is what it is made of.
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view>
  Payload(const Text& text) : Payload{as_bytes(text)} {}
  template <class Memory>
    requires std::convertible_to<const Memory&, Bytes> &&
             (!std::convertible_to<const Memory&, std::string_view>)
  Payload(const Memory& memory) : Payload{Bytes{memory}} {}
  Payload(Bytes bytes) : data_{bytes.data()}, size_{bytes.size()} {}
  template <class Writer>
    requires std::invocable<Writer&, std::span<std::byte>> &&
                 std::is_class_v<std::remove_reference_t<Writer>>
  Payload(Writer&& writer) : data_{&writer}, form_{&callable<std::remove_reference_t<Writer>>} {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_callable() const { return form_ != nullptr; }
  /// The bytes; empty for a callable.
  [[nodiscard]] Bytes bytes() const {
    return {static_cast<const std::byte*>(data_), is_callable() ? 0 : size_};
  }
  /// Runs the callable. Error: payload_failed.
  [[nodiscard]] Result<std::size_t> write(std::span<std::byte> space) const;

 private:
  friend class Engine;

  // Only those who have a callable link what publishes it.
  struct Callable {
    std::optional<std::size_t> (*write)(const void*, std::span<std::byte>);
    Result<Ticket> (*publish)(Engine&, const Publication&, QoS);
  };

  template <class Writer>
  static std::optional<std::size_t> call(const void* object, std::span<std::byte> space) {
    return (*static_cast<Writer*>(const_cast<void*>(object)))(space);
  }

  template <class Writer>
  static constexpr Callable callable{&call<Writer>, &detail::publish_callable};

  const void* data_{nullptr};
  std::size_t size_{0};
  const Callable* form_{nullptr};
};

/// A message to be sent. A view of the caller's memory, read only during `publish`: afterwards tx
/// has what is needed.
///
/// @code
/// session.publish({.topic = "room/temperature", .payload = "21.5", .qos =
/// minimq::QoS::at_least_once});
/// @endcode
struct Publication {
  /// 1 to 65,535 bytes of UTF-8 without wildcards [MQTT-3.3.2-1], [MQTT-3.3.2-2] and, as in all
  /// texts that are sent, without control characters and non-characters [MQTT-1.5.4-M].
  std::string_view topic{};
  Payload payload{};
  QoS qos{QoS::at_most_once};
  /// The broker keeps the message for later subscribers; an empty payload removes it.
  bool retain{false};
  /// No outcome is wanted: no Settled event, and the ticket is empty.
  bool detached{false};
  /// Where a reply is wanted; no wildcards [MQTT-3.3.2-14]. Empty: none.
  std::string_view response_topic{};
  /// Comes back with the reply. Absent and empty differ.
  std::optional<Bytes> correlation_data{};
  /// Further properties: those of table 2-4 for PUBLISH, except a Subscription Identifier
  /// [MQTT-3.3.4-6] and the Topic Alias.
  std::span<const Property> properties{};

  [[nodiscard]] constexpr Publication with_qos(QoS level) const {
    Publication copy = *this;
    copy.qos = level;
    return copy;
  }
  [[nodiscard]] constexpr Publication with_payload(const Payload& other) const {
    Publication copy = *this;
    copy.payload = other;
    return copy;
  }
  [[nodiscard]] constexpr Publication with_properties(std::span<const Property> others) const {
    Publication copy = *this;
    copy.properties = others;
    return copy;
  }
};

/// What the broker is to do with retained messages when a subscription is made [MQTT-3.3.1-9].
enum class RetainHandling : std::uint8_t {
  send = 0,
  send_if_new = 1,
  do_not_send = 2,
};

/// One entry of a SUBSCRIBE.
struct TopicFilter {
  /// 1 to 65,535 bytes of UTF-8; `+` and `#` as levels of their own; `$share/name/filter` shares.
  std::string_view filter{};
  QoS maximum_qos{QoS::exactly_once};
  /// Messages that this client publishes do not come back. Not with a shared subscription
  /// [MQTT-3.8.3-4].
  bool no_local{false};
  bool retain_as_published{false};
  RetainHandling retain_handling{RetainHandling::send};
};

}  // namespace minimq

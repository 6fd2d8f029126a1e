// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/message.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"
#include "minimq/time.hpp"

namespace minimq {

/// Names an accepted operation until its outcome was handed out. A value, freely copied.
class Ticket {
 public:
  constexpr Ticket() = default;
  explicit constexpr Ticket(std::uint16_t packet_id) : packet_id_{packet_id} {}
  /// True for an operation without an outcome: QoS 0, or detached.
  [[nodiscard]] constexpr bool empty() const { return packet_id_ == 0; }
  [[nodiscard]] constexpr std::uint16_t packet_id() const { return packet_id_; }
  friend constexpr bool operator==(Ticket, Ticket) = default;

 private:
  std::uint16_t packet_id_{0};
};

/// How an accepted operation ended: by the broker's answer, or without one.
///
/// The reason codes of a SUBSCRIBE or UNSUBSCRIBE are a view of tx: until the next `poll` or
/// `next_event` when it came as an event, until the next call into the session when it was awaited.
class Outcome {
 public:
  enum class Operation : std::uint8_t {
    publish,
    subscribe,
    unsubscribe,
  };

  Outcome() = default;
  Outcome(Ticket ticket, Operation operation, Error error)
      : ticket_{ticket}, operation_{operation}, error_{error} {}
  Outcome(Ticket ticket, Operation operation, ReasonCode reason, Bytes reasons)
      : ticket_{ticket}, reasons_{reasons}, operation_{operation}, reason_{reason} {}

  [[nodiscard]] Ticket ticket() const { return ticket_; }
  [[nodiscard]] Operation operation() const { return operation_; }
  /// Present when there was no answer: session_lost; packet_too_large, qos_not_supported,
  /// retain_not_supported, wildcard_not_supported, shared_not_supported,
  /// subscription_id_not_supported (what a later connection does not allow).
  [[nodiscard]] std::optional<Error> error() const {
    return error_ == Error{} ? std::nullopt : std::optional{error_};
  }
  /// The broker's answer; for several topic filters the first one that is an error, if any is.
  [[nodiscard]] ReasonCode reason() const { return reason_; }
  /// The number of topic filters; 0 for a publish, and without an answer.
  [[nodiscard]] std::size_t reason_count() const { return reasons_.size(); }
  /// The answer to the topic filter of that index, granted QoS included [MQTT-3.9.3-1].
  [[nodiscard]] ReasonCode reason(std::size_t index) const {
    return static_cast<ReasonCode>(reasons_[index]);
  }
  /// The index of the first topic filter that was refused, if any was.
  [[nodiscard]] std::optional<std::size_t> first_refused() const;
  /// What the broker said beside the reason code, if `Extras::ack_properties` keeps it and nothing
  /// later took its place: Reason String, User Properties. Views as for the reason codes.
  [[nodiscard]] Properties properties() const { return properties_; }
  [[nodiscard]] std::string_view reason_string() const;
  /// Answered, and nothing was refused.
  [[nodiscard]] bool ok() const { return error_ == Error{} && !is_error(reason_); }

 private:
  friend class Engine;
  Ticket ticket_{};
  Bytes reasons_{};
  Properties properties_{};
  Operation operation_{Operation::publish};
  Error error_{};
  ReasonCode reason_{ReasonCode::success};
};

/// Why a connection ended, or an attempt failed. With connection_refused and disconnected_by_broker
/// the reason is the broker's; with an error of the broker's making it is what we answered with.
struct Cause {
  Error error{Error::requested};
  ReasonCode reason{ReasonCode::success};
};

/// What happened, one thing at a time. `switch (event.kind())` over all of them.
class Event {
 public:
  enum class Kind : std::uint8_t {
    connected,     ///< Online, and subscriptions are to be made (again).
    reconnected,   ///< Online, and the broker has kept the session with its subscriptions.
    disconnected,  ///< Offline; `cause()`, `next_attempt()`, `reason_string()`,
                   ///< `server_reference()`.
    inbound,       ///< `message()`
    skipped,       ///< A message larger than rx was read through: `message()` (no payload),
                   ///< `skipped_size()`.
    settled,       ///< An operation nobody awaits has ended: `outcome()`.
    stopped,       ///< Nothing will happen until `start()`: `cause()`.
    idle,          ///< The deadline given to `poll` has passed.
  };

  explicit Event(Kind kind) : kind_{kind} {}
  /// A message, or with a size above zero one that was skipped.
  explicit Event(const Message& message, std::size_t skipped_size = 0)
      : kind_{skipped_size == 0 ? Kind::inbound : Kind::skipped},
        message_{message},
        size_{skipped_size} {}
  explicit Event(const Outcome& outcome) : kind_{Kind::settled}, outcome_{outcome} {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  /// The whole packet, in bytes.
  [[nodiscard]] std::size_t skipped_size() const { return size_; }
  /// With connected: the broker did keep a session, but it may not be the one we know.
  [[nodiscard]] bool session_present() const { return session_present_; }
  /// When the next attempt begins.
  [[nodiscard]] Instant next_attempt() const { return next_attempt_; }
  /// What the broker said beside the reason code, in the CONNACK or DISCONNECT that ended the
  /// connection. Views until the next attempt begins or the next `poll` or `next_event`, whichever
  /// is first. With connected and reconnected that of the CONNACK, if `Extras::connack_properties`
  /// keeps it: views until the next CONNACK.
  [[nodiscard]] Properties properties() const { return last_words_; }
  [[nodiscard]] std::string_view reason_string() const;
  /// Another broker to use, with 0x9C and 0x9D. It is never followed by itself.
  [[nodiscard]] std::string_view server_reference() const;
  /// With connected and reconnected: what to build response topics from, if
  /// `Property::request_response_information` asked for it and the broker has some.
  [[nodiscard]] std::string_view response_information() const;

 private:
  friend class Engine;
  friend class PollOperation;
  friend class Session;
  Kind kind_;
  bool session_present_{false};
  Cause cause_{};
  Instant next_attempt_{};
  Properties last_words_{};
  Message message_{};
  Outcome outcome_{};
  std::size_t size_{0};
};

/// The enumerator's name, for logs. A NUL follows it. It is not linked unless it is called.
[[nodiscard]] std::string_view to_string(Event::Kind kind);

}  // namespace minimq

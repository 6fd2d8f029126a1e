// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "minimq/build.hpp"
#include "minimq/config.hpp"
#include "minimq/engine.hpp"
#include "minimq/error.hpp"
#include "minimq/event.hpp"
#include "minimq/operation.hpp"
#include "minimq/publication.hpp"
#include "minimq/transport.hpp"

namespace minimq {

/// How `Session::disconnect` ends the connection.
struct DisconnectOptions {
  /// 0x04 asks the broker to publish the will.
  ReasonCode reason{ReasonCode::normal_disconnection};
  /// Session Expiry Interval, Reason String, User Properties.
  std::span<const Property> properties{};
  /// How long what was accepted may still be answered before DISCONNECT leaves. Zero: not at all.
  Milliseconds drain{0};
};

/// One MQTT v5 session for the life of the program: it connects, and connects again by itself after
/// every failure, for as long as the device runs.
///
/// Drive it in one of three ways:
/// - **super-loop**: `drive(now)`, then `next_event()` until there is none, then sleep until
///   `next_deadline()` or until the transport can read or write;
/// - **coroutines**: `co_await session.poll()` and its like, on the event loop of the transport;
/// - **a blocking thread**: `loop.run_until(session.poll())`.
///
/// Not safe to use from several threads or from interrupts. Several tasks on one thread may use it
/// at once; one of them polls.
class Session final : private Waiter {
 public:
  enum class State : std::uint8_t {
    waiting,     ///< For the next attempt.
    opening,     ///< The transport is being opened.
    connecting,  ///< CONNECT is leaving, or CONNACK is missing.
    online,
    closing,  ///< DISCONNECT is leaving.
    stopped,  ///< Nothing happens until `start()`.
  };

  /// The first attempt begins with the first `drive` or `poll`. A wrong configuration does no harm:
  /// `config_error()` names the fault, `poll` reports it once as Event::Kind::stopped, nothing is
  /// sent.
  Session(const Config& config, Transport& transport);
  /// Operations that await it must be gone. The transport is closed without DISCONNECT, so the
  /// broker publishes the will.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] std::optional<Error> config_error() const { return config_error_; }

  // Commands. They return at once: accepted whole, or refused with nothing changed.

  /// Accepts a message. At QoS 1 and 2 it then survives the link, and its ticket has an outcome; at
  /// QoS 0 the ticket is empty. Offline it waits in tx (QoS 0 only with `queue_qos0_offline`).
  ///
  /// Errors: not_ready (see `shortage()`; `ready` waits for room), topic_name_invalid,
  /// response_topic_invalid, property_invalid, packet_too_large, payload_failed, qos_not_supported,
  /// retain_not_supported, busy, and the configuration's own. Everything is copied.
  [[nodiscard]] Result<Ticket> publish(const Publication& publication);

  /// Sends a message at QoS 0 at once, under a topic alias of `Extras::outbound_aliases`: with its
  /// topic the first time on each connection, then with the alias alone. The topic of `publication`
  /// is left empty. It goes out now or not at all, because an alias means nothing to the next
  /// connection. Everything is written from the caller's memory, or copied.
  ///
  /// Errors: not_ready (no connection, or the transport takes nothing now),
  /// topic_alias_not_supported [MQTT-3.2.2-17], [MQTT-3.2.2-18], property_invalid (no such alias, a
  /// topic, a QoS above 0, a payload that is a callable), retain_not_supported, packet_too_large,
  /// response_topic_invalid, topic_name_invalid (that of the alias), busy, stopped, and the
  /// configuration's own.
  [[nodiscard]] Result<void> publish_aliased(std::uint16_t alias, const Publication& publication);

#if MINIMQ_SUBSCRIPTIONS
  /// Accepts a SUBSCRIBE with one or more topic filters; the outcome has a reason code for each. It
  /// is sent again until it is answered, unless the broker loses the session.
  ///
  /// Errors: not_ready (after `connected` that event is repeated when there is room),
  /// topic_filter_invalid, property_invalid, packet_too_large, wildcard_not_supported,
  /// shared_not_supported, subscription_id_not_supported, busy, and the configuration's own.
  /// Everything is copied.
  [[nodiscard]] Result<Ticket> subscribe(const TopicFilter& filter) {
    return subscribe({&filter, 1});
  }
  [[nodiscard]] Result<Ticket> subscribe(std::span<const TopicFilter> filters,
                                         std::span<const Property> properties = {});
  /// As subscribe.
  [[nodiscard]] Result<Ticket> unsubscribe(std::string_view filter) {
    return unsubscribe({&filter, 1});
  }
  [[nodiscard]] Result<Ticket> unsubscribe(std::span<const std::string_view> filters,
                                           std::span<const Property> properties = {});
#endif

  /// Acknowledges a message whose acknowledgement was deferred, or refuses it with a reason code of
  /// 0x80 and above. A refused QoS 2 message may come again if its PUBREC is lost with the link.
  /// Errors: stale_ack, reason_code_invalid.
  Result<void> acknowledge(AckHandle handle, ReasonCode reason = ReasonCode::success);

  /// Begins a new exchange of the authenticator on the open connection, while messages go on in
  /// both directions. `Authenticator::finish` is called when the broker has accepted it; if it
  /// fails, the connection ends, and `Event::Kind::disconnected` says why [MQTT-4.12.1-2]. It has
  /// `Config::connack_timeout` (`Error::authentication_timeout`).
  ///
  /// Errors: no_authenticator, not_online, packet_too_large, that of `Authenticator::begin`, busy
  /// (also while an exchange is under way), stopped, and the configuration's own.
  Result<void> reauthenticate();

  /// Ends the connection with DISCONNECT and then stays stopped; Event::Kind::stopped tells when.
  /// What was accepted and not answered stays in tx and goes on after `start()`. Errors:
  /// stopped, if it is stopped already; reason_code_invalid, property_invalid,
  /// session_expiry_invalid; not_ready, if there is no room in tx for the properties (one without
  /// properties always leaves); with `drain`, properties are not possible: property_invalid. Where
  /// a DISCONNECT is leaving already, nothing follows it; during a drain this one takes its place.
  Result<void> disconnect(const DisconnectOptions& options = {});

  /// Leaves the state stopped, and makes the next attempt at once; while the application's own
  /// `disconnect` is under way, right after it. Does nothing while an attempt is under way or the
  /// session is online. Error: the configuration's.
  Result<void> start();
  /// Ends the connection, if there is one, and makes the next attempt at once. Error: the
  /// configuration's.
  Result<void> reconnect_now();

  /// Another broker. Error: not_stopped, config_broker.
  Result<void> set_broker(const Broker& broker);
  /// Other credentials, or none. Errors: not_stopped, config_credentials.
  Result<void> set_credentials(const Credentials* credentials);

  // The super-loop.

  /// Does what can be done now, without blocking: a bounded number of reads, writes and steps.
  /// Within an event loop it is called by itself.
  void drive(Instant now);
  /// What has happened. The message and the outcome handed out before end here: their views are
  /// dead, and the message is acknowledged unless that was deferred.
  [[nodiscard]] std::optional<Event> next_event() {
    std::optional<Event> event{std::in_place, Event::Kind::idle};
    if (!next_event(*event)) event.reset();
    return event;
  }
  /// When `drive` must be called again at the latest, if the transport has nothing before; now or
  /// earlier: at once; nothing: only an event of the transport or a call can change anything.
  [[nodiscard]] std::optional<Instant> next_deadline();
  /// Which events of the transport call for `drive`.
  [[nodiscard]] Interest interest();

  // Operations to be awaited, on a transport that can wait. All of them may be destroyed at any
  // time: that cancels the wait and nothing else.

  /// Completes with the next event, at the latest at the deadline with Event::Kind::idle. Only one
  /// at a time: a second one completes with Event::Kind::stopped, its cause Error::busy. Views as
  /// with `next_event`.
  [[nodiscard]] PollOperation poll(std::optional<Instant> deadline = {}) {
    return PollOperation{*this, deadline};
  }
  /// Completes with the outcome of an operation, which then is no event. Errors: unknown_ticket;
  /// deadline_passed and inbound_waiting and stopped, after which the ticket is still good, and the
  /// outcome comes as an event if nobody awaits it again. An empty ticket completes at once, with
  /// success.
  [[nodiscard]] SettledOperation settled(Ticket ticket, std::optional<Instant> deadline = {}) {
    return SettledOperation{*this, ticket, deadline};
  }
  /// Completes when a packet of that size would be accepted. Errors: deadline_passed,
  /// inbound_waiting, stopped, packet_too_large; not_ready, if only outcomes that nobody reads take
  /// up the room.
  [[nodiscard]] ReadyOperation ready(std::size_t bytes, std::optional<Instant> deadline = {}) {
    return ReadyOperation{*this, bytes, deadline};
  }

  // Sight.

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Limits& limits() const { return engine_.limits(); }
  [[nodiscard]] Counters counters() const;
  /// What the last `not_ready` was short of.
  [[nodiscard]] Shortage shortage() const { return engine_.shortage(); }
  /// The size of the largest packet that `publish` would accept now, in bytes.
  [[nodiscard]] std::size_t tx_free() { return config_error_ ? 0 : engine_.tx_free(); }
  /// High-water marks, in bytes.
  [[nodiscard]] std::size_t tx_peak() const { return engine_.tx_peak(); }
  [[nodiscard]] std::size_t rx_peak() const { return engine_.rx_peak(); }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  friend class Operation;
  friend class PollOperation;
  friend class SettledOperation;
  friend class ReadyOperation;

  // session.cpp
  [[nodiscard]] Result<void> usable() const;
  [[nodiscard]] bool publish_directly(const Publication& publication);
  void changed();
  // In place. False: nothing has happened.
  [[nodiscard]] bool next_event(Event& event);
  void lifecycle(Event::Kind kind, Event& event) const;
  [[nodiscard]] Ticket next_unawaited() const;
  [[nodiscard]] bool subscribe_due();
  [[nodiscard]] bool has_event();
  void recheck_config();
  [[nodiscard]] bool awaited(Ticket ticket) const;
  // connection.cpp
  void step_opening();
  void step_linked();
  void read_some();
  void write_some();
  void established();
  void link_over();
  void schedule();
  void stop(Cause cause);
  void close_link();
  [[nodiscard]] bool linked() const;
  [[nodiscard]] bool leaving() const;
  [[nodiscard]] const Broker& broker() const;
  // backoff.cpp
  [[nodiscard]] std::uint32_t random_up_to(std::uint32_t most);
  [[nodiscard]] Duration backoff_pause();
  [[nodiscard]] Duration slow_pause();
  void decay_backoff();
  void ready() override;
  // operation.cpp
  struct Pump : Engine::Listener {
    void (*ready)(Session& session);
  };
  void pump();
  void begin(Operation& operation);
  void end(Operation& operation);
  [[nodiscard]] bool complete(Operation& operation);
  [[nodiscard]] std::optional<Error> verdict(const Operation& operation);
  [[nodiscard]] bool polled() const;
  void resume_operations();
  void arm();
  static void wake(void* session);

  // What is used most stands first, where the shortest instructions reach it.
  Transport& transport_;
  Operation* operations_{nullptr};  // that wait, in the order they began
  bool* alive_{nullptr};  // while coroutines are resumed: told when one destroys the session
  Instant deadline_{
      Instant::min()};  // of the state; while online, when that began; while draining, its end
  std::uint16_t failures_{0};
  Cause cause_{};
  std::optional<Error> config_error_;
  std::uint16_t attempts_{0};  // that failed: picks the broker
  State state_{State::waiting};
  // What to report next; each once, the newest only.
  bool report_disconnected_ : 1 {false};
  bool report_stopped_ : 1 {false};
  bool report_established_ : 1 {false};
  ReasonCode farewell_{};          // of the DISCONNECT after a drain
  std::uint8_t backoff_shift_{0};  // the bound of the backoff is backoff_min << this
  bool fresh_ : 1 {true};          // the application has to subscribe
  bool subscribe_refused_ : 1 {false};
  bool write_blocked_ : 1 {false};  // the transport took less than it was offered
  bool again_ : 1 {false};          // `drive` stopped at its bound
  bool draining_ : 1 {false};
  bool ending_ : 1 {false};   // the link ends for another reason, and none is to follow
  bool restart_ : 1 {false};  // the link ends because `reconnect_now` wants another one
  bool driving_ : 1 {false};
  Config config_;
  Engine engine_;
};

}  // namespace minimq

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "minimq/assigned_client_id.hpp"
#include "minimq/authentication.hpp"
#include "minimq/build.hpp"
#include "minimq/config.hpp"
#include "minimq/detail/control_queue.hpp"
#include "minimq/detail/countdown.hpp"
#include "minimq/detail/inbound_table.hpp"
#include "minimq/detail/rx_buffer.hpp"
#include "minimq/detail/tx_log.hpp"
#include "minimq/error.hpp"
#include "minimq/event.hpp"
#include "minimq/limits.hpp"
#include "minimq/message.hpp"
#include "minimq/property_store.hpp"
#include "minimq/publication.hpp"
#include "minimq/time.hpp"
#include "minimq/topic_alias.hpp"

namespace minimq::codec {
class Writer;
struct Ack;
struct Connack;
struct FixedHeader;
}  // namespace minimq::codec

namespace minimq {

/// Where the pieces of one gather write are put together. It lives from `tx_pending` to
/// `tx_consume`.
struct TxGather {
  std::array<Bytes, 6> pieces;
};

/// The protocol as a state machine: bytes in, bytes out, time in, the next deadline out. It does no
/// I/O, reads no clock, and keeps a session across any number of links. Session drives it; use it
/// alone only where Session does not fit.
///
/// All its memory is `Config::buffers`; the configuration must be valid (`check_config`) and
/// outlive it.
class Engine {
 public:
  enum class Phase : std::uint8_t {
    offline,     ///< No link.
    connecting,  ///< CONNECT is leaving, or CONNACK is missing.
    online,
    closing,  ///< `cause()` says why; close the link when `finished()`.
  };

  explicit Engine(const Config& config);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Called when something has come up between the calls that drive the engine: a message was
  /// released.
  struct Listener {
    void (*changed)(void* context);
  };
  void set_listener(const Listener* listener, void* context) {
    listener_ = listener;
    listener_context_ = context;
  }
  [[nodiscard]] const Listener* listener() const { return listener_; }
  void notify() const;
  /// A payload callable is running: nothing else may be called but `publish` and the like, which
  /// refuse.
  [[nodiscard]] bool calling() const { return calling_; }

  /// Where packet identifiers begin; once, before anything else.
  void seed(std::uint16_t random) { log_.seed(random); }

  // The link.

  /// A link is open: CONNECT goes first [MQTT-3.1.0-1]. Messages nobody has taken are dropped; one
  /// that is held stays, and CONNACK is read when it is released.
  void link_opened();
  /// The link is closed. What was in flight waits for the next one.
  void link_lost();
  /// The link is of no use any more: nothing is sent. Does nothing in the phases closing and
  /// offline.
  void abandon(Error error);
  [[nodiscard]] Phase phase() const { return phase_; }
  /// In the phase closing: nothing is left to be sent, or there is no time for it.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] Cause cause() const { return cause_; }
  /// Whether the broker kept a session, and whether it is beyond doubt the one we know.
  [[nodiscard]] bool session_present() const { return session_present_; }
  [[nodiscard]] bool resumed() const { return session_present_ && !doubtful_; }
  /// The link that is open, or was lost last, has seen a CONNACK that was a success; until
  /// `link_lost`.
  [[nodiscard]] bool was_online() const { return was_online_; }
  /// On this connection an inbound exchange ended or a message at QoS 0 came.
  [[nodiscard]] bool made_progress() const { return progress_; }
  /// What the broker said in the CONNACK or DISCONNECT that ended the connection. Views of rx,
  /// until `link_opened`.
  [[nodiscard]] Properties last_words() const;
  /// Those of the last CONNACK that was a success, if they are kept; until the next one.
  [[nodiscard]] Properties connack_properties() const {
    const PropertyStore* const kept = extras().connack_properties;
    return kept != nullptr ? kept->of(0) : Properties{};
  }
  /// With rx_too_small: what CONNACK needs, in bytes.
  [[nodiscard]] std::size_t needed_size() const { return oversize_; }

  // Bytes in.

  /// Where to read to next; empty while nothing can be received: take or release messages first.
  /// Its answer changes with every other call.
  [[nodiscard]] std::span<std::byte> rx_space();
  /// `count` bytes were read there. Packets that are complete are processed; acknowledgements act
  /// at once. To be called with 0 as well, because releasing a message or writing may have made
  /// room for what was read before.
  void rx_commit(std::size_t count);
  /// rx is full of messages the application has or has not taken yet.
  [[nodiscard]] bool rx_blocked() const;

  // Bytes out.

  /// What to write next; empty: nothing now. Its answer changes with every other call.
  [[nodiscard]] TxSpans tx_pending(TxGather& gather);
  /// Whether `tx_pending` would have something.
  [[nodiscard]] bool wants_write();
  /// The first `count` bytes of the last `tx_pending` were taken for good.
  void tx_consume(std::size_t count);

  // Time.

  /// Nothing: no deadline runs.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  void advance(Instant now) {
    pass_time(now);
    check_deadlines();
  }
  /// The two halves of `advance`: between them comes what has arrived in the meantime, so that a
  /// late caller does not take an answer for missing that is there.
  void pass_time(Instant now);
  void check_deadlines();
  /// The time of the last `advance`.
  [[nodiscard]] Instant now() const { return now_; }

  // Commands: accepted whole, or refused with nothing changed.

  [[nodiscard]] Result<Ticket> publish(const Publication& publication);
  /// A message at QoS 0 may be written straight from the caller's memory, if nothing else waits to
  /// be written and the whole of it would also fit tx: the pieces, to be followed by `end_direct`
  /// with what the transport took of them, which may be nothing. Otherwise no pieces, and `publish`
  /// is the way.
  [[nodiscard]] TxSpans begin_direct(const Publication& publication, TxGather& gather);
  void end_direct(TxSpans pieces, std::size_t count);
  /// The same for a message with a topic alias: refused where it cannot leave at once, so that it
  /// never gets to another connection. `end_aliased` accepts it, or refuses it with not_ready if
  /// the transport took nothing.
  [[nodiscard]] Result<TxSpans> begin_aliased(std::uint16_t alias, const Publication& publication,
                                              TxGather& gather);
  [[nodiscard]] Result<void> end_aliased(std::uint16_t alias, TxSpans pieces, std::size_t count);
#if MINIMQ_SUBSCRIPTIONS
  [[nodiscard]] Result<Ticket> subscribe(std::span<const TopicFilter> filters,
                                         std::span<const Property> properties);
  [[nodiscard]] Result<Ticket> unsubscribe(std::span<const std::string_view> filters,
                                           std::span<const Property> properties);
#endif
  /// Online, DISCONNECT is sent, and nothing after it [MQTT-3.14.4-1]; otherwise the link is
  /// abandoned.
  [[nodiscard]] Result<void> disconnect(ReasonCode reason, std::span<const Property> properties);
  /// The same without properties, which nothing can stop. The reason code is one that a client may
  /// send.
  void leave(ReasonCode reason);
  [[nodiscard]] Result<void> acknowledge(AckHandle handle, ReasonCode reason);
  /// AUTH is sent as soon as nothing else is half written. Errors: no_authenticator, not_online,
  /// busy, packet_too_large, and that of `Authenticator::begin`.
  [[nodiscard]] Result<void> reauthenticate();

  // What happened.

  /// The views of the message and the outcome handed out before end here, and that message is
  /// acknowledged.
  void end_views();
  /// Whether `next_message` would have one.
  [[nodiscard]] bool has_message();
  /// The next message, in the order of the wire. No message may be held.
  [[nodiscard]] std::optional<Event> next_message() {
    std::optional<Event> event{std::in_place, Event::Kind::idle};
    if (!next_message(*event)) event.reset();
    return event;
  }
  /// The same in place. False: there is none, and nothing has changed.
  [[nodiscard]] bool next_message(Event& event);
  /// A ticket that is pending, has an outcome, or is unknown.
  [[nodiscard]] bool pending(Ticket ticket) const;
  [[nodiscard]] bool has_outcome(Ticket ticket) const;
  /// Hands out that outcome; its ticket is then unknown.
  /// Its reason codes are a view until `end_views`, or, with `lasting` false, until the next call.
  [[nodiscard]] std::optional<Outcome> take_outcome(Ticket ticket, bool lasting = true) {
    std::optional<Outcome> outcome{std::in_place};
    if (!take_outcome(ticket, *outcome, lasting)) outcome.reset();
    return outcome;
  }
  /// The same in place. False: there is none, and nothing has changed.
  [[nodiscard]] bool take_outcome(Ticket ticket, Outcome& outcome, bool lasting);
  /// A ticket whose outcome waits to be read, after `ticket` if that is not empty; empty: none.
  [[nodiscard]] Ticket next_outcome(Ticket after) const;

  // Sight.

  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] Shortage shortage() const { return shortage_; }
  /// The largest packet that would be accepted now, in bytes.
  [[nodiscard]] std::size_t tx_free();
  /// Whether there is room now for the last SUBSCRIBE or UNSUBSCRIBE that was refused with
  /// not_ready.
  [[nodiscard]] bool room_for_refused();
  [[nodiscard]] std::size_t tx_capacity() const { return log_.capacity(); }
  [[nodiscard]] std::size_t tx_peak() const { return log_.peak(); }
  [[nodiscard]] std::size_t rx_peak() const { return rx_.peak(); }
  /// No operation is queued or in flight.
  [[nodiscard]] bool idle() const;

 private:
  friend class Authentication;
  friend Result<Ticket> detail::publish_callable(Engine& engine, const Publication& publication,
                                                 QoS qos);
  friend class Message;
  using Slot = detail::Slot;
  using SlotIndex = detail::SlotIndex;
  using SlotKind = detail::SlotKind;
  using SlotState = detail::SlotState;

  // What becomes of a received packet.
  enum class Verdict : std::uint8_t {
    done,
    keep,   // a message for the application
    pause,  // no room for the answer; again when something was written
  };

  // What becomes of a message that the application may take.
  enum class Admission : std::uint8_t {
    deliver,
    drop,
    later,  // no room for it or for its answer before something was written
  };

  [[nodiscard]] const Extras& extras() const;
  [[nodiscard]] Authentication* authentication() const { return extras().authentication; }
  [[nodiscard]] std::string_view assigned_client_id() const;

  // receive.cpp
  void scan();
  void scan_oversize(const codec::FixedHeader& header);
  void skip_bytes();
  [[nodiscard]] Verdict process(const codec::FixedHeader& header, Bytes packet);
  [[nodiscard]] Verdict process_online(const codec::FixedHeader& header, Bytes body);
  [[nodiscard]] Verdict on_publish(std::uint8_t flags, Bytes body);
  [[nodiscard]] ReasonCode judge_alias(const detail::Publish& publish) const;
  [[nodiscard]] Verdict on_ack(PacketType type, Bytes body);
  [[nodiscard]] std::uint32_t accepted_packet_size() const;
  void trace(TraceEvent::Direction direction, Bytes packet) const;
  void trace_sent(Bytes packet) const { trace(TraceEvent::Direction::sent, packet); }
  // handshake.cpp
  [[nodiscard]] std::size_t gather_connect(TxGather& gather);
  void consume_connect(std::size_t count);
  [[nodiscard]] Verdict on_connack(Bytes body);
  void online();
  void on_connack_cut(Bytes body, std::size_t size);
  [[nodiscard]] bool judge_session(const codec::Connack& connack);
  void refused(const codec::Connack& connack);
  void remember(Properties last_words);
  [[nodiscard]] bool authenticated(const codec::Connack& connack);
  [[nodiscard]] bool take_client_id(const codec::Connack& connack);
  // replay.cpp
  void requeue_all();
  void session_ended();
  void apply_limits();
  [[nodiscard]] Error objection(const Slot& slot, Bytes packet) const;
  [[nodiscard]] Error subscribe_objection(std::uint8_t needs) const;
  void downgrade(SlotIndex index);
  // outbound.cpp
  [[nodiscard]] Error room(std::size_t size, std::size_t spare);
  [[nodiscard]] bool too_large_for_broker(std::size_t size) const {
    return limits_.maximum_packet_size != 0 && size > limits_.maximum_packet_size;
  }
  [[nodiscard]] Error begin_packet(codec::Writer& writer, std::size_t spare);
  [[nodiscard]] Error begin_publish(const Publication& publication, QoS qos, std::uint16_t alias,
                                    std::span<std::byte>& packet);
  [[nodiscard]] Error permit(const Publication& publication, QoS& qos) const;
  [[nodiscard]] Ticket accept(SlotKind kind, std::size_t begin, std::size_t size, bool detached);
  [[nodiscard]] std::size_t reserve() const { return config_.subscribe_reserve; }
  [[nodiscard]] SlotIndex next_sendable(SlotIndex index, std::uint32_t window) const;
  [[nodiscard]] std::uint32_t window() const;
  [[nodiscard]] std::size_t gather_log(TxGather& gather);
  void consume_log(std::size_t count);
  void begin_sending(SlotIndex index);
  void finish_sending(SlotIndex index);
  [[nodiscard]] bool something_to_send() const;
  [[nodiscard]] Authentication* speaker() const;
  // acknowledgement.cpp
  [[nodiscard]] Verdict on_puback(const codec::Ack& ack);
  [[nodiscard]] Verdict on_pubrec(const codec::Ack& ack);
  [[nodiscard]] Verdict on_pubcomp(const codec::Ack& ack);
  [[nodiscard]] Verdict on_subscription_ack(PacketType type, Bytes body);
  [[nodiscard]] bool awaits_answer(SlotIndex index) const;
  [[nodiscard]] bool may_have(Properties properties) const;
  void set_state(SlotIndex index, SlotState state);
  void settle(SlotIndex index, ReasonCode reason);
  void settle(SlotIndex index, ReasonCode reason, const Properties& properties);
  void end_slot(SlotIndex index, SlotState state, std::uint8_t code);
  // inbound.cpp
  [[nodiscard]] std::size_t find_message(detail::Publish& publish);
  [[nodiscard]] Admission admit(const detail::Publish& publish);
  [[nodiscard]] bool needs_record(const detail::Publish& publish) const;
  void record(const detail::Publish& publish, bool skipped);
  [[nodiscard]] Admission answer_duplicate(detail::InboundEntry& entry,
                                           const detail::Publish& publish);
  void release_message();
  [[nodiscard]] Verdict on_pubrel(const codec::Ack& ack);
  // control.cpp
  void stage_control();
  void stage_releases();
  void stage_acks();
  void acks_written(Bytes packets);
  [[nodiscard]] bool fits(std::size_t size);
  [[nodiscard]] bool add_control(PacketType type, std::uint16_t packet_id, ReasonCode reason);
  // keep_alive.cpp
  void received_something();
  void wrote_something();
  void watch_write();
  void await_pingresp();
  [[nodiscard]] std::uint32_t ping_interval() const;
  [[nodiscard]] std::uint32_t ping_limit() const;
  [[nodiscard]] Verdict on_pingresp(Bytes body);
  // closing.cpp
  void fail(Error error, ReasonCode reason);
  // Gives Verdict::done.
  Verdict fail_received(ReasonCode reason);
  [[nodiscard]] Verdict on_disconnect(Bytes body);
  [[nodiscard]] Verdict on_auth(Bytes body);
  void stage_disconnect();

  // What is used most stands first, where the shortest instructions reach it.
  Cause cause_{};
  Phase phase_{Phase::offline};
  Shortage shortage_ : 2 {Shortage::none};
  bool was_online_ : 1 {false};    // this link has seen a CONNACK that was a success
  bool first_ : 1 {true};          // no connection has succeeded yet
  bool has_session_ : 1 {false};   // the broker should have our session
  bool force_clean_ : 1 {false};   // the broker had a session that is not ours
  bool clean_start_ : 1 {false};   // what the last CONNECT said
  bool unanswered_ : 1 {false};    // a CONNECT left whole, and no CONNACK was seen since
  bool late_clean_ : 1 {false};    // one with Clean Start may still arrive, or has
  bool doubtful_ids_ : 1 {false};  // what is remembered may be of a session the broker has lost
  bool doubtful_ : 1 {false};      // the broker may have made a new session without our knowing
  bool session_present_ : 1 {false};
  bool progress_ : 1 {false};
  bool deferred_ : 1 {false};  // the held message will be acknowledged by its handle
  bool overflow_ : 1 {false};  // QoS 1 and 2 messages are left to the broker
  bool ping_due_ : 1 {false};
  bool paused_ : 1 {false};    // scanning waits for room in the control queue
  bool scan_due_ : 1 {false};  // scanning may go on
  bool abandoned_ : 1 {false};
  bool disconnect_due_ : 1 {false};
  bool calling_ : 1 {false};        // a payload callable is running
  std::uint16_t kept_head_{0};      // the bytes of it that stand first among the messages kept
  std::uint16_t last_words_at_{0};  // in rx
  std::uint16_t last_words_size_{0};
  std::uint16_t outstanding_{0};   // slots for which the broker's Receive Maximum counts
  std::uint16_t releases_due_{0};  // slots whose PUBREL is to be sent
  std::uint16_t outcomes_{0};      // slots whose outcome waits to be read
  std::uint16_t connection_{0};
  std::uint16_t serial_{0};  // of the message handed out last
  std::uint16_t held_id_{0};
  Instant now_{};
  std::uint32_t wanted_{0};     // bytes and spare of the command that was refused last
  std::uint32_t half_sent_{0};  // of the pinned packet, or of CONNECT
  std::uint32_t skip_left_{0};  // bytes of a packet larger than rx that are still to come
  std::uint32_t oversize_{0};  // its size, once its head is kept; with rx_too_small that of CONNACK
  detail::Countdown rx_idle_{};      // until silence of the broker is probed
  detail::Countdown tx_idle_{};      // until our own silence is broken
  detail::Countdown stall_{};        // until a write that takes nothing ends the link
  detail::Countdown pong_{};         // until PINGRESP or any other byte
  detail::Countdown pong_limit_{};   // until PINGRESP, whatever else comes
  detail::Countdown phase_timer_{};  // CONNACK; the end of an overflow; the leaving of DISCONNECT
  const Config& config_;
  const Listener* listener_{nullptr};
  void* listener_context_{nullptr};
  detail::RxBuffer rx_;
  detail::TxLog log_;
  detail::ControlQueue control_;
  detail::InboundTable inbound_;
  Limits limits_{};
  Counters counters_{};
};

/// Checks a configuration as a whole and names the first fault; no error: none.
[[nodiscard]] std::optional<Error> check_config(const Config& config);

}  // namespace minimq

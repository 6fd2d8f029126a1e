// SPDX-License-Identifier: MIT
//
// Commands and events. How connections come and go is in connection.cpp.
#include "minimq/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace minimq {

Session::Session(const Config& config, Transport& transport)
    : transport_{transport}, config_{config}, engine_{config_} {
  config_error_ = check_config(config_);
  std::array<std::byte, 2> random{};
  transport_.entropy(random);
  std::uint16_t seed = 0;
  std::memcpy(&seed, random.data(), sizeof seed);
  engine_.seed(seed);
  if (config_error_) stop({.error = *config_error_});
}

Session::~Session() {
  if (alive_ != nullptr) *alive_ = false;
  transport_.cancel(*this);
  transport_.close();
}

// The event loop calls. Who waits for it was registered by an operation: a super-loop has none, and
// does not link what follows.
void Session::ready() {
  static_cast<const Pump*>(engine_.listener())->ready(*this);
}

// Whether commands are taken at all.
Result<void> Session::usable() const {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (config_error_) return std::unexpected{*config_error_};
  if (draining_) return std::unexpected{Error::stopped};
  return {};
}

// There is something to write, or to report: whoever drives the session learns it.
void Session::changed() {
  engine_.notify();
}

Result<Ticket> Session::publish(const Publication& publication) {
  if (const auto ok = usable(); !ok) return std::unexpected{ok.error()};
  if (state_ == State::online && publish_directly(publication)) return Ticket{};
  const auto ticket = engine_.publish(publication);
  if (ticket) changed();
  return ticket;
}

bool Session::publish_directly(const Publication& publication) {
  TxGather gather;
  const TxSpans pieces = engine_.begin_direct(publication, gather);
  if (pieces.empty()) return false;
  const auto count = transport_.write(pieces);
  engine_.end_direct(pieces, count.value_or(0));
  if (!count) engine_.abandon(count.error());
  changed();
  return true;
}

Result<void> Session::acknowledge(AckHandle handle, ReasonCode reason) {
  if (engine_.calling()) return std::unexpected{Error::busy};
  const auto result = engine_.acknowledge(handle, reason);
  if (result) changed();
  return result;
}

Result<void> Session::set_broker(const Broker& broker) {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (state_ != State::stopped) return std::unexpected{Error::not_stopped};
  if (!broker.valid()) return std::unexpected{Error::config_broker};
  config_.broker = broker;
  recheck_config();
  return {};
}

Result<void> Session::set_credentials(const Credentials* credentials) {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (state_ != State::stopped) return std::unexpected{Error::not_stopped};
  Config changed = config_;
  changed.credentials = credentials;
  if (check_config(changed) == Error::config_credentials) {
    return std::unexpected{Error::config_credentials};
  }
  config_.credentials = credentials;
  recheck_config();
  return {};
}

// A change may have cured the fault, unless that lies in the buffers, which the engine has taken
// over.
void Session::recheck_config() {
  if (engine_.tx_capacity() != 0) config_error_ = check_config(config_);
}

// Outcomes of a lost session come before the event that asks for new subscriptions, and so does
// their room.
bool Session::next_event(Event& event) {
  if (engine_.calling()) return false;
  engine_.end_views();
  changed();
  if (report_disconnected_) {
    report_disconnected_ = false;
    lifecycle(Event::Kind::disconnected, event);
  } else if (engine_.take_outcome(next_unawaited(), event.outcome_, true)) {
    event.kind_ = Event::Kind::settled;
  } else if (report_stopped_) {
    report_stopped_ = false;
    lifecycle(Event::Kind::stopped, event);
  } else if (report_established_ || subscribe_due()) {
    const bool fresh = fresh_ || !report_established_;
    report_established_ = fresh_ = subscribe_refused_ = false;
    lifecycle(fresh ? Event::Kind::connected : Event::Kind::reconnected, event);
  } else {
    return engine_.next_message(event);
  }
  return true;
}

// A SUBSCRIBE was refused for want of room, and there is room now.
bool Session::subscribe_due() {
  return subscribe_refused_ && state_ == State::online && engine_.room_for_refused();
}

void Session::lifecycle(Event::Kind kind, Event& event) const {
  event.kind_ = kind;
  event.cause_ = cause_;
  // Whoever hears of it late, when the next attempt has begun, is not told of other deadlines.
  event.next_attempt_ = engine_.now();
  if (state_ == State::stopped) event.next_attempt_ = Instant::max();
  if (state_ == State::waiting) event.next_attempt_ = std::max(deadline_, engine_.now());
  event.session_present_ = engine_.session_present();
  const bool online = kind == Event::Kind::connected || kind == Event::Kind::reconnected;
  event.last_words_ = online ? engine_.connack_properties() : engine_.last_words();
  event.size_ = engine_.needed_size();
}

// An outcome that no operation waits for.
Ticket Session::next_unawaited() const {
  Ticket ticket = engine_.next_outcome({});
  while (!ticket.empty() && awaited(ticket))
    ticket = engine_.next_outcome(ticket);
  return ticket;
}

bool Session::has_event() {
  return report_disconnected_ || report_stopped_ || report_established_ || subscribe_due() ||
         !next_unawaited().empty() || engine_.has_message();
}

Counters Session::counters() const {
  Counters counters = engine_.counters();
  counters.failures = failures_;
  return counters;
}

}  // namespace minimq

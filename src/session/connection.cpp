// SPDX-License-Identifier: MIT
//
// All that changes the state of a session:
//
//   waiting -> opening -> connecting -> online -> closing -> waiting | stopped
//
// where every state but waiting and stopped falls back to one of these two when its link fails.
#include <algorithm>

#include "codec/disconnect.hpp"
#include "minimq/session.hpp"
#include "session/retry.hpp"

namespace minimq {

namespace {

// Reads, and writes, in one `drive`.
constexpr int rounds_max = 8;

}  // namespace

void Session::drive(Instant now) {
  if (driving_ || engine_.calling()) return;
  driving_ = true;
  // When the clock goes back, time has stood still.
  if (now < engine_.now() && deadline_ != Instant::min()) deadline_ += now - engine_.now();
  engine_.pass_time(now);
  again_ = false;
  if (state_ == State::waiting && engine_.now() >= deadline_) {
    state_ = State::opening;
    deadline_ = engine_.now() + config_.connect_timeout;
  }
  if (state_ == State::opening) step_opening();
  if (linked()) step_linked();
  driving_ = false;
}

void Session::step_opening() {
  const auto progress = transport_.open(broker());
  if (progress == Transport::Progress::ready) {
    engine_.link_opened();
    state_ = State::connecting;
    write_blocked_ = false;
  } else if (!progress || engine_.now() >= deadline_) {
    cause_ = {.error = progress ? Error::connect_timeout : progress.error()};
    link_over();
  }
}

void Session::step_linked() {
  read_some();
  engine_.check_deadlines();
  // Also when the link is over already: what its CONNACK said counts.
  if (state_ == State::connecting && engine_.was_online()) established();
  if (draining_ && state_ == State::online && (engine_.idle() || engine_.now() >= deadline_)) {
    engine_.leave(farewell_);
  }
  write_some();
  if (engine_.phase() != Engine::Phase::closing) return;
  state_ = State::closing;
  if (!engine_.finished()) return;
  cause_ = engine_.cause();
  link_over();
}

void Session::read_some() {
  engine_.rx_commit(0);
  for (int round = 0; round < rounds_max; ++round) {
    const std::span<std::byte> space = engine_.rx_space();
    if (space.empty()) return;
    const auto count = transport_.read(space);
    if (!count) {
      engine_.abandon(count.error());
      return;
    }
    engine_.rx_commit(*count);
    if (*count < space.size()) return;
  }
  again_ = true;
}

void Session::write_some() {
  for (int round = 0; round < rounds_max; ++round) {
    TxGather gather;
    const TxSpans pending = engine_.tx_pending(gather);
    write_blocked_ = false;
    if (pending.empty()) return;
    std::size_t offered = 0;
    for (const Bytes piece : pending)
      offered += piece.size();
    const auto count = transport_.write(pending);
    if (!count) {
      engine_.abandon(count.error());
      return;
    }
    engine_.tx_consume(*count);
    write_blocked_ = *count < offered;
    if (write_blocked_) return;
  }
  again_ = true;
}

void Session::established() {
  state_ = State::online;
  deadline_ = engine_.now();
  if (!engine_.resumed()) fresh_ = true;
  report_established_ = true;
}

// A link has ended, or could not be opened; `cause_` says why.
void Session::link_over() {
  const bool lasted = engine_.was_online() && engine_.now() - deadline_ >= config_.stable_time;
  if (engine_.was_online() && !draining_) decay_backoff();
  close_link();
  report_established_ = false;
  if (restart_) {
    restart_ = draining_ = ending_ = false;
    state_ = State::waiting;
    deadline_ = Instant::min();
    return;
  }
  const bool requested = cause_.error == Error::requested;
  if (requested || draining_ || ending_) {
    stop({.error = Error::requested, .reason = requested ? cause_.reason : ReasonCode::success});
    return;
  }
  ++failures_;
  if (!lasted) ++attempts_;
  report_disconnected_ = true;
  schedule();
}

void Session::close_link() {
  transport_.close();
  engine_.link_lost();
}

void Session::schedule() {
  state_ = State::waiting;
  switch (retry_class(cause_)) {
    case Retry::soon: deadline_ = engine_.now() + backoff_pause(); break;
    case Retry::resume:
      deadline_ = engine_.now() + (engine_.made_progress() ? Duration::zero() : backoff_pause());
      break;
    case Retry::slowly:
      if (config_.stop_on_permanent) {
        stop(cause_);
      } else {
        deadline_ = engine_.now() + slow_pause();
      }
      break;
  }
}

void Session::stop(Cause cause) {
  state_ = State::stopped;
  cause_ = cause;
  draining_ = ending_ = restart_ = false;
  report_stopped_ = true;
}

bool Session::linked() const {
  return state_ == State::connecting || state_ == State::online || state_ == State::closing;
}

const Broker& Session::broker() const {
  const std::size_t index = attempts_ % (1 + config_.more_brokers.size());
  return index == 0 ? config_.broker : config_.more_brokers[index - 1];
}

Result<void> Session::disconnect(const DisconnectOptions& options) {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (config_error_) return std::unexpected{*config_error_};
  if (state_ == State::stopped) return std::unexpected{Error::stopped};
  if (engine_.phase() == Engine::Phase::closing) {
    // DISCONNECT is leaving already, and nothing may follow it [MQTT-3.14.4-1].
    if (!codec::may_disconnect_with(options.reason)) {
      return std::unexpected{Error::reason_code_invalid};
    }
    ending_ = true;
    restart_ = false;
    changed();
    return {};
  }
  const bool drain = options.drain.count() != 0 && state_ == State::online && !engine_.idle();
  if (drain && !options.properties.empty()) return std::unexpected{Error::property_invalid};
  if (drain) {
    if (!codec::may_disconnect_with(options.reason)) {
      return std::unexpected{Error::reason_code_invalid};
    }
    draining_ = true;
    farewell_ = options.reason;
    deadline_ = engine_.now() + options.drain;
  } else {
    const auto result = engine_.disconnect(options.reason, options.properties);
    if (!result) return result;
    restart_ = false;
    if (linked()) {
      state_ = State::closing;
    } else {
      cause_ = {.error = Error::requested, .reason = options.reason};
      link_over();
    }
  }
  changed();
  return {};
}

Result<void> Session::start() {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (config_error_) return std::unexpected{*config_error_};
  if (state_ == State::stopped || state_ == State::waiting) {
    state_ = State::waiting;
    deadline_ = Instant::min();
    backoff_shift_ = 0;
    report_stopped_ = false;
    changed();
  } else if (leaving()) {
    restart_ = true;
  }
  return {};
}

// The application has asked for the end, and it is under way.
bool Session::leaving() const {
  return draining_ || ending_ ||
         (engine_.phase() == Engine::Phase::closing && engine_.cause().error == Error::requested);
}

Result<void> Session::reconnect_now() {
  if (engine_.calling()) return std::unexpected{Error::busy};
  if (config_error_) return std::unexpected{*config_error_};
  if (state_ == State::stopped || state_ == State::waiting) return start();
  restart_ = true;
  if (state_ == State::opening) {
    link_over();
  } else {
    engine_.leave(ReasonCode::normal_disconnection);
  }
  changed();
  return {};
}

std::optional<Instant> Session::next_deadline() {
  switch (state_) {
    case State::stopped: return std::nullopt;
    case State::waiting:
    case State::opening: return deadline_;
    case State::connecting:
    case State::online:
    case State::closing: break;
  }
  if (again_ || (engine_.wants_write() && !write_blocked_) || engine_.finished())
    return engine_.now();
  auto deadline = engine_.next_deadline();
  if (draining_ && state_ == State::online)
    deadline = std::min(deadline.value_or(deadline_), deadline_);
  return deadline;
}

Interest Session::interest() {
  if (state_ == State::opening) return {.read = true, .write = true};
  if (!linked()) return {};
  return {.read = !engine_.rx_space().empty(), .write = engine_.wants_write()};
}

}  // namespace minimq

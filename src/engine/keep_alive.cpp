// SPDX-License-Identifier: MIT
//
// Time: keep alive, and the limits on waiting.
#include <algorithm>

#include "minimq/engine.hpp"

namespace minimq {

namespace {

// A link on which nothing can be written ends after this and the ping timeout, if there is no keep
// alive.
constexpr std::uint32_t stall_without_keep_alive_ms = 60'000;

}  // namespace

// PINGREQ leaves after three quarters of the keep alive, so that it arrives in time
// [MQTT-3.1.2-20], [MQTT-3.1.2-22].
std::uint32_t Engine::ping_interval() const {
  return limits_.keep_alive_s == 0 ? UINT32_MAX : limits_.keep_alive_s * 750u;
}

// The bytes of a large packet count as life, but not for ever: its slowest pace is a byte a
// millisecond.
std::uint32_t Engine::ping_limit() const {
  const std::uint32_t timeout = std::min<std::uint32_t>(config_.ping_timeout.count(), 86'400'000);
  return 8 * timeout +
         std::min<std::uint32_t>(skip_left_ + static_cast<std::uint32_t>(rx_.capacity()), 1u << 30);
}

void Engine::received_something() {
  if (limits_.keep_alive_s != 0) rx_idle_.start(ping_interval());
  if (pong_.running()) pong_.start(config_.ping_timeout.count());
}

void Engine::wrote_something() {
  if (limits_.keep_alive_s != 0) tx_idle_.start(ping_interval());
  stall_.stop();
}

// A write may take nothing until the keep alive and the ping timeout have passed since the last
// byte that was taken, which is what tx_idle_ counts from.
void Engine::watch_write() {
  if (stall_.running()) return;
  const std::uint32_t until_ping = tx_idle_.running() ? tx_idle_.left() : 0;
  const std::uint32_t silence = limits_.keep_alive_s == 0
                                    ? stall_without_keep_alive_ms
                                    : limits_.keep_alive_s * 250u + until_ping;
  stall_.start(silence + config_.ping_timeout.count());
}

// The time for the answer begins when PINGREQ has left, not when it was due: a long packet may be
// before it.
void Engine::await_pingresp() {
  if (pong_.running()) return;
  pong_.start(config_.ping_timeout.count());
  pong_limit_.start(ping_limit());
}

Engine::Verdict Engine::on_pingresp(Bytes body) {
  if (!body.empty()) return fail_received(ReasonCode::malformed_packet);
  pong_.stop();
  pong_limit_.stop();
  return Verdict::done;
}

void Engine::pass_time(Instant now) {
  const Duration passed = now - now_;
  now_ = now;
  if (passed <= Duration::zero()) return;
  const auto milliseconds =
      static_cast<std::uint32_t>(std::min<Duration::rep>(passed.count(), INT32_MAX));
  rx_idle_.pass(milliseconds);
  tx_idle_.pass(milliseconds);
  stall_.pass(milliseconds);
  // CONNACK and PINGRESP cannot be read while the application holds rx.
  const bool blocked = rx_blocked();
  if (!blocked || phase_ != Phase::connecting) phase_timer_.pass(milliseconds);
  if (!blocked) {
    pong_.pass(milliseconds);
    pong_limit_.pass(milliseconds);
    if (Authentication* const exchange = authentication()) exchange->timer_.pass(milliseconds);
  }
}

void Engine::check_deadlines() {
  switch (phase_) {
    case Phase::offline: break;
    case Phase::connecting:
      if (phase_timer_.expired()) abandon(Error::connack_timeout);
      break;
    case Phase::closing:
      if (phase_timer_.expired()) abandoned_ = true;
      break;
    case Phase::online:
      if (phase_timer_.expired()) {
        // An exchange that the broker has not gone on with by now would block the table for ever.
        if (!progress_) inbound_.forget_remembered();
        fail(Error::receive_maximum_exceeded, ReasonCode::receive_maximum_exceeded);
      } else if (stall_.expired()) {
        abandon(Error::write_stalled);
      } else if (pong_.expired() || pong_limit_.expired()) {  // [MQTT-3.12.4-1]
        abandon(Error::ping_timeout);
      } else if (authentication() != nullptr && authentication()->timer_.expired()) {
        abandon(Error::authentication_timeout);
      } else if (tx_idle_.expired() || (rx_idle_.expired() && !pong_.running())) {
        ping_due_ = true;
      }
      if (tx_idle_.expired()) tx_idle_.stop();
      if (rx_idle_.expired()) rx_idle_.stop();
      break;
  }
}

std::optional<Instant> Engine::next_deadline() const {
  if (phase_ == Phase::offline) return std::nullopt;
  if (scan_due_) return now_;
  const bool blocked = rx_blocked();
  if (blocked && phase_ == Phase::connecting) return std::nullopt;
  std::uint32_t left = phase_timer_.left();
  if (phase_ == Phase::online) {
    left = std::min({left, stall_.left(), rx_idle_.left(), tx_idle_.left()});
    if (!blocked) left = std::min({left, pong_.left(), pong_limit_.left()});
    if (!blocked && authentication() != nullptr) {
      left = std::min(left, authentication()->timer_.left());
    }
  }
  if (left == detail::Countdown::off) return std::nullopt;
  return now_ + Duration{left};
}

}  // namespace minimq

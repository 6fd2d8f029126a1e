// SPDX-License-Identifier: MIT
//
// How a connection ends.
#include "codec/disconnect.hpp"
#include "minimq/engine.hpp"

namespace minimq {

// The link is to be closed now [MQTT-3.14.4-2], [MQTT-4.13.2-1].
bool Engine::finished() const {
  return phase_ == Phase::closing && (abandoned_ || !something_to_send());
}

void Engine::abandon(Error error) {
  if (phase_ == Phase::offline) return;
  if (phase_ != Phase::closing) cause_ = {.error = error, .reason = ReasonCode::success};
  phase_ = Phase::closing;
  abandoned_ = true;
}

// The connection cannot go on. Once it is online and the fault is the broker's, it is told why
// [MQTT-4.13.1-1]; a reason that the broker gave us is not sent back.
void Engine::fail(Error error, ReasonCode reason) {
  // Nobody calls it without a link; if somebody did, it would bring a closed engine back.
  if (phase_ == Phase::offline || phase_ == Phase::closing) return;
  disconnect_due_ = phase_ == Phase::online && error != Error::disconnected_by_broker;
  abandoned_ = !disconnect_due_;
  cause_ = {.error = error, .reason = reason};
  phase_ = Phase::closing;
  phase_timer_.start(config_.ping_timeout.count());
}

// The packet just received broke the protocol.
Engine::Verdict Engine::fail_received(ReasonCode reason) {
  fail(reason == ReasonCode::malformed_packet                ? Error::malformed_packet
       : reason == ReasonCode::topic_alias_invalid           ? Error::topic_alias_invalid
       : reason == ReasonCode::implementation_specific_error ? Error::no_memory
                                                             : Error::protocol_error,
       reason);
  return Verdict::done;
}

void Engine::leave(ReasonCode reason) {
  if (phase_ == Phase::online) {
    fail(Error::requested, reason);
  } else {
    abandon(Error::requested);
  }
}

// DISCONNECT goes behind what is half written, and nothing after it [MQTT-3.14.4-1].
void Engine::stage_disconnect() {
  const ReasonCode reason = cause_.reason;
  const std::size_t size = reason == ReasonCode::normal_disconnection ? 2 : 3;
  disconnect_due_ = false;
  control_.keep_half_written();
  if (too_large_for_broker(size)) return;
  control_.add_disconnect(reason);
  trace_sent(control_.last(size));
}

// It is not answered [MQTT-3.14.4-M].
Engine::Verdict Engine::on_disconnect(Bytes body) {
  codec::Disconnect disconnect;
  const ReasonCode code = codec::decode_disconnect(body, disconnect);
  if (code != ReasonCode::success) return fail_received(code);
  remember(disconnect.properties);
  // Whoever has taken the session over may have begun a new one.
  if (disconnect.reason == ReasonCode::session_taken_over) late_clean_ = true;
  fail(Error::disconnected_by_broker, disconnect.reason);
  return Verdict::done;
}

}  // namespace minimq

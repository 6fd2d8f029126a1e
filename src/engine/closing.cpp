// SPDX-License-Identifier: MIT
//
// How a connection ends.
#include <algorithm>

#include "codec/disconnect.hpp"
#include "codec/writer.hpp"
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
  if (phase_ == Phase::offline || phase_ == Phase::closing) return;
  const bool speak = phase_ == Phase::online && error != Error::disconnected_by_broker;
  cause_ = {.error = error, .reason = reason};
  phase_ = Phase::closing;
  if (speak) {
    close_with(reason);
  } else {
    abandoned_ = true;
  }
}

// The packet just received broke the protocol.
void Engine::fail_received(ReasonCode reason) {
  fail(reason == ReasonCode::malformed_packet                ? Error::malformed_packet
       : reason == ReasonCode::topic_alias_invalid           ? Error::topic_alias_invalid
       : reason == ReasonCode::implementation_specific_error ? Error::no_memory
                                                             : Error::protocol_error,
       reason);
}

// DISCONNECT goes behind what is half written, and nothing after it [MQTT-3.14.4-1].
void Engine::close_with(ReasonCode reason) {
  control_.keep_half_written();
  const std::size_t size = reason == ReasonCode::normal_disconnection ? 2 : 3;
  if (limits_.maximum_packet_size == 0 || size <= limits_.maximum_packet_size) {
    control_.add_disconnect(reason);
    trace(TraceEvent::Direction::sent, static_cast<std::uint8_t>(PacketType::disconnect) << 4, 0,
          reason, size);
  }
  phase_timer_.start(config_.ping_timeout.count());
}

Result<void> Engine::disconnect(ReasonCode reason, std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  const auto length = codec::measure_disconnect(reason, properties);
  if (!length) return std::unexpected{length.error()};
  if (phase_ != Phase::online) {
    abandon(Error::requested);
    return {};
  }
  const auto expiry =
      std::ranges::find(properties, PropertyId::session_expiry_interval, &Property::id);
  if (expiry != properties.end() && expiry->number() != 0 && limits_.session_expiry_s == 0) {
    return std::unexpected{Error::session_expiry_invalid};  // [MQTT-3.14.2.2.2-M]
  }
  const std::size_t size = 1 + codec::varint_size(static_cast<std::uint32_t>(*length)) + *length;
  const bool fits = limits_.maximum_packet_size == 0 || size <= limits_.maximum_packet_size;
  if (properties.empty() || !fits) {  // [MQTT-3.14.2-3], [MQTT-3.14.2-4]
    phase_ = Phase::closing;
    close_with(reason);
  } else {
    const auto space = room(size, 0);
    if (!space) return std::unexpected{space.error()};
    codec::Writer writer{*space};
    codec::write_disconnect(writer, reason, properties, *length);
    (void)accept(SlotKind::disconnect, 0, size, true);
    phase_ = Phase::closing;
    control_.keep_half_written();
    phase_timer_.start(config_.ping_timeout.count());
    if (expiry != properties.end()) limits_.session_expiry_s = expiry->number();
  }
  cause_ = {.error = Error::requested, .reason = reason};
  return {};
}

bool Engine::may_disconnect_with(ReasonCode reason) {
  return codec::measure_disconnect(reason, {}).has_value();
}

// It is not answered [MQTT-3.14.4-M].
void Engine::on_disconnect(Bytes body) {
  const auto disconnect = codec::decode_disconnect(body);
  if (!disconnect) {
    fail_received(disconnect.error());
    return;
  }
  remember(disconnect->properties);
  // Whoever has taken the session over may have begun a new one.
  if (disconnect->reason == ReasonCode::session_taken_over) late_clean_ = true;
  fail(Error::disconnected_by_broker, disconnect->reason);
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// The DISCONNECT of the application, which may have properties and then needs room in tx.
#include "codec/disconnect.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

Result<void> Engine::disconnect(ReasonCode reason, std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  codec::Writer writer;
  codec::write_disconnect(writer, reason, properties);
  Error error = writer.error();
  std::uint32_t expiry_s = limits_.session_expiry_s;
  for (const Property& property : properties) {
    if (property.id() == PropertyId::session_expiry_interval) expiry_s = property.number();
  }
  const bool online = phase_ == Phase::online;
  if (error == Error{} && online && expiry_s != 0 && limits_.session_expiry_s == 0) {
    error = Error::session_expiry_invalid;  // [MQTT-3.14.2.2.2-M]
  }
  if (error != Error{}) return std::unexpected{error};
  // [MQTT-3.14.2-3], [MQTT-3.14.2-4]
  if (!online || properties.empty() || too_large_for_broker(writer.size())) {
    leave(reason);
    return {};
  }
  error = begin_packet(writer, 0);
  if (error != Error{}) return std::unexpected{error};
  codec::write_disconnect(writer, reason, properties);
  (void)accept(SlotKind::disconnect, 0, writer.size(), true);
  phase_ = Phase::closing;
  cause_ = {.error = Error::requested, .reason = reason};
  control_.keep_half_written();
  phase_timer_.start(config_.ping_timeout.count());
  limits_.session_expiry_s = expiry_s;
  return {};
}

}  // namespace minimq

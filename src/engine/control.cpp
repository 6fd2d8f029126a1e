// SPDX-License-Identifier: MIT
//
// Packets that are made from state when they can be sent: PUBREL, acknowledgements, PINGREQ.
#include "minimq/engine.hpp"

namespace minimq {

using detail::InboundEntry;
using detail::InboundState;

// Fills the control queue when all of it was written.
void Engine::stage_control() {
  if (phase_ == Phase::online && control_.empty()) {
    if (build::qos2) stage_releases();
    if (build::subscriptions) stage_acks();
    if (ping_due_ && phase_ == Phase::online && fits(2) && control_.add_pingreq()) {
      ping_due_ = false;
      trace_sent(control_.last(2));
    }
  }
  if (disconnect_due_) stage_disconnect();  // also because something of these does not fit
}

// PUBRELs leave in the order of their PUBRECs [MQTT-4.6.0-4].
void Engine::stage_releases() {
  SlotIndex index = releases_due_ == 0 ? detail::no_slot : log_.releases_head();
  for (; index != detail::no_slot && releases_due_ != 0; index = log_[index].next) {
    if (log_[index].state != SlotState::release_due) continue;
    if (!add_control(PacketType::pubrel, log_[index].packet_id, ReasonCode::success)) return;
    set_state(index, SlotState::released);
  }
}

// PUBACKs leave in the order of their messages, and so do PUBRECs; one that is withheld holds back
// those behind it of its kind only [MQTT-4.6.0-2], [MQTT-4.6.0-3].
void Engine::stage_acks() {
  bool puback_held = false;
  bool pubrec_held = false;
  for (InboundEntry& entry : inbound_.entries()) {
    PacketType type = PacketType::pubcomp;
    InboundState staged = InboundState::pubcomp_staged;
    ReasonCode reason = ReasonCode::success;
    if (entry.state == InboundState::puback_withheld) puback_held = true;
    if (entry.state == InboundState::pubrec_withheld) pubrec_held = true;
    if (entry.state == InboundState::puback_due && !puback_held) {
      type = PacketType::puback;
      staged = InboundState::puback_staged;
      reason = entry.reason;
    } else if (entry.state == InboundState::pubrec_due && !pubrec_held) {
      type = PacketType::pubrec;
      staged = InboundState::pubrec_staged;
      reason = entry.reason;
    } else if (entry.state != InboundState::pubcomp_due) {
      continue;
    }
    if (!add_control(type, entry.packet_id, reason)) return;
    entry.state = staged;
  }
}

// An exchange goes on with the last byte of its acknowledgement, not with the queue's: the broker
// may answer that one while those behind it are still on their way.
void Engine::acks_written(Bytes packets) {
  const auto byte = [&packets](std::size_t index) {
    return std::to_integer<std::uint8_t>(packets[index]);
  };
  while (!packets.empty()) {
    const std::size_t size = std::size_t{2} + byte(1);
    const auto type = static_cast<PacketType>(byte(0) >> 4);
    if (type == PacketType::pingreq) await_pingresp();
    if (build::subscriptions && size >= 4 &&
        inbound_.written(type, static_cast<std::uint16_t>(byte(2) << 8 | byte(3)))) {
      progress_ = true;
    }
    packets = packets.subspan(size);
  }
}

// A broker that takes no packet of this size cannot be talked to [MQTT-3.2.2-15].
bool Engine::fits(std::size_t size) {
  if (!too_large_for_broker(size)) return true;
  fail(Error::packet_too_large, ReasonCode::packet_too_large);
  return false;
}

// False, and nothing changed, if there is no room.
bool Engine::add_control(PacketType type, std::uint16_t packet_id, ReasonCode reason) {
  const std::size_t size = reason == ReasonCode::success ? 4 : 5;
  if (!fits(size) || !control_.add_ack(type, packet_id, reason)) return false;
  trace_sent(control_.last(size));
  return true;
}

}  // namespace minimq

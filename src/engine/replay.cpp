// SPDX-License-Identifier: MIT
//
// What becomes of accepted operations when a link is lost, when a session resumes, and when it does
// not.
#include <cstring>

#include "codec/publish.hpp"
#include "codec/reader.hpp"
#include "codec/subscribe.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

using detail::no_slot;

// State outlives the link [MQTT-3.1.2-23], [MQTT-4.1.0-1], and no clock ends an exchange
// [MQTT-4.3.3-7], [MQTT-4.3.3-13].
void Engine::link_lost() {
  // The session ends with the link where nothing could resume it.
  const bool named = !config_.client_id.empty() || !assigned_client_id().empty();
  const bool lasting = has_session_ && limits_.session_expiry_s != 0 && named;
  if (was_online_) doubtful_ = false;
  was_online_ = false;
  phase_ = Phase::offline;
  control_.clear();
  if (Authentication* const exchange = authentication()) exchange->link_lost();
  inbound_.connection_lost();
  if (inbound_.empty()) doubtful_ids_ = false;
  requeue_all();
  if (has_session_ && !lasting) {
    has_session_ = false;
    session_ended();
  }
}

// Whatever was in flight is to be sent again on the next link, with its identifier and in its order
// [MQTT-4.4.0-1], [MQTT-4.6.0-1]; PUBLISH with DUP [MQTT-3.3.1-1], the others byte for byte.
void Engine::requeue_all() {
  log_.pin(no_slot);
  half_sent_ = 0;
  SlotIndex next = no_slot;
  for (SlotIndex index = log_.log_head(); index != no_slot; index = next) {
    const Slot& slot = log_[index];
    next = slot.next;
    const bool begun = slot.state == SlotState::in_flight;
    if (slot.kind == SlotKind::disconnect) {
      log_.release(index);
    } else if (slot.kind == SlotKind::qos0) {
      // One with an outcome was accepted at a higher QoS.
      if (!begun && (config_.queue_qos0_offline || !slot.detached)) continue;
      ++counters_.dropped_qos0;
      end_slot(index, SlotState::failed, static_cast<std::uint8_t>(Error::session_lost));
    } else if (begun) {
      if (slot.kind == SlotKind::qos1 || slot.kind == SlotKind::qos2) {
        log_.packet(index)[0] |= std::byte{codec::publish_dup};
      }
      set_state(index, SlotState::requeued);
    }
  }
  for (SlotIndex index = log_.releases_head(); index != no_slot; index = log_[index].next) {
    if (log_[index].state == SlotState::released) set_state(index, SlotState::release_due);
  }
  log_.set_first_unsent(log_.log_head());
}

// The broker has no session of ours (any more) [MQTT-3.2.2-5]. What it never saw simply goes out.
void Engine::session_ended() {
  constexpr auto lost = static_cast<std::uint8_t>(Error::session_lost);
  inbound_.clear();
  doubtful_ids_ = false;
  for (const SlotIndex head : {log_.log_head(), log_.releases_head()}) {
    SlotIndex next = no_slot;
    for (SlotIndex index = head; index != no_slot; index = next) {
      next = log_[index].next;
      switch (log_[index].state) {
        case SlotState::requeued:
          if (log_[index].kind == SlotKind::qos1 &&
              config_.on_session_lost == OnSessionLost::publish_again) {
            log_.packet(index)[0] &= ~std::byte{codec::publish_dup};
            set_state(index, SlotState::queued);
          } else {
            end_slot(index, SlotState::failed, lost);
          }
          break;
        case SlotState::release_due: end_slot(index, SlotState::failed, lost); break;
        case SlotState::failed_held: set_state(index, SlotState::failed); break;
        case SlotState::quarantined: log_.release(index); break;
        case SlotState::free:
        case SlotState::queued:
        case SlotState::in_flight:
        case SlotState::released:
        case SlotState::settled:
        case SlotState::failed: break;
      }
    }
  }
}

// What this connection does not allow ends by name, and holds up nothing else.
void Engine::apply_limits() {
  SlotIndex next = no_slot;
  for (SlotIndex index = log_.log_head(); index != no_slot; index = next) {
    next = log_[index].next;
    const SlotState state = log_[index].state;
    if (state != SlotState::queued && state != SlotState::requeued) continue;
    if (state == SlotState::queued && config_.downgrade_qos) downgrade(index);
    const Error error = objection(log_[index], log_.packet(index));
    if (error == Error{}) continue;
    // The broker may hold the identifier of a QoS 2 message that was sent and not answered.
    const bool maybe_held = state == SlotState::requeued && log_[index].kind == SlotKind::qos2;
    end_slot(index, maybe_held ? SlotState::failed_held : SlotState::failed,
             static_cast<std::uint8_t>(error));
  }
}

Error Engine::objection(const Slot& slot, Bytes packet) const {
  if (too_large_for_broker(packet.size())) return Error::packet_too_large;  // [MQTT-3.2.2-15]
  if (slot.kind == SlotKind::unsubscribe) return Error{};
  if (slot.kind == SlotKind::subscribe) return subscribe_objection(slot.code);
  const auto flags = std::to_integer<std::uint8_t>(packet[0]);
  if ((flags >> 1 & 3) > static_cast<int>(limits_.maximum_qos)) {
    return Error::qos_not_supported;  // [MQTT-3.2.2-11]
  }
  if ((flags & codec::publish_retain) != 0 && !limits_.retain_available) {
    return Error::retain_not_supported;  // [MQTT-3.2.2-14]
  }
  return Error{};
}

// What the broker says it does not do [MQTT-3.2.2.3.11-M].
Error Engine::subscribe_objection(std::uint8_t needs) const {
  using codec::SubscribeNeeds;
  if ((needs & SubscribeNeeds::wildcard) != 0 && !limits_.wildcard_available) {
    return Error::wildcard_not_supported;
  }
  if ((needs & SubscribeNeeds::shared) != 0 && !limits_.shared_available) {
    return Error::shared_not_supported;
  }
  if ((needs & SubscribeNeeds::identifier) != 0 && !limits_.subscription_ids_available) {
    return Error::subscription_id_not_supported;
  }
  return Error{};
}

// Lowers the QoS of a message that was never sent to what the broker takes. At QoS 0 there is no
// packet identifier, so the topic moves up over it and the fixed header is written anew.
void Engine::downgrade(SlotIndex index) {
  Slot& slot = log_[index];
  const bool publish = slot.kind == SlotKind::qos1 || slot.kind == SlotKind::qos2;
  if (!publish || static_cast<int>(slot.kind) <= static_cast<int>(limits_.maximum_qos)) return;
  const std::span<std::byte> packet = log_.packet(index);
  packet[0] &= std::byte{0xF9};
  if (limits_.maximum_qos == QoS::at_least_once) {
    packet[0] |= std::byte{0x02};
    slot.kind = SlotKind::qos1;
    return;
  }
  codec::Reader reader{packet};
  const std::uint8_t first_byte = reader.u8();
  std::uint32_t length = reader.varint() - 2;
  const auto head = packet.last(reader.left());
  const std::size_t topic =
      2 + (std::to_integer<std::size_t>(head[0]) << 8 | std::to_integer<std::size_t>(head[1]));
  std::memmove(&head[2], &head[0], topic);
  std::size_t at = packet.size() - length - codec::varint_size(length) - 1;
  const std::size_t begin = at;
  packet[at++] = std::byte{first_byte};
  for (; length >= 0x80; length >>= 7) {
    packet[at++] = static_cast<std::byte>(length | 0x80);
  }
  packet[at] = static_cast<std::byte>(length);
  log_.shrink_front(index, begin);
  slot.kind = SlotKind::qos0;
}

}  // namespace minimq

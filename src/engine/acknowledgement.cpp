// SPDX-License-Identifier: MIT
//
// The broker's answers to what we sent, and what they leave behind.
#include <algorithm>

#include "codec/ack.hpp"
#include "codec/subscribe.hpp"
#include "minimq/engine.hpp"

namespace minimq {

using detail::no_slot;

namespace {

bool counts_for_window(const detail::Slot& slot) {
  switch (slot.state) {
    case detail::SlotState::in_flight:
      return slot.kind == detail::SlotKind::qos1 || slot.kind == detail::SlotKind::qos2;
    case detail::SlotState::release_due:
    case detail::SlotState::released: return true;
    case detail::SlotState::free:
    case detail::SlotState::queued:
    case detail::SlotState::requeued:
    case detail::SlotState::settled:
    case detail::SlotState::failed:
    case detail::SlotState::failed_held:
    case detail::SlotState::quarantined: break;
  }
  return false;
}

// The operation that an answer may be for.
detail::SlotIndex find_unanswered(const detail::TxLog& log, std::uint16_t packet_id) {
  const detail::SlotIndex index = log.find(packet_id);
  return index != no_slot && log[index].state < detail::SlotState::settled ? index : no_slot;
}

}  // namespace

// The only place where a state changes, so that what counts for the broker's Receive Maximum
// follows from the slots and cannot drift.
void Engine::set_state(SlotIndex index, SlotState state) {
  Slot& slot = log_[index];
  if (counts_for_window(slot)) --outstanding_;
  if (slot.state == SlotState::release_due) --releases_due_;
  slot.state = state;
  if (counts_for_window(slot)) ++outstanding_;
  if (slot.state == SlotState::release_due) ++releases_due_;
}

// An answer is due for what was sent whole on this connection, and for what was sent on an earlier
// one of the same session.
bool Engine::awaits_answer(SlotIndex index) const {
  const SlotState state = log_[index].state;
  return (state == SlotState::in_flight && index != log_.pinned()) || state == SlotState::requeued;
}

// Without Request Problem Information an answer has neither Reason String nor User Property
// [MQTT-3.1.2-29].
bool Engine::may_have(Properties properties) const {
  const auto& ours = config_.properties;
  const auto request =
      std::ranges::find(ours, PropertyId::request_problem_information, &Property::id);
  return properties.empty() || request == ours.end() || request->number() != 0;
}

// An answer to nothing we know is counted [MQTT-4.3-M], one of the wrong kind breaks the protocol
// [MQTT-4.3-M2]. Until it comes the message is unacknowledged [MQTT-4.3.2-3].
Engine::Verdict Engine::on_puback(const codec::Ack& ack) {
  const SlotIndex index = find_unanswered(log_, ack.packet_id);
  if (index == no_slot) {
    ++counters_.stray_acks;
  } else if (log_[index].kind != SlotKind::qos1 || !awaits_answer(index)) {
    return fail_received(ReasonCode::protocol_error);
  } else {
    settle(index, ack.reason, ack.properties);
  }
  return Verdict::done;
}

// Until it comes the message is unacknowledged [MQTT-4.3.3-3]; then its bytes go [MQTT-4.3.3-6].
Engine::Verdict Engine::on_pubrec(const codec::Ack& ack) {
  const SlotIndex index = find_unanswered(log_, ack.packet_id);
  if (index == no_slot) {
    if (!is_error(ack.reason) &&
        !add_control(PacketType::pubrel, ack.packet_id, ReasonCode::packet_identifier_not_found)) {
      return Verdict::pause;
    }
    ++counters_.stray_acks;
    return Verdict::done;
  }
  const SlotState state = log_[index].state;
  if (log_[index].kind == SlotKind::qos2 && awaits_answer(index)) {
    if (is_error(ack.reason)) {
      settle(index, ack.reason, ack.properties);  // [MQTT-4.4.0-2]
    } else {
      log_.shrink(index, 0);
      log_.move_to_releases(index);
      set_state(index, SlotState::release_due);  // [MQTT-4.3.3-4]
    }
  } else if (state != SlotState::released && state != SlotState::release_due) {
    return fail_received(ReasonCode::protocol_error);
  } else if (is_error(ack.reason)) {
    ++counters_.stray_acks;  // It has been received, and PUBCOMP is what ends it.
  } else {
    set_state(index, SlotState::release_due);
  }
  return Verdict::done;
}

// Until it comes PUBREL is unacknowledged [MQTT-4.3.3-5].
Engine::Verdict Engine::on_pubcomp(const codec::Ack& ack) {
  const SlotIndex index = find_unanswered(log_, ack.packet_id);
  if (index == no_slot) {
    ++counters_.stray_acks;
    return Verdict::done;
  }
  const SlotState state = log_[index].state;
  if (state == SlotState::released || state == SlotState::release_due) {
    settle(index, ack.reason, ack.properties);
  } else {
    return fail_received(ReasonCode::protocol_error);
  }
  return Verdict::done;
}

// The answer to SUBSCRIBE or UNSUBSCRIBE [MQTT-3.8.4-1], [MQTT-3.10.4-4], found by its identifier
// [MQTT-2.2.1-6], [MQTT-3.8.4-2], [MQTT-3.10.4-5].
Engine::Verdict Engine::on_subscription_ack(PacketType type, Bytes body) {
  const auto kind = type == PacketType::suback ? SlotKind::subscribe : SlotKind::unsubscribe;
  codec::SubscriptionAck ack;
  ReasonCode code = codec::decode_subscription_ack(type, body, ack);
  if (code == ReasonCode::success && !may_have(ack.properties)) code = ReasonCode::protocol_error;
  if (code != ReasonCode::success) return fail_received(code);
  const SlotIndex index = find_unanswered(log_, ack.packet_id);
  if (index == no_slot) {
    ++counters_.stray_acks;
    return Verdict::done;
  }
  const std::span<std::byte> packet = log_.packet(index);
  if (log_[index].kind != kind || !awaits_answer(index) ||
      codec::count_filters(packet) != ack.reasons.size()) {  // [MQTT-3.8.4-6]
    return fail_received(ReasonCode::protocol_error);
  }
  // The reason codes take the place of the filters, of which none is shorter than its code. Each
  // filter has its own [MQTT-3.8.4-5], [MQTT-3.8.4-7], [MQTT-3.10.4-6], [MQTT-3.11.3-1].
  std::ranges::copy(ack.reasons, packet.begin());
  const auto refused = std::ranges::find_if(
      ack.reasons, [](std::byte reason) { return is_error(static_cast<ReasonCode>(reason)); });
  log_.shrink(index, ack.reasons.size());
  settle(index, static_cast<ReasonCode>(refused == ack.reasons.end() ? ack.reasons[0] : *refused),
         ack.properties);
  return Verdict::done;
}

void Engine::settle(SlotIndex index, ReasonCode reason) {
  end_slot(index, SlotState::settled, static_cast<std::uint8_t>(reason));
}

void Engine::settle(SlotIndex index, ReasonCode reason, const Properties& properties) {
  PropertyStore* const store = extras().ack_properties;
  if (store != nullptr && !log_[index].detached) store->keep(log_[index].packet_id, properties);
  settle(index, reason);
}

// An operation ends: its outcome waits to be read, if one is wanted.
void Engine::end_slot(SlotIndex index, SlotState state, std::uint8_t code) {
  Slot& slot = log_[index];
  const bool reasons = state == SlotState::settled &&
                       (slot.kind == SlotKind::subscribe || slot.kind == SlotKind::unsubscribe);
  if (!reasons) log_.shrink(index, 0);
  slot.code = code;
  if (!slot.detached) {
    set_state(index, state);
    ++outcomes_;
  } else {
    set_state(index, SlotState::quarantined);
    if (state != SlotState::failed_held) log_.release(index);
  }
}

bool Engine::pending(Ticket ticket) const {
  return !ticket.empty() && find_unanswered(log_, ticket.packet_id()) != no_slot;
}

bool Engine::has_outcome(Ticket ticket) const {
  const SlotIndex index = log_.find(ticket.packet_id());
  return !ticket.empty() && index != no_slot && index != log_.shown() &&
         log_[index].state >= SlotState::settled && log_[index].state < SlotState::quarantined;
}

Ticket Engine::next_outcome(Ticket after) const {
  if (outcomes_ == 0) return {};
  bool passed = after.empty();
  for (const SlotIndex head : {log_.releases_head(), log_.log_head()}) {
    for (SlotIndex index = head; index != no_slot; index = log_[index].next) {
      const Ticket ticket{log_[index].packet_id};
      if (passed && has_outcome(ticket)) return ticket;
      if (ticket == after) passed = true;
    }
  }
  return {};
}

bool Engine::take_outcome(Ticket ticket, Outcome& outcome, bool lasting) {
  if (!has_outcome(ticket)) return false;
  const SlotIndex index = log_.find(ticket.packet_id());
  const Slot& slot = log_[index];
  --outcomes_;
  outcome.ticket_ = ticket;
  outcome.operation_ = slot.kind == SlotKind::subscribe     ? Outcome::Operation::subscribe
                       : slot.kind == SlotKind::unsubscribe ? Outcome::Operation::unsubscribe
                                                            : Outcome::Operation::publish;
  if (slot.state == SlotState::settled) {
    outcome.reason_ = static_cast<ReasonCode>(slot.code);
    outcome.reasons_ = log_.packet(index);
    if (PropertyStore* const store = extras().ack_properties) {
      outcome.properties_ = store->hand_out(ticket.packet_id(), lasting);
    }
    if (slot.size != 0 && lasting) {
      if (log_.shown() != no_slot) log_.release(log_.shown());
      log_.show(index);
      return true;
    }
  } else {
    outcome.error_ = static_cast<Error>(slot.code);
    if (slot.state == SlotState::failed_held) {
      set_state(index, SlotState::quarantined);
      return true;
    }
  }
  log_.release(index);
  return true;
}

}  // namespace minimq

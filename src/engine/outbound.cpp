// SPDX-License-Identifier: MIT
//
// Messages on their way to the broker, up to their last byte.
#include <algorithm>

#include "codec/publish.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

using detail::no_slot;

Result<Ticket> Engine::publish(const Publication& publication) {
  if (calling_) return std::unexpected{Error::busy};
  QoS qos = publication.qos;
  if (const Error error = permit(publication, qos); error != Error{}) {
    return std::unexpected{error};
  }
  if (qos == QoS::at_most_once && phase_ != Phase::online && !config_.queue_qos0_offline) {
    shortage_ = Shortage::link;
    return std::unexpected{Error::not_ready};
  }
  const Payload& payload = publication.payload;
  if (payload.is_callable()) return payload.form_->publish(*this, publication, qos);
  std::span<std::byte> packet;
  if (const Error error = begin_publish(publication, qos, 0, packet); error != Error{}) {
    return std::unexpected{error};
  }
  const Bytes bytes = payload.bytes();
  std::ranges::copy(bytes, packet.last(bytes.size()).begin());
  return accept(static_cast<SlotKind>(qos), 0, packet.size(), publication.detached);
}

// What this connection allows; offline nothing is known yet, and the next CONNACK decides. May
// lower the QoS.
Error Engine::permit(const Publication& publication, QoS& qos) const {
  const bool online = phase_ == Phase::online;
  if (online && publication.retain && !limits_.retain_available) {
    return Error::retain_not_supported;  // [MQTT-3.2.2-14]
  }
  const QoS most = online ? limits_.maximum_qos : build::highest_qos;
  if (qos <= most) return Error{};
  if (qos > QoS::exactly_once || !config_.downgrade_qos) {
    return Error::qos_not_supported;  // [MQTT-3.2.2-11]
  }
  qos = most;
  return Error{};
}

// Whether tx has room for a packet of `size`, with `spare` bytes left behind it: then it is what
// `log_.space(size)` gives.
Error Engine::room(std::size_t size, std::size_t spare) {
  const bool too_large = phase_ == Phase::online && too_large_for_broker(size);
  if (too_large || size > log_.capacity() || size + spare + sizeof(Slot) > log_.capacity()) {
    return Error::packet_too_large;
  }
  if (log_.space(size + spare).size() >= size + spare) return Error{};
  shortage_ = outcomes_ != 0 ? Shortage::outcomes : Shortage::bytes;
  if (spare == 0) wanted_ = static_cast<std::uint32_t>(size);
  return Error::not_ready;
}

// A packet that was measured may be written behind the last one.
Error Engine::begin_packet(codec::Writer& writer, std::size_t spare) {
  if (writer.error() != Error{}) return writer.error();
  const Error error = room(writer.size(), spare);
  if (error == Error{}) writer.into(log_.space(0));
  return error;
}

// Writes all but the payload of a message; `packet` is the whole of it.
Error Engine::begin_publish(const Publication& publication, QoS qos, std::uint16_t alias,
                            std::span<std::byte>& packet) {
  const std::size_t payload_size = publication.payload.bytes().size();
  codec::Writer writer;
  codec::write_publish(writer, publication, qos, 0, payload_size, alias);
  if (const Error error = begin_packet(writer, reserve()); error != Error{}) return error;
  codec::write_publish(writer, publication, qos, log_.next_packet_id(), payload_size, alias);
  packet = log_.space(0).first(writer.size());
  return Error{};
}

Ticket Engine::accept(SlotKind kind, std::size_t begin, std::size_t size, bool detached) {
  const SlotIndex index = log_.append(kind, begin, size);
  Slot& slot = log_[index];
  slot.detached = detached || kind == SlotKind::qos0;
  shortage_ = Shortage::none;
  return slot.detached ? Ticket{} : Ticket{slot.packet_id};
}

// How many more QoS 1 and 2 messages the broker takes, reckoned anew on each connection
// [MQTT-3.3.4-7], [MQTT-4.9.0-1], [MQTT-4.9.0-2].
std::uint32_t Engine::window() const {
  return limits_.receive_maximum > outstanding_ ? limits_.receive_maximum - outstanding_ : 0u;
}

// The first packet from `index` on that may leave now. Only messages wait for the window
// [MQTT-3.3.4-8], [MQTT-4.9.0-3]; while closing only DISCONNECT is left.
Engine::SlotIndex Engine::next_sendable(SlotIndex index, std::uint32_t still) const {
  for (; index != no_slot; index = log_[index].next) {
    const Slot& slot = log_[index];
    if (slot.state != SlotState::queued && slot.state != SlotState::requeued) continue;
    if (phase_ == Phase::closing && slot.kind != SlotKind::disconnect) continue;
    const bool counts = slot.kind == SlotKind::qos1 || slot.kind == SlotKind::qos2;
    if (counts && still == 0) continue;
    return index;
  }
  return no_slot;
}

bool Engine::something_to_send() const {
  return disconnect_due_ || log_.pinned() != no_slot || !control_.empty() || speaker() != nullptr ||
         next_sendable(log_.first_unsent(), window()) != no_slot;
}

// Who has the next AUTH, if it may leave now: nothing else is half written, and it is not the end,
// or it is half written itself.
Authentication* Engine::speaker() const {
  Authentication* const exchange = authentication();
  if (exchange == nullptr || !exchange->speaking_) return nullptr;
  const bool waits =
      phase_ == Phase::closing || log_.pinned() != no_slot || control_.half_written();
  return exchange->sent_ == 0 && waits ? nullptr : exchange;
}

// In the order of tx_pending: the rest of a half-written packet, the control queue, the log.
void Engine::consume_log(std::size_t count) {
  if (const SlotIndex half = log_.pinned(); half != no_slot) {
    const std::size_t taken = std::min<std::size_t>(count, log_[half].size - half_sent_);
    half_sent_ += static_cast<std::uint32_t>(taken);
    count -= taken;
    if (half_sent_ < log_[half].size) return;
    finish_sending(half);
  }
  const std::size_t control = std::min(count, control_.pending().size());
  acks_written(control_.consume(control));
  count -= control;
  while (count != 0) {
    const SlotIndex index = next_sendable(log_.first_unsent(), window());
    const std::size_t taken = std::min<std::size_t>(count, log_[index].size);
    begin_sending(index);
    count -= taken;
    half_sent_ = static_cast<std::uint32_t>(taken);
    if (half_sent_ < log_[index].size) return;
    finish_sending(index);
  }
}

void Engine::begin_sending(SlotIndex index) {
  const Slot& slot = log_[index];
  trace_sent(log_.packet(index));
  set_state(index, SlotState::in_flight);
  log_.pin(index);
  if (slot.kind <= SlotKind::qos2) ++counters_.messages_sent;
  // What the window holds back stays before the cursor; all else is passed for good.
  SlotIndex unsent = log_.first_unsent();
  while (unsent != no_slot && log_[unsent].state != SlotState::queued &&
         log_[unsent].state != SlotState::requeued) {
    unsent = log_[unsent].next;
  }
  log_.set_first_unsent(unsent);
}

void Engine::finish_sending(SlotIndex index) {
  log_.pin(no_slot);
  half_sent_ = 0;
  const SlotKind kind = log_[index].kind;
  if (kind == SlotKind::qos0) {
    settle(index, ReasonCode::success);
  } else if (kind == SlotKind::disconnect) {
    log_.release(index);
  }
}

}  // namespace minimq

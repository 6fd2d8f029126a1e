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
  const auto qos = permitted_qos(publication);
  if (!qos) return std::unexpected{qos.error()};
  if (*qos == QoS::at_most_once && phase_ != Phase::online && !config_.queue_qos0_offline) {
    shortage_ = Shortage::link;
    return std::unexpected{Error::not_ready};
  }
  return publication.payload.is_callable() ? publish_callable(publication, *qos)
                                           : publish_bytes(publication, *qos);
}

// What this connection allows; offline nothing is known yet, and the next CONNACK decides.
Result<QoS> Engine::permitted_qos(const Publication& publication) const {
  const bool online = phase_ == Phase::online;
  if (online && publication.retain && !limits_.retain_available) {
    return std::unexpected{Error::retain_not_supported};  // [MQTT-3.2.2-14]
  }
  const QoS most = online ? limits_.maximum_qos : build::highest_qos;
  if (publication.qos <= most) return publication.qos;
  const bool is_level = publication.qos <= QoS::exactly_once;
  if (is_level && config_.downgrade_qos) return most;
  return std::unexpected{Error::qos_not_supported};  // [MQTT-3.2.2-11]
}

// Free tx for a packet of `size`, with `spare` bytes left behind it.
Result<std::span<std::byte>> Engine::room(std::size_t size, std::size_t spare) {
  const bool too_large_for_broker = phase_ == Phase::online && limits_.maximum_packet_size != 0 &&
                                    size > limits_.maximum_packet_size;
  if (too_large_for_broker || size + spare + sizeof(Slot) > log_.capacity()) {
    return std::unexpected{Error::packet_too_large};
  }
  const std::span<std::byte> space = log_.space(size + spare);
  if (space.size() < size + spare) {
    shortage_ = outcomes_ != 0 ? Shortage::outcomes : Shortage::bytes;
    if (spare == 0) wanted_ = static_cast<std::uint32_t>(size);
    return std::unexpected{Error::not_ready};
  }
  return space;
}

Result<Ticket> Engine::publish_bytes(const Publication& publication, QoS qos) {
  const auto layout = codec::measure_publish(publication, qos);
  if (!layout) return std::unexpected{layout.error()};
  const Bytes payload = publication.payload.bytes();
  if (payload.size() > codec::remaining_length_max - layout->variable_header) {
    return std::unexpected{Error::packet_too_large};
  }
  const std::size_t length = layout->variable_header + payload.size();
  const std::size_t size = 1 + codec::varint_size(static_cast<std::uint32_t>(length)) + length;
  const auto space = room(size, reserve());
  if (!space) return std::unexpected{space.error()};
  codec::Writer writer{*space};
  codec::write_publish_head(writer, publication, qos, log_.next_packet_id(), *layout,
                            payload.size());
  writer.raw(payload);
  return accept(static_cast<SlotKind>(qos), 0, size, publication.detached);
}

// The payload is written where it stays, before its size is known: so the head is written last, and
// ends where the payload begins.
Result<Ticket> Engine::publish_callable(const Publication& publication, QoS qos) {
  constexpr std::size_t fixed_header_min = 2;
  constexpr std::size_t fixed_header_max = 5;
  const auto layout = codec::measure_publish(publication, qos);
  if (!layout) return std::unexpected{layout.error()};
  const std::size_t head_max = fixed_header_max + layout->variable_header;
  const auto space = room(fixed_header_min + layout->variable_header,
                          reserve() + fixed_header_max - fixed_header_min);
  if (!space) return std::unexpected{space.error()};
  const std::span<std::byte> whole = log_.space(SIZE_MAX);
  const auto payload_space = whole.first(whole.size() - reserve()).subspan(head_max);
  calling_ = true;
  const auto written = publication.payload.write(payload_space);
  calling_ = false;
  if (!written) return std::unexpected{written.error()};
  if (*written > payload_space.size()) return std::unexpected{Error::payload_failed};
  const std::size_t length = layout->variable_header + *written;
  if (length > codec::remaining_length_max) return std::unexpected{Error::packet_too_large};
  const std::size_t varint = codec::varint_size(static_cast<std::uint32_t>(length));
  const std::size_t size = 1 + varint + length;
  if (phase_ == Phase::online && limits_.maximum_packet_size != 0 &&
      size > limits_.maximum_packet_size) {
    return std::unexpected{Error::packet_too_large};
  }
  const std::size_t begin = fixed_header_max - 1 - varint;
  codec::Writer writer{whole.subspan(begin)};
  codec::write_publish_head(writer, publication, qos, log_.next_packet_id(), *layout, *written);
  return accept(static_cast<SlotKind>(qos), begin, size, publication.detached);
}

Ticket Engine::accept(SlotKind kind, std::size_t begin, std::size_t size, bool detached) {
  const SlotIndex index = log_.append(kind, begin, size);
  Slot& slot = log_[index];
  slot.detached = detached || kind == SlotKind::qos0 || kind == SlotKind::disconnect;
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
  return log_.pinned() != no_slot || !control_.empty() || speaker() != nullptr ||
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
  const Bytes packet = log_.packet(index);
  const Slot& slot = log_[index];
  const bool has_id = slot.kind != SlotKind::qos0 && slot.kind != SlotKind::disconnect;
  trace(TraceEvent::Direction::sent, std::to_integer<std::uint8_t>(packet[0]),
        has_id ? slot.packet_id : std::uint16_t{0}, ReasonCode::success, packet.size());
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

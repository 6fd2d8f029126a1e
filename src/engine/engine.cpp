// SPDX-License-Identifier: MIT
//
// The life of an operation in the transmit log:
//
//   accept -> queued -> in_flight -> settled            QoS 1, SUBSCRIBE, UNSUBSCRIBE; a refused
//   QoS 2
//                       in_flight -> release_due -> released -> settled          QoS 2
//   link lost:          in_flight -> requeued, released -> release_due
//   resumed:            requeued -> in_flight, with DUP
//   session lost:       requeued -> queued (QoS 1, as configured) or failed
//   not allowed now:    queued -> failed; requeued -> failed, or failed_held -> quarantined (QoS 2)
//
// Every state but free and quarantined ends with an outcome that is handed out once; detached
// operations and QoS 0 end without one.
#include "minimq/engine.hpp"

#include <algorithm>

#include "codec/trace.hpp"

namespace minimq {

namespace {

// tx: [log ... slots][control queue][inbound table], the end aligned for both tables.
struct TxAreas {
  explicit TxAreas(const Config& config) {
    const std::size_t table = config.inbound_entries() * sizeof(detail::InboundEntry);
    const std::size_t overhead = table + detail::ControlQueue::capacity;
    std::span<std::byte> tx = config.buffers.tx;
    if (tx.size() < tx_size_min(config.inbound_entries())) return;
    const auto misalignment =
        reinterpret_cast<std::uintptr_t>(tx.data() + tx.size()) % alignof(detail::Slot);
    tx = tx.first(tx.size() - misalignment);
    inbound = tx.last(table);
    log = tx.first(tx.size() - overhead);
    control = log.data() + log.size();
  }

  std::span<std::byte> log{};
  std::span<std::byte> inbound{};
  std::byte* control{nullptr};
};

}  // namespace

Engine::Engine(const Config& config)
    : config_{config},
      rx_{config.buffers.rx},
      log_{TxAreas{config}.log},
      control_{TxAreas{config}.control},
      inbound_{TxAreas{config}.inbound} {}

const Extras& Engine::extras() const {
  static constexpr Extras none{};
  return config_.extras != nullptr ? *config_.extras : none;
}

std::string_view Engine::assigned_client_id() const {
  const AssignedClientId* const kept = extras().assigned_client_id;
  return kept != nullptr ? kept->view() : std::string_view{};
}

void Engine::notify() const {
  if (listener_ != nullptr) listener_->changed(listener_context_);
}

void Engine::trace(TraceEvent::Direction direction, Bytes packet) const {
  const Tracer* const tracer = config_.tracer;
  if (tracer != nullptr) tracer->encoding->show(*tracer, direction, packet);
}

std::span<std::byte> Engine::rx_space() {
  const bool from_earlier_connection = phase_ == Phase::connecting && rx_.holding();
  if (phase_ == Phase::offline || phase_ == Phase::closing || from_earlier_connection) return {};
  return rx_.space();
}

bool Engine::rx_blocked() const {
  const bool from_earlier_connection = phase_ == Phase::connecting && rx_.holding();
  return from_earlier_connection || (rx_.blocked() && (rx_.holding() || !rx_.untaken().empty()));
}

TxSpans Engine::tx_pending(TxGather& gather) {
  std::size_t count = 0;
  if (phase_ == Phase::connecting && !unanswered_) {
    count = gather_connect(gather);
  } else if (Authentication* const speaks = speaker(); speaks != nullptr && !abandoned_) {
    count = speaks->gather(gather);
  } else if (phase_ == Phase::online || (phase_ == Phase::closing && !abandoned_)) {
    count = gather_log(gather);
  }
  if (count != 0) watch_write();
  return {gather.pieces.data(), count};
}

// What is half written, then the control queue, then what may leave of the log, neighbours in one
// piece.
std::size_t Engine::gather_log(TxGather& gather) {
  std::size_t count = 0;
  stage_control();
  const SlotIndex half = log_.pinned();
  if (half != detail::no_slot) gather.pieces[count++] = log_.packet(half).subspan(half_sent_);
  if (!control_.empty()) gather.pieces[count++] = control_.pending();
  std::uint32_t still = window();
  // An AUTH that waits for the end of what is half written comes right behind it.
  const bool auth_waits =
      phase_ == Phase::online && authentication() != nullptr && authentication()->speaking_;
  SlotIndex index = auth_waits ? detail::no_slot : log_.first_unsent();
  for (; count < gather.pieces.size(); index = log_[index].next) {
    index = next_sendable(index, still);
    if (index == detail::no_slot) break;
    const Bytes packet = log_.packet(index);
    Bytes* const last = count != 0 ? &gather.pieces[count - 1] : nullptr;
    if (last != nullptr && last->data() + last->size() == packet.data()) {
      *last = {last->data(), last->size() + packet.size()};
    } else {
      gather.pieces[count++] = packet;
    }
    const SlotKind kind = log_[index].kind;
    if (kind == SlotKind::qos1 || kind == SlotKind::qos2) --still;
  }
  return count;
}

void Engine::tx_consume(std::size_t count) {
  if (count == 0) return;
  if (phase_ == Phase::connecting && !unanswered_) {
    consume_connect(count);
  } else if (Authentication* const speaks = speaker()) {
    speaks->consume(*this, count);
  } else {
    consume_log(count);
  }
  wrote_something();
  if (overflow_ && inbound_.empty()) {
    fail(Error::receive_maximum_exceeded, ReasonCode::receive_maximum_exceeded);
  }
  scan_due_ = scan_due_ || paused_;
}

void Engine::end_views() {
  if (calling_) return;
  release_message();
  if (PropertyStore* const store = extras().ack_properties) store->end_view();
  if (log_.shown() != detail::no_slot) log_.release(log_.shown());
}

bool Engine::idle() const {
  for (const SlotIndex head : {log_.log_head(), log_.releases_head()}) {
    for (SlotIndex index = head; index != detail::no_slot; index = log_[index].next) {
      switch (log_[index].state) {
        case SlotState::queued:
        case SlotState::requeued:
        case SlotState::in_flight:
        case SlotState::release_due:
        case SlotState::released: return false;
        case SlotState::free:
        case SlotState::settled:
        case SlotState::failed:
        case SlotState::failed_held:
        case SlotState::quarantined: break;
      }
    }
  }
  return true;
}

bool Engine::room_for_refused() {
  return !calling_ && log_.space(wanted_).size() >= wanted_;
}

bool Engine::wants_write() {
  if (phase_ == Phase::connecting) return !unanswered_ || speaker() != nullptr;
  if (phase_ == Phase::closing && abandoned_) return false;
  if (phase_ != Phase::offline) stage_control();
  return phase_ != Phase::offline && something_to_send();
}

std::size_t Engine::tx_free() {
  if (calling_) return 0;
  const std::size_t space = log_.space(SIZE_MAX).size();
  return space > config_.subscribe_reserve ? space - config_.subscribe_reserve : 0;
}

}  // namespace minimq

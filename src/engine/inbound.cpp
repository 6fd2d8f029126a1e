// SPDX-License-Identifier: MIT
//
// Messages from the broker, from rx to the application.
#include "codec/ack.hpp"
#include "codec/fixed_header.hpp"
#include "codec/publish.hpp"
#include "minimq/engine.hpp"

namespace minimq {

using detail::InboundEntry;
using detail::InboundState;

// Finds the first message that is new, in the order of the wire [MQTT-4.6.0-5], [MQTT-4.6.0-6], and
// disposes of those before it. They were checked by the scan. Gives its size in rx; 0: there is
// none.
std::size_t Engine::find_message(detail::Publish& publish) {
  while (build::subscriptions && !rx_.holding() && !rx_.untaken().empty()) {
    const bool skipped = oversize_ != 0;
    if (skipped && skip_left_ != 0) break;  // It is answered when all of it was read.
    const Bytes bytes = rx_.untaken();
    codec::FixedHeader header;
    (void)codec::decode_fixed_header(bytes, header);
    const std::size_t size = skipped ? kept_head_ : header.packet_size();
    const Bytes body = bytes.first(size).subspan(header.size);
    (void)(skipped ? codec::decode_publish_head(header.flags, body, publish)
                   : codec::decode_publish(header.flags, body, publish));
    if (publish.topic_alias != 0) {
      publish.topic = extras().inbound_aliases->resolve(publish.topic, publish.topic_alias);
    }
    const Admission admission = admit(publish);
    if (admission == Admission::deliver) return size;
    if (admission == Admission::later) break;
    oversize_ = 0;
    rx_.hold(size);
    rx_.release();
  }
  return 0;
}

bool Engine::has_message() {
  detail::Publish publish;
  return find_message(publish) != 0;
}

// Whatever topic it has [MQTT-3.3.2-3], and with its properties as they came [MQTT-3.3.2-4],
// [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-20], [MQTT-3.3.4-3],
// [MQTT-3.3.4-5].
bool Engine::next_message(Event& event) {
  Message& message = event.message_;
  const std::size_t size = find_message(message.publish_);
  if (size == 0) return false;
  const bool skipped = oversize_ != 0;
  event.kind_ = skipped ? Event::Kind::skipped : Event::Kind::inbound;
  event.size_ = oversize_;
  oversize_ = 0;
  rx_.hold(size);
  record(message.publish_, skipped);
  message.engine_ = this;
  message.serial_ = ++serial_;
  deferred_ = false;
  if (message.qos() == QoS::at_most_once) progress_ = true;
  if (skipped) {
    ++counters_.refused_inbound;
  } else {
    ++counters_.messages_received;
  }
  return true;
}

// Whether a message is new.
Engine::Admission Engine::admit(const detail::Publish& publish) {
  if (publish.qos == QoS::at_most_once) return Admission::deliver;
  const bool qos2 = publish.qos == QoS::exactly_once;
  if (InboundEntry* const entry = inbound_.find(publish.packet_id)) {
    // What is remembered may be of a session that the broker has lost: there, a message that does
    // not say DUP is new, and so is any at QoS 1.
    const bool renewed =
        doubtful_ids_ && entry->state == InboundState::remembered && !(qos2 && publish.duplicate);
    if (!renewed) return answer_duplicate(*entry, publish);
    inbound_.remove(*entry);
  }
  if (!overflow_ && (!inbound_.full() || !needs_record(publish))) return Admission::deliver;
  if (!overflow_ && phase_ == Phase::online && inbound_.leaves_with_a_write()) {
    return Admission::later;
  }
  // More than was announced, and more than the table holds [MQTT-3.3.4-9].
  ++counters_.refused_inbound;
  if (!overflow_ && phase_ == Phase::online) {
    overflow_ = true;
    phase_timer_.start(config_.ping_timeout.count());
  }
  return Admission::drop;
}

// QoS 1 that came before its link was lost comes again; there is nothing to remember.
bool Engine::needs_record(const detail::Publish& publish) const {
  return publish.qos == QoS::exactly_once ||
         (publish.qos == QoS::at_least_once && phase_ != Phase::offline);
}

// The identifier is recorded when the application gets the message, not before.
void Engine::record(const detail::Publish& publish, bool skipped) {
  held_id_ = phase_ == Phase::offline ? std::uint16_t{0} : publish.packet_id;
  if (!needs_record(publish)) return;
  const InboundState state = phase_ == Phase::offline           ? InboundState::remembered
                             : publish.qos == QoS::exactly_once ? InboundState::pubrec_withheld
                                                                : InboundState::puback_withheld;
  inbound_.add(publish.packet_id, state,
               skipped ? ReasonCode::quota_exceeded : ReasonCode::success);
}

// A message with an identifier that is in use [MQTT-4.3.3-10]. Some brokers send it again without
// DUP.
Engine::Admission Engine::answer_duplicate(InboundEntry& entry, const detail::Publish& publish) {
  const bool qos2 = publish.qos == QoS::exactly_once;
  if (entry.is_qos2() != qos2) {
    const PacketType type = qos2 ? PacketType::pubrec : PacketType::puback;
    if (phase_ == Phase::online &&
        !add_control(type, publish.packet_id, ReasonCode::packet_identifier_in_use)) {
      return Admission::later;
    }
  } else if (qos2 && phase_ == Phase::online && entry.state != InboundState::pubrec_withheld &&
             entry.state != InboundState::pubrec_due) {
    // It was answered, and now it came last, so its PUBREC is the last one [MQTT-4.6.0-3].
    const ReasonCode reason = entry.reason;
    inbound_.remove(entry);
    inbound_.add(publish.packet_id, InboundState::pubrec_due, reason);
  }
  ++counters_.duplicates;
  return Admission::drop;
}

// The application is done with the message it holds: now it is acknowledged, whatever became of it
// [MQTT-3.3.4-1], [MQTT-4.3.2-4], [MQTT-4.3.3-8], [MQTT-4.5.0-2], [MQTT-3.10.4-3].
void Engine::release_message() {
  if (!build::subscriptions || !rx_.holding() || calling_) return;
  rx_.release();
  InboundEntry* const entry = inbound_.find(held_id_);
  if (held_id_ != 0 && !deferred_ && entry != nullptr) {
    if (entry->state == InboundState::puback_withheld) entry->state = InboundState::puback_due;
    if (entry->state == InboundState::pubrec_withheld) entry->state = InboundState::pubrec_due;
  }
  held_id_ = 0;
  // What waits to be skipped waits for rx to be its own.
  scan_due_ = scan_due_ || rx_.untaken().empty();
}

Result<void> Engine::acknowledge(AckHandle handle, ReasonCode reason) {
  if (!codec::may_acknowledge_with(reason)) return std::unexpected{Error::reason_code_invalid};
  if (handle.packet_id == 0) return {};
  InboundEntry* const entry = inbound_.find(handle.packet_id);
  if (handle.connection != connection_ || phase_ != Phase::online || entry == nullptr) {
    return std::unexpected{Error::stale_ack};
  }
  const bool qos1 = entry->state == InboundState::puback_withheld;
  if (!qos1 && entry->state != InboundState::pubrec_withheld) {
    return std::unexpected{Error::stale_ack};
  }
  entry->reason = reason;
  entry->state = qos1 ? InboundState::puback_due : InboundState::pubrec_due;
  return {};
}

Engine::Verdict Engine::on_pubrel(const codec::Ack& ack) {
  InboundEntry* const entry = inbound_.find(ack.packet_id);
  if (entry == nullptr || !entry->is_qos2()) {
    const auto unknown = ReasonCode::packet_identifier_not_found;
    const bool added = add_control(PacketType::pubcomp, ack.packet_id, unknown);
    return added ? Verdict::done : Verdict::pause;
  }
  if (entry->state == InboundState::pubrec_withheld) {
    return fail_received(ReasonCode::protocol_error);
  }
  entry->state = InboundState::pubcomp_due;  // [MQTT-4.3.3-11]
  return Verdict::done;
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// QoS 0 without a copy: the head is made at the end of the log, the payload stays where it is.
#include <algorithm>

#include "minimq/engine.hpp"

namespace minimq {

namespace {

// A smaller payload is copied: that costs less than a write of its own, and several leave in one.
constexpr std::size_t direct_payload_min = 128;

}  // namespace

TxSpans Engine::begin_direct(const Publication& publication, TxGather& gather) {
  const Bytes payload = publication.payload.bytes();
  QoS qos = publication.qos;
  const bool permitted = phase_ == Phase::online && !calling_ && qos == QoS::at_most_once &&
                         payload.size() >= direct_payload_min &&
                         permit(publication, qos) == Error{};
  std::span<std::byte> packet;
  if (!permitted || wants_write() || begin_publish(publication, qos, 0, packet) != Error{}) {
    return {};
  }
  gather.pieces[0] = packet.first(packet.size() - payload.size());
  gather.pieces[1] = payload;
  return {gather.pieces.data(), 2};
}

// The head is in tx already.
void Engine::end_direct(TxSpans pieces, std::size_t count) {
  const Bytes head = pieces[0];
  const Bytes payload = pieces.size() == 2 ? pieces[1] : Bytes{};
  const std::size_t size = head.size() + payload.size();
  if (count == size) {
    trace_sent(head);
    ++counters_.messages_sent;
    wrote_something();
    return;
  }
  std::ranges::copy(payload, log_.space(size).subspan(head.size()).begin());
  (void)accept(SlotKind::qos0, 0, size, true);
  tx_consume(count);
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// QoS 0 without a copy: the head is made at the end of the log, the payload stays where it is.
#include <algorithm>

#include "codec/publish.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

// A smaller payload is copied: that costs less than a write of its own, and several leave in one.
constexpr std::size_t direct_payload_min = 128;

}  // namespace

TxSpans Engine::begin_direct(const Publication& publication, TxGather& gather) {
  const Bytes payload = publication.payload.bytes();
  const bool permitted = phase_ == Phase::online && !calling_ &&
                         publication.qos == QoS::at_most_once &&
                         payload.size() >= direct_payload_min && payload.size() < log_.capacity() &&
                         permitted_qos(publication).has_value();
  if (!permitted || wants_write()) return {};
  const auto layout = codec::measure_publish(publication, QoS::at_most_once);
  if (!layout) return {};
  const std::size_t length = layout->variable_header + payload.size();
  const std::size_t head =
      1 + codec::varint_size(static_cast<std::uint32_t>(length)) + layout->variable_header;
  const auto space = room(head + payload.size(), reserve());
  if (!space) return {};
  codec::Writer writer{*space};
  codec::write_publish_head(writer, publication, QoS::at_most_once, 0, *layout, payload.size());
  gather.pieces[0] = space->first(head);
  gather.pieces[1] = payload;
  return {gather.pieces.data(), 2};
}

void Engine::end_direct(TxSpans pieces, std::size_t count) {
  const std::size_t size = pieces[0].size() + pieces[1].size();
  if (count == size) {
    trace(TraceEvent::Direction::sent, std::to_integer<std::uint8_t>(pieces[0][0]), 0,
          ReasonCode::success, size);
    ++counters_.messages_sent;
    wrote_something();
    return;
  }
  const std::span<std::byte> space = log_.space(size);
  std::ranges::copy(pieces[1], space.subspan(pieces[0].size()).begin());
  (void)accept(SlotKind::qos0, 0, size, true);
  tx_consume(count);
}

}  // namespace minimq

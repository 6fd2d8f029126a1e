// SPDX-License-Identifier: MIT
//
// Messages with a topic alias. An alias means nothing to the next connection, so such a message is
// written at once or refused: it is in tx only as the packet that is half written, which is dropped
// with its connection.
#include <algorithm>

#include "codec/aliased_publish.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

OutboundAliases::OutboundAliases(std::span<Entry> entries) : entries_{entries} {}

void OutboundAliases::forget() {
  for (Entry& entry : entries_)
    entry.established = false;
}

Result<TxSpans> Engine::begin_aliased(std::uint16_t alias, const Publication& publication,
                                      TxGather& gather) {
  if (calling_) return std::unexpected{Error::busy};
  const OutboundAliases* const aliases = outbound_aliases();
  const OutboundAliases::Entry* const entry = aliases != nullptr ? aliases->find(alias) : nullptr;
  if (entry == nullptr || !publication.topic.empty() || publication.qos != QoS::at_most_once ||
      publication.payload.is_callable()) {
    return std::unexpected{Error::property_invalid};
  }
  if (phase_ != Phase::online) {
    shortage_ = Shortage::link;
    return std::unexpected{Error::not_ready};
  }
  if (alias > limits_.topic_alias_maximum) {
    // [MQTT-3.2.2-17], [MQTT-3.2.2-18], [MQTT-3.3.2-9]
    return std::unexpected{Error::topic_alias_not_supported};
  }
  if (const auto qos = permitted_qos(publication); !qos) return std::unexpected{qos.error()};
  if (wants_write()) {
    shortage_ = Shortage::bytes;
    return std::unexpected{Error::not_ready};
  }
  Publication whole = publication;
  whole.topic = entry->topic;
  const auto layout = codec::measure_publish(whole, QoS::at_most_once);
  if (!layout) return std::unexpected{layout.error()};
  const Bytes payload = publication.payload.bytes();
  const bool with_topic = !entry->established;
  const std::size_t variable_header = codec::aliased_variable_header(whole, with_topic, *layout);
  if (payload.size() > codec::remaining_length_max - variable_header) {
    return std::unexpected{Error::packet_too_large};
  }
  const std::size_t length = variable_header + payload.size();
  const std::size_t head =
      1 + codec::varint_size(static_cast<std::uint32_t>(length)) + variable_header;
  const auto space = room(head + payload.size(), reserve());
  if (!space) return std::unexpected{space.error()};
  codec::Writer writer{*space};
  codec::write_aliased_publish_head(writer, whole, alias, with_topic, *layout, payload.size());
  gather.pieces[0] = space->first(head);
  gather.pieces[1] = payload;
  return TxSpans{gather.pieces.data(), payload.empty() ? 1u : 2u};
}

Result<void> Engine::end_aliased(std::uint16_t alias, TxSpans pieces, std::size_t count) {
  if (count == 0) {
    shortage_ = Shortage::bytes;
    return std::unexpected{Error::not_ready};
  }
  outbound_aliases()->find(alias)->established = true;
  const Bytes payload = pieces.size() == 2 ? pieces[1] : Bytes{};
  const std::size_t head = pieces[0].size();
  if (count == head + payload.size()) {
    trace(TraceEvent::Direction::sent, std::to_integer<std::uint8_t>(pieces[0][0]), 0,
          ReasonCode::success, count);
    ++counters_.messages_sent;
    wrote_something();
    return {};
  }
  // The head is there already.
  std::ranges::copy(payload, log_.space(head + payload.size()).subspan(head).begin());
  (void)accept(SlotKind::qos0, 0, head + payload.size(), true);
  tx_consume(count);
  return {};
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// Messages with a topic alias. An alias means nothing to the next connection, so such a message is
// written at once or refused: it is in tx only as the packet that is half written, which is dropped
// with its connection.
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
  const OutboundAliases* const aliases = extras().outbound_aliases;
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
  QoS qos = publication.qos;
  if (const Error error = permit(publication, qos); error != Error{}) {
    return std::unexpected{error};
  }
  if (wants_write()) {
    shortage_ = Shortage::bytes;
    return std::unexpected{Error::not_ready};
  }
  Publication whole = publication;
  if (!entry->established) whole.topic = entry->topic;
  std::span<std::byte> packet;
  if (const Error error = begin_publish(whole, qos, alias, packet); error != Error{}) {
    return std::unexpected{error};
  }
  const Bytes payload = publication.payload.bytes();
  gather.pieces[0] = packet.first(packet.size() - payload.size());
  gather.pieces[1] = payload;
  return TxSpans{gather.pieces.data(), payload.empty() ? 1u : 2u};
}

Result<void> Engine::end_aliased(std::uint16_t alias, TxSpans pieces, std::size_t count) {
  if (count == 0) {
    shortage_ = Shortage::bytes;
    return std::unexpected{Error::not_ready};
  }
  extras().outbound_aliases->find(alias)->established = true;
  end_direct(pieces, count);
  return {};
}

}  // namespace minimq

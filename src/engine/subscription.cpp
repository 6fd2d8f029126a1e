// SPDX-License-Identifier: MIT
#include "codec/subscribe.hpp"
#include "codec/topic.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

#if MINIMQ_SUBSCRIPTIONS

namespace minimq {

namespace {

using detail::SubscribeNeeds;

std::uint8_t needs_of(std::span<const TopicFilter> filters, std::span<const Property> properties) {
  std::uint8_t needs = 0;
  for (const TopicFilter& filter : filters) {
    const codec::FilterTraits traits = codec::examine_topic_filter(filter.filter);
    if (traits.wildcard) needs |= SubscribeNeeds::wildcard;
    if (traits.shared) needs |= SubscribeNeeds::shared;
  }
  for (const Property& property : properties) {
    if (property.id() == PropertyId::subscription_identifier) needs |= SubscribeNeeds::identifier;
  }
  return needs;
}

}  // namespace

Result<Ticket> Engine::subscribe(std::span<const TopicFilter> filters,
                                 std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  const auto length = codec::measure_subscribe(filters, properties);
  if (!length) return std::unexpected{length.error()};
  // What the broker said it does not do is refused here; offline the next CONNACK decides.
  const std::uint8_t needs = needs_of(filters, properties);
  if (phase_ == Phase::online) {
    if (const auto error = subscribe_objection(needs)) return std::unexpected{*error};
  }
  const std::size_t size = 1 + codec::varint_size(static_cast<std::uint32_t>(*length)) + *length;
  const auto space = room(size, 0);
  if (!space) return std::unexpected{space.error()};
  codec::Writer writer{*space};
  codec::write_subscribe(writer, log_.next_packet_id(), filters, properties, *length);
  const Ticket ticket = accept(SlotKind::subscribe, 0, size, false);
  log_[log_.find(ticket.packet_id())].code = needs;
  return ticket;
}

Result<Ticket> Engine::unsubscribe(std::span<const std::string_view> filters,
                                   std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  const auto length = codec::measure_unsubscribe(filters, properties);
  if (!length) return std::unexpected{length.error()};
  const std::size_t size = 1 + codec::varint_size(static_cast<std::uint32_t>(*length)) + *length;
  const auto space = room(size, 0);
  if (!space) return std::unexpected{space.error()};
  codec::Writer writer{*space};
  codec::write_unsubscribe(writer, log_.next_packet_id(), filters, properties, *length);
  return accept(SlotKind::unsubscribe, 0, size, false);
}

}  // namespace minimq

#endif

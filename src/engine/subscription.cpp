// SPDX-License-Identifier: MIT
#include "codec/subscribe.hpp"
#include "codec/topic.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

// What the broker said it does not do is refused here, and nothing is sent [MQTT-3.2.2.3.11-M].
std::optional<Error> unsupported(std::span<const TopicFilter> filters,
                                 std::span<const Property> properties, const Limits& limits) {
  for (const TopicFilter& filter : filters) {
    const codec::FilterTraits traits = codec::examine_topic_filter(filter.filter);
    if (traits.wildcard && !limits.wildcard_available) return Error::wildcard_not_supported;
    if (traits.shared && !limits.shared_available) return Error::shared_not_supported;
  }
  for (const Property& property : properties) {
    if (property.id() == PropertyId::subscription_identifier &&
        !limits.subscription_ids_available) {
      return Error::subscription_id_not_supported;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Ticket> Engine::subscribe(std::span<const TopicFilter> filters,
                                 std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  const auto length = codec::measure_subscribe(filters, properties);
  if (!length) return std::unexpected{length.error()};
  if (phase_ == Phase::online) {
    if (const auto error = unsupported(filters, properties, limits_))
      return std::unexpected{*error};
  }
  const std::size_t size = 1 + codec::varint_size(static_cast<std::uint32_t>(*length)) + *length;
  const auto space = room(size, 0);
  if (!space) return std::unexpected{space.error()};
  codec::Writer writer{*space};
  codec::write_subscribe(writer, log_.next_packet_id(), filters, properties, *length);
  return accept(SlotKind::subscribe, 0, size, false);
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

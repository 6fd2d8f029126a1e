// SPDX-License-Identifier: MIT
#include "codec/subscribe.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

#if MINIMQ_SUBSCRIPTIONS

namespace minimq {

Result<Ticket> Engine::subscribe(std::span<const TopicFilter> filters,
                                 std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  codec::Writer writer;
  const std::uint8_t needs = codec::write_subscribe(writer, 0, filters, properties);
  // What the broker said it does not do is refused here; offline the next CONNACK decides.
  Error error = writer.error();
  if (error == Error{} && phase_ == Phase::online) error = subscribe_objection(needs);
  if (error == Error{}) error = begin_packet(writer, 0);
  if (error != Error{}) return std::unexpected{error};
  codec::write_subscribe(writer, log_.next_packet_id(), filters, properties);
  const Ticket ticket = accept(SlotKind::subscribe, 0, writer.size(), false);
  log_[log_.find(ticket.packet_id())].code = needs;
  return ticket;
}

Result<Ticket> Engine::unsubscribe(std::span<const std::string_view> filters,
                                   std::span<const Property> properties) {
  if (calling_) return std::unexpected{Error::busy};
  codec::Writer writer;
  codec::write_unsubscribe(writer, 0, filters, properties);
  if (const Error error = begin_packet(writer, 0); error != Error{}) {
    return std::unexpected{error};
  }
  codec::write_unsubscribe(writer, log_.next_packet_id(), filters, properties);
  return accept(SlotKind::unsubscribe, 0, writer.size(), false);
}

}  // namespace minimq

#endif

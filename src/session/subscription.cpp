// SPDX-License-Identifier: MIT
#include "minimq/session.hpp"

#if MINIMQ_SUBSCRIPTIONS

namespace minimq {

Result<Ticket> Session::subscribe(std::span<const TopicFilter> filters,
                                  std::span<const Property> properties) {
  if (const auto ok = usable(); !ok) return std::unexpected{ok.error()};
  const auto ticket = engine_.subscribe(filters, properties);
  if (ticket) changed();
  if (!ticket && ticket.error() == Error::not_ready) subscribe_refused_ = fresh_ = true;
  return ticket;
}

Result<Ticket> Session::unsubscribe(std::span<const std::string_view> filters,
                                    std::span<const Property> properties) {
  if (const auto ok = usable(); !ok) return std::unexpected{ok.error()};
  const auto ticket = engine_.unsubscribe(filters, properties);
  if (ticket) changed();
  return ticket;
}

}  // namespace minimq

#endif

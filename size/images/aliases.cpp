// SPDX-License-Identifier: MIT
#include "image.hpp"

void start() {
  static std::byte storage[minimq::InboundAliases::storage_size(4, 32)];
  static minimq::OutboundAliases::Entry entries[]{{"plant/7/temperature"}};
  minimq::InboundAliases inbound{storage, 32};
  minimq::OutboundAliases outbound{entries};
  const minimq::Extras extras{.inbound_aliases = &inbound, .outbound_aliases = &outbound};
  run(
      [](minimq::Session& session, const minimq::Event&) {
        (void)session.publish({.topic = "a", .payload = "b"});
        (void)session.publish_aliased(1, {.payload = "b"});
      },
      &extras);
}

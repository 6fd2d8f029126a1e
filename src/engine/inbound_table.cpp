// SPDX-License-Identifier: MIT
#include "minimq/detail/inbound_table.hpp"

#include <algorithm>

namespace minimq::detail {

InboundTable::InboundTable(std::span<std::byte> area)
    : entries_{reinterpret_cast<InboundEntry*>(area.data())},
      capacity_{static_cast<std::uint16_t>(area.size() / sizeof(InboundEntry))} {}

InboundEntry* InboundTable::find(std::uint16_t packet_id) {
  for (InboundEntry& entry : entries()) {
    if (entry.packet_id == packet_id) return &entry;
  }
  return nullptr;
}

void InboundTable::add(std::uint16_t packet_id, InboundState state, ReasonCode reason) {
  entries_[count_] = {packet_id, state, reason};
  ++count_;
}

void InboundTable::remove(InboundEntry& entry) {
  std::move(&entry + 1, entries_ + count_, &entry);
  --count_;
}

bool InboundTable::staged_written() {
  const auto ended = [](InboundEntry& entry) {
    if (entry.state == InboundState::pubrec_staged && !is_error(entry.reason)) {
      entry.state = InboundState::awaiting_pubrel;
    }
    return entry.state == InboundState::puback_staged ||
           entry.state == InboundState::pubrec_staged ||
           entry.state == InboundState::pubcomp_staged;
  };
  InboundEntry* const last = std::remove_if(entries_, entries_ + count_, ended);
  const auto left = static_cast<std::uint16_t>(last - entries_);
  const bool any = left != count_;
  count_ = left;
  return any;
}

void InboundTable::connection_lost() {
  const auto comes_again = [](InboundEntry& entry) {
    if (!entry.is_qos2() || is_error(entry.reason)) return true;
    entry.state = InboundState::awaiting_pubrel;
    return false;
  };
  count_ = static_cast<std::uint16_t>(std::remove_if(entries_, entries_ + count_, comes_again) -
                                      entries_);
}

}  // namespace minimq::detail

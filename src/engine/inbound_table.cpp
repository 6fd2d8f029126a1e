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

bool InboundTable::leaves_with_a_write() {
  bool puback_held = false;
  bool pubrec_held = false;
  for (const InboundEntry& entry : entries()) {
    switch (entry.state) {
      case InboundState::puback_withheld: puback_held = true; break;
      case InboundState::pubrec_withheld: pubrec_held = true; break;
      case InboundState::puback_due:
        if (!puback_held) return true;
        break;
      case InboundState::pubrec_due:
        if (!pubrec_held && is_error(entry.reason)) return true;
        break;
      case InboundState::pubrec_staged:
        if (is_error(entry.reason)) return true;
        break;
      case InboundState::puback_staged:
      case InboundState::pubcomp_due:
      case InboundState::pubcomp_staged: return true;
      case InboundState::awaiting_pubrel:
      case InboundState::remembered: break;
    }
  }
  return false;
}

void InboundTable::add(std::uint16_t packet_id, InboundState state, ReasonCode reason) {
  entries_[count_] = {packet_id, state, reason};
  ++count_;
}

void InboundTable::remove(InboundEntry& entry) {
  std::move(&entry + 1, entries_ + count_, &entry);
  --count_;
}

// An identifier is free when its last acknowledgement has left, a refusing PUBREC included
// [MQTT-4.3.3-9].
bool InboundTable::written(PacketType type, std::uint16_t packet_id) {
  InboundEntry* const entry = find(packet_id);
  if (entry == nullptr) return false;
  const bool puback = type == PacketType::puback && entry->state == InboundState::puback_staged;
  const bool pubrec = type == PacketType::pubrec && entry->state == InboundState::pubrec_staged;
  const bool pubcomp = type == PacketType::pubcomp && entry->state == InboundState::pubcomp_staged;
  const bool ended = puback || pubcomp || (pubrec && is_error(entry->reason));
  if (ended) {
    remove(*entry);
  } else if (pubrec) {
    entry->state = InboundState::awaiting_pubrel;
  }
  return ended;
}

void InboundTable::forget_remembered() {
  std::uint16_t kept = 0;
  for (const InboundEntry& entry : entries()) {
    if (entry.state != InboundState::remembered) entries_[kept++] = entry;
  }
  count_ = kept;
}

void InboundTable::connection_lost() {
  std::uint16_t kept = 0;
  for (const InboundEntry& entry : entries()) {
    if (!entry.is_qos2()) continue;
    entries_[kept] = entry;
    entries_[kept++].state = InboundState::remembered;
  }
  count_ = kept;
}

}  // namespace minimq::detail

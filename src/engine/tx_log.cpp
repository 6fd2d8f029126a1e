// SPDX-License-Identifier: MIT
#include "minimq/detail/tx_log.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace minimq::detail {

namespace {

// More operations at once than this are refused, so that a packet identifier keeps some bits that
// change with every use.
constexpr std::uint32_t slots_max = 4096;

}  // namespace

TxLog::TxLog(std::span<std::byte> area)
    : bytes_{area.data()}, capacity_{static_cast<std::uint32_t>(area.size())} {
  const std::uint32_t slots =
      std::clamp(capacity_ / std::uint32_t{2 * sizeof(Slot)}, std::uint32_t{2}, slots_max);
  index_bits_ = static_cast<std::uint8_t>(std::bit_width(slots - 1));
}

SlotIndex TxLog::find(std::uint16_t packet_id) const {
  const auto index = static_cast<SlotIndex>(packet_id & ((1u << index_bits_) - 1));
  if (index >= slot_count_) return no_slot;
  const Slot& slot = (*this)[index];
  return slot.packet_id == packet_id && slot.state != SlotState::free ? index : no_slot;
}

std::span<std::byte> TxLog::packet(SlotIndex index) {
  const Slot& slot = (*this)[index];
  return {bytes_ + slot.offset, slot.size};
}

std::span<std::byte> TxLog::space(std::size_t wanted) {
  if (!set_slot_aside() || slots_begin() - end_ < wanted) {
    compact();
    if (!set_slot_aside()) return {};
  }
  return {bytes_ + end_, bytes_ + slots_begin()};
}

// True if a free slot exists afterwards; false if packets and slots have met.
bool TxLog::set_slot_aside() {
  if (free_.head != no_slot) return true;
  const bool room = slots_begin() - end_ >= sizeof(Slot);
  if (!room || slot_count_ >= (1u << index_bits_)) return false;
  (*this)[slot_count_] = Slot{};
  push(free_, slot_count_);
  ++slot_count_;
  return true;
}

// Of a free slot, and never 0 [MQTT-2.2.1-3], [MQTT-4.3.2-1], [MQTT-4.3.3-1].
std::uint16_t TxLog::next_packet_id() {
  const SlotIndex index = free_.head;
  const auto id = [&] {
    return static_cast<std::uint16_t>((static_cast<unsigned>(generation_) << index_bits_) | index);
  };
  if (id() == 0) ++generation_;
  return id();
}

SlotIndex TxLog::append(SlotKind kind, std::size_t begin, std::size_t size) {
  const std::uint16_t packet_id = next_packet_id();
  ++generation_;
  const SlotIndex index = free_.head;
  unlink(index);
  Slot& slot = (*this)[index];
  slot.offset = end_ + static_cast<std::uint32_t>(begin);
  slot.size = static_cast<std::uint32_t>(size);
  slot.packet_id = packet_id;
  slot.kind = kind;
  slot.state = SlotState::queued;
  slot.detached = false;
  slot.code = 0;
  push(log_, index);
  if (unsent_ == no_slot) unsent_ = index;
  end_ = slot.offset + slot.size;
  live_bytes_ += slot.size;
  ++used_slots_;
  peak_ = std::max(peak_, static_cast<std::uint32_t>(used()));
  return index;
}

void TxLog::shrink(SlotIndex index, std::size_t kept) {
  Slot& slot = (*this)[index];
  live_bytes_ -= slot.size - static_cast<std::uint32_t>(kept);
  slot.size = static_cast<std::uint32_t>(kept);
}

void TxLog::shrink_front(SlotIndex index, std::size_t count) {
  Slot& slot = (*this)[index];
  slot.offset += static_cast<std::uint32_t>(count);
  slot.size -= static_cast<std::uint32_t>(count);
  live_bytes_ -= static_cast<std::uint32_t>(count);
}

void TxLog::move_to_releases(SlotIndex index) {
  unlink(index);
  push(releases_, index);
}

// The packet identifier is free with its slot [MQTT-2.2.1-M].
void TxLog::release(SlotIndex index) {
  shrink(index, 0);
  unlink(index);
  (*this)[index].state = SlotState::free;
  push(free_, index);
  if (pinned_ == index) pinned_ = no_slot;
  if (shown_ == index) shown_ = no_slot;
  if (--used_slots_ == 0) {
    end_ = 0;
    slot_count_ = 0;
    free_ = {};
  }
}

void TxLog::push(List& list, SlotIndex index) {
  Slot& slot = (*this)[index];
  slot.next = no_slot;
  slot.previous = list.tail;
  if (list.tail == no_slot) {
    list.head = index;
  } else {
    (*this)[list.tail].next = index;
  }
  list.tail = index;
}

void TxLog::unlink(SlotIndex index) {
  const Slot& slot = (*this)[index];
  if (unsent_ == index) unsent_ = slot.next;
  const auto at_an_end = [index](const List& list) {
    return list.head == index || list.tail == index;
  };
  List& list = at_an_end(log_) ? log_ : at_an_end(releases_) ? releases_ : free_;
  if (slot.previous == no_slot) {
    list.head = slot.next;
  } else {
    (*this)[slot.previous].next = slot.next;
  }
  if (slot.next == no_slot) {
    list.tail = slot.previous;
  } else {
    (*this)[slot.next].previous = slot.previous;
  }
}

// Packets keep their order; the one that is half written and the one looked at keep their place.
void TxLog::compact() {
  drop_free_slots();
  std::uint32_t to = 0;
  for (SlotIndex index = log_.head; index != no_slot; index = (*this)[index].next) {
    Slot& slot = (*this)[index];
    if (slot.size == 0) continue;
    if (index != pinned_ && index != shown_ && slot.offset != to) {
      std::memmove(bytes_ + to, bytes_ + slot.offset, slot.size);
      slot.offset = to;
    }
    to = slot.offset + slot.size;
  }
  end_ = to;
}

void TxLog::drop_free_slots() {
  while (slot_count_ > 0 &&
         (*this)[static_cast<SlotIndex>(slot_count_ - 1)].state == SlotState::free) {
    --slot_count_;
    unlink(slot_count_);
  }
}

}  // namespace minimq::detail

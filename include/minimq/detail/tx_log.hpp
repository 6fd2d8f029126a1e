// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "minimq/bytes.hpp"

namespace minimq::detail {

/// Where an operation is in its life. engine.cpp has the picture of the transitions.
enum class SlotState : std::uint8_t {
  free,
  queued,       ///< Never sent.
  requeued,     ///< Was sent on an earlier connection, and is to be sent again.
  in_flight,    ///< Its first byte was taken on this connection; unanswered.
  release_due,  ///< PUBREC came; PUBREL is to be sent. No bytes are kept.
  released,     ///< PUBREL is on its way; PUBCOMP is missing.
  settled,      ///< Answered; `code` is the reason code. The outcome waits to be read.
  failed,       ///< Ended without an answer; `code` is the Error. The outcome waits to be read.
  failed_held,  ///< As failed, and the packet identifier is then quarantined.
  quarantined,  ///< The broker may hold this packet identifier until it loses the session.
};

enum class SlotKind : std::uint8_t {
  qos0,
  qos1,
  qos2,
  subscribe,
  unsubscribe,
  disconnect,
};

/// The bookkeeping of one operation. It never moves while it is in use, so its index is part of the
/// packet identifier.
struct Slot {
  std::uint32_t offset;     ///< Of the packet in the log.
  std::uint32_t size;       ///< Of the packet; 0 once it is not needed any more.
  std::uint16_t packet_id;  ///< Also the ticket; QoS 0 has one too, which never leaves.
  std::uint16_t next;       ///< In the list this slot is in.
  std::uint16_t previous;
  SlotState state : 4;
  SlotKind kind : 3;
  bool detached : 1;
  std::uint8_t code;  ///< Of a SUBSCRIBE that was not answered: its codec::SubscribeNeeds.
};
static_assert(sizeof(Slot) == 16);

using SlotIndex = std::uint16_t;
inline constexpr SlotIndex no_slot = 0xFFFF;

/// The slotted log in tx, as database pages are: packets grow from the front in the order they were
/// accepted, slots from the back. Space is reclaimed lazily, by moving packets down when room is
/// needed. A slot in use is in one of two lists: `log`, in the order of acceptance, or `releases`,
/// the QoS 2 exchanges after PUBREC, in the order of the PUBRECs [MQTT-4.6.0-4].
class TxLog {
 public:
  /// The end of `area` is aligned for a Slot.
  explicit TxLog(std::span<std::byte> area);

  /// Packet identifiers begin at a random place, so that a device that restarts does not use the
  /// same.
  void seed(std::uint16_t random) { generation_ = random; }

  [[nodiscard]] Slot& operator[](SlotIndex index) { return slots_end()[-1 - index]; }
  [[nodiscard]] const Slot& operator[](SlotIndex index) const { return slots_end()[-1 - index]; }
  /// The slot that has this packet identifier now, in constant time; no_slot if there is none.
  [[nodiscard]] SlotIndex find(std::uint16_t packet_id) const;
  [[nodiscard]] std::span<std::byte> packet(SlotIndex index);

  [[nodiscard]] SlotIndex log_head() const { return log_.head; }
  [[nodiscard]] SlotIndex releases_head() const { return releases_.head; }
  /// No slot before this one in the log is queued or requeued.
  [[nodiscard]] SlotIndex first_unsent() const { return unsent_; }
  void set_first_unsent(SlotIndex index) { unsent_ = index; }

  /// The free space behind the last packet, with a slot set aside for it; at least `wanted` bytes
  /// where compaction can provide them. Empty if there is no room for a slot.
  [[nodiscard]] std::span<std::byte> space(std::size_t wanted);
  /// Takes `size` bytes of that space from `begin` on, as a packet in the state `queued`. The size
  /// and the beginning must be within it.
  SlotIndex append(SlotKind kind, std::size_t begin, std::size_t size);
  /// The packet identifier that the next append will use; `space()` has set the slot aside.
  [[nodiscard]] std::uint16_t next_packet_id();

  /// Gives up the bytes of a packet but for the first `kept` ones.
  void shrink(SlotIndex index, std::size_t kept);
  /// Gives up the first `count` bytes of a packet.
  void shrink_front(SlotIndex index, std::size_t count);
  void move_to_releases(SlotIndex index);
  /// Ends the life of a slot.
  void release(SlotIndex index);

  /// The packet that is half written, or no_slot. Its bytes are not moved.
  [[nodiscard]] SlotIndex pinned() const { return pinned_; }
  void pin(SlotIndex index) { pinned_ = index; }
  /// An outcome handed out whose reason codes are being looked at, or no_slot. They are not moved.
  [[nodiscard]] SlotIndex shown() const { return shown_; }
  void show(SlotIndex index) { shown_ = index; }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// Bytes of packets and slots in use.
  [[nodiscard]] std::size_t used() const { return live_bytes_ + used_slots_ * sizeof(Slot); }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] std::size_t slots_in_use() const { return used_slots_; }

 private:
  struct List {
    SlotIndex head{no_slot};
    SlotIndex tail{no_slot};
  };

  void push(List& list, SlotIndex index);
  void unlink(SlotIndex index);
  void compact();
  void drop_free_slots();
  [[nodiscard]] bool set_slot_aside();
  [[nodiscard]] Slot* slots_end() const { return reinterpret_cast<Slot*>(bytes_ + capacity_); }
  [[nodiscard]] std::uint32_t slots_begin() const {
    return capacity_ - static_cast<std::uint32_t>(slot_count_ * sizeof(Slot));
  }

  std::byte* bytes_{nullptr};
  std::uint32_t capacity_{0};    // of packets and slots together
  std::uint32_t end_{0};         // of the last packet
  std::uint32_t live_bytes_{0};  // of all packets, holes not counted
  std::uint32_t peak_{0};
  List log_{};
  List releases_{};
  List free_{};
  SlotIndex unsent_{no_slot};
  SlotIndex pinned_{no_slot};
  SlotIndex shown_{no_slot};
  std::uint16_t slot_count_{0};  // that exist, in use or free
  std::uint16_t used_slots_{0};
  std::uint16_t generation_{0};
  std::uint8_t index_bits_{0};
};

}  // namespace minimq::detail

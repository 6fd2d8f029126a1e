// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::detail {

/// Where the exchange of an inbound QoS 1 or 2 message is.
enum class InboundState : std::uint8_t {
  puback_withheld,  ///< The application has the message.
  puback_due,
  puback_staged,
  pubrec_withheld,  ///< The application has the message.
  pubrec_due,
  pubrec_staged,
  awaiting_pubrel,  ///< PUBREC was sent.
  remembered,  ///< Delivered on an earlier connection; the broker will send it or PUBREL again.
  pubcomp_due,
  pubcomp_staged,
};

/// An inbound message whose packet identifier is in use. In the order of arrival.
struct InboundEntry {
  std::uint16_t packet_id;
  InboundState state;
  ReasonCode reason;  ///< For the acknowledgement.

  [[nodiscard]] bool is_qos2() const { return state >= InboundState::pubrec_withheld; }
};
static_assert(sizeof(InboundEntry) == 4);

/// The inbound QoS 1 and 2 packet identifiers. From it acknowledgements are made, so they need no
/// other memory, and by it a repeated QoS 2 message is known [MQTT-4.3.3-10].
class InboundTable {
 public:
  explicit InboundTable(std::span<std::byte> area);

  [[nodiscard]] std::span<InboundEntry> entries() { return {entries_, count_}; }
  [[nodiscard]] InboundEntry* find(std::uint16_t packet_id);
  [[nodiscard]] bool full() const { return count_ == capacity_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// An exchange ends as soon as what is owed was written.
  [[nodiscard]] bool leaves_with_a_write();
  void add(std::uint16_t packet_id, InboundState state, ReasonCode reason);
  void remove(InboundEntry& entry);
  void clear() { count_ = 0; }

  /// The last byte of this acknowledgement was written: its exchange ends or goes on, and the
  /// broker may use the identifier for another message at once [MQTT-4.3.2-5], [MQTT-4.3.3-12].
  /// Returns whether it has ended.
  bool written(PacketType type, std::uint16_t packet_id);
  /// Ends all exchanges that this connection has not taken up.
  void forget_remembered();
  /// The connection is gone: QoS 1 messages come again; delivered QoS 2 ones are remembered.
  void connection_lost();

 private:
  InboundEntry* entries_{nullptr};
  std::uint16_t capacity_{0};
  std::uint16_t count_{0};
};

}  // namespace minimq::detail

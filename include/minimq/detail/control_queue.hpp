// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "minimq/bytes.hpp"
#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::detail {

/// Small packets on their way: acknowledgements, PUBREL, PINGREQ, and a bare DISCONNECT. They are
/// made from state that is kept elsewhere, a few at a time, so they can neither fill up tx nor be
/// kept from leaving by what fills it.
class ControlQueue {
 public:
  static constexpr std::size_t capacity = 40;

  /// `memory` has `capacity` bytes.
  explicit ControlQueue(std::byte* memory) : memory_{memory} {}

  /// False, and nothing changed, if there is no room.
  [[nodiscard]] bool add_ack(PacketType type, std::uint16_t packet_id, ReasonCode reason);
  [[nodiscard]] bool add_pingreq();
  /// The packet that was added last, of that size.
  [[nodiscard]] Bytes last(std::size_t size) const { return {memory_ + end_ - size, size}; }
  /// Its memory, for other use while nothing is queued.
  [[nodiscard]] std::span<std::byte> scratch() { return {memory_, capacity}; }
  /// Always finds room after `keep_half_written`.
  void add_disconnect(ReasonCode reason);
  /// Of what is queued only a packet that is half written stays.
  void keep_half_written();

  [[nodiscard]] Bytes pending() const { return {memory_ + begin_, memory_ + end_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] bool half_written() const { return begin_ != half_; }
  /// The first `count` bytes were written. Returns the packets that are whole now.
  Bytes consume(std::size_t count);
  void clear() { begin_ = end_ = half_ = 0; }

 private:
  [[nodiscard]] bool add(std::uint8_t first_byte, std::size_t length, std::uint32_t body);

  std::byte* memory_;
  std::uint8_t begin_{0};
  std::uint8_t end_{0};
  std::uint8_t half_{0};  // where the packet that is half written begins; begin_ if none is
};

}  // namespace minimq::detail

// SPDX-License-Identifier: MIT
#include "minimq/detail/control_queue.hpp"

#include <cstring>

namespace minimq::detail {

namespace {

// Every packet in the queue has a one-byte Remaining Length.
std::uint8_t packet_size(const std::byte* packet) {
  return static_cast<std::uint8_t>(2 + std::to_integer<std::uint8_t>(packet[1]));
}

std::uint8_t first_byte_of(PacketType type) {
  const unsigned flags = type == PacketType::pubrel ? 2 : 0;  // [MQTT-3.6.1-1]
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

}  // namespace

// The body are the `length` high bytes of a word.
bool ControlQueue::add(std::uint8_t first_byte, std::size_t length, std::uint32_t body) {
  if (half_ != 0) {
    std::memmove(memory_, memory_ + half_, end_ - half_);
    begin_ = static_cast<std::uint8_t>(begin_ - half_);
    end_ = static_cast<std::uint8_t>(end_ - half_);
    half_ = 0;
  }
  if (end_ + 2 + length > capacity) return false;
  memory_[end_++] = std::byte{first_byte};
  memory_[end_++] = static_cast<std::byte>(length);
  for (; length != 0; --length, body <<= 8) {
    memory_[end_++] = static_cast<std::byte>(body >> 24);
  }
  return true;
}

// In its shortest form [MQTT-3.4.2.1-M], with its packet identifier [MQTT-2.2.1-5]. Without Reason
// String and User Properties there is nothing to be left out for its size [MQTT-3.4.2-2],
// [MQTT-3.4.2-3], [MQTT-3.5.2-2], [MQTT-3.5.2-3], [MQTT-3.6.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-2],
// [MQTT-3.7.2-3].
bool ControlQueue::add_ack(PacketType type, std::uint16_t packet_id, ReasonCode reason) {
  const std::uint32_t body = std::uint32_t{packet_id} << 16 | static_cast<std::uint32_t>(reason)
                                                                  << 8;
  return add(first_byte_of(type), reason == ReasonCode::success ? 2 : 3, body);
}

bool ControlQueue::add_pingreq() {
  return add(first_byte_of(PacketType::pingreq), 0, 0);
}

void ControlQueue::keep_half_written() {
  end_ = half_ == begin_ ? begin_ : static_cast<std::uint8_t>(half_ + packet_size(memory_ + half_));
}

void ControlQueue::add_disconnect(ReasonCode reason) {
  (void)add(first_byte_of(PacketType::disconnect),
            reason == ReasonCode::normal_disconnection ? 0 : 1,
            static_cast<std::uint32_t>(reason) << 24);
}

Bytes ControlQueue::consume(std::size_t count) {
  const std::byte* const finished = memory_ + half_;
  begin_ = static_cast<std::uint8_t>(begin_ + count);
  while (half_ < begin_) {
    const int after = half_ + packet_size(memory_ + half_);
    if (after > begin_) break;
    half_ = static_cast<std::uint8_t>(after);
  }
  return {finished, memory_ + half_};
}

}  // namespace minimq::detail

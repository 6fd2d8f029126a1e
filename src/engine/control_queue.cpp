// SPDX-License-Identifier: MIT
#include "minimq/detail/control_queue.hpp"

#include <cstring>

#include "codec/ack.hpp"
#include "codec/disconnect.hpp"
#include "codec/writer.hpp"

namespace minimq::detail {

namespace {

// Every packet in the queue has a one-byte Remaining Length.
std::uint8_t packet_size(const std::byte* packet) {
  return static_cast<std::uint8_t>(2 + std::to_integer<std::uint8_t>(packet[1]));
}

}  // namespace

std::span<std::byte> ControlQueue::space() {
  if (half_ != 0) {
    std::memmove(memory_, memory_ + half_, end_ - half_);
    begin_ = static_cast<std::uint8_t>(begin_ - half_);
    end_ = static_cast<std::uint8_t>(end_ - half_);
    half_ = 0;
  }
  return {memory_ + end_, memory_ + capacity};
}

bool ControlQueue::add_ack(PacketType type, std::uint16_t packet_id, ReasonCode reason) {
  codec::Writer writer{space()};
  codec::write_ack(writer, type, packet_id, reason);
  if (writer.overflowed()) return false;
  end_ = static_cast<std::uint8_t>(end_ + writer.size());
  return true;
}

bool ControlQueue::add_pingreq() {
  codec::Writer writer{space()};
  writer.u8(static_cast<std::uint8_t>(PacketType::pingreq) << 4);
  writer.u8(0);
  if (writer.overflowed()) return false;
  end_ = static_cast<std::uint8_t>(end_ + writer.size());
  return true;
}

void ControlQueue::keep_half_written() {
  end_ = half_ == begin_ ? begin_ : static_cast<std::uint8_t>(half_ + packet_size(memory_ + half_));
}

void ControlQueue::add_disconnect(ReasonCode reason) {
  codec::Writer writer{space()};
  const bool bare = reason == ReasonCode::normal_disconnection;
  codec::write_disconnect(writer, reason, {}, bare ? 0 : 1);
  end_ = static_cast<std::uint8_t>(end_ + writer.size());
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

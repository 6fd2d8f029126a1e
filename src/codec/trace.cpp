// SPDX-License-Identifier: MIT
#include "codec/trace.hpp"

namespace minimq::codec {

namespace {

// The fields where they stand in a packet that was not checked yet.
void describe(Bytes body, TraceEvent& event) {
  const auto byte = [body](std::size_t index) {
    return index < body.size() ? std::to_integer<std::uint8_t>(body[index]) : std::uint8_t{0};
  };
  const auto id = [&byte](std::size_t index) {
    return static_cast<std::uint16_t>(byte(index) << 8 | byte(index + 1));
  };
  switch (event.type) {
    case PacketType::publish:
      if ((event.flags & 0x06) != 0) event.packet_id = id(std::size_t{2} + id(0));
      break;
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: event.reason = byte(2); [[fallthrough]];
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::suback:
    case PacketType::unsuback: event.packet_id = id(0); break;
    case PacketType::connack: event.reason = byte(1); break;
    case PacketType::disconnect:
    case PacketType::auth: event.reason = byte(0); break;
    case PacketType::connect:
    case PacketType::pingreq:
    case PacketType::pingresp: break;
  }
}

void show(const Tracer& tracer, TraceEvent::Direction direction, Bytes packet) {
  if (tracer.function == nullptr) return;
  const auto first = std::to_integer<std::uint8_t>(packet[0]);
  TraceEvent event{.direction = direction,
                   .type = static_cast<PacketType>(first >> 4),
                   .flags = static_cast<std::uint8_t>(first & 0x0F),
                   .reason = 0,
                   .packet_id = 0,
                   .size = 0};
  std::size_t at = 0;
  std::size_t remaining_length = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = std::to_integer<std::size_t>(packet[++at]);
    remaining_length |= (byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  event.size = ++at + remaining_length;
  describe(packet.subspan(at), event);
  tracer.function(tracer.context, event);
}

void show_made(const Tracer& tracer, PacketType type, ReasonCode reason, std::size_t size) {
  if (tracer.function == nullptr) return;
  tracer.function(tracer.context, {.direction = TraceEvent::Direction::sent,
                                   .type = type,
                                   .flags = 0,
                                   .reason = static_cast<std::uint8_t>(reason),
                                   .packet_id = 0,
                                   .size = size});
}

}  // namespace

const TraceEncoding trace_encoding{.show = &show, .show_made = &show_made};

}  // namespace minimq::codec

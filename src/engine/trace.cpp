// SPDX-License-Identifier: MIT
#include "codec/fixed_header.hpp"
#include "codec/publish.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

struct Described {
  std::uint16_t packet_id;
  std::uint8_t reason;
};

// The fields where they stand in a packet that was not checked yet.
Described describe(const codec::FixedHeader& header, Bytes body) {
  const auto byte = [body](std::size_t index) {
    return index < body.size() ? std::to_integer<std::uint8_t>(body[index]) : std::uint8_t{0};
  };
  const auto id = [&byte](std::size_t index) {
    return static_cast<std::uint16_t>(byte(index) << 8 | byte(index + 1));
  };
  switch (header.type) {
    case PacketType::publish: {
      if ((header.flags & 0x06) == 0) return {0, 0};
      return {id(std::size_t{2} + id(0)), 0};
    }
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: return {id(0), byte(2)};
    case PacketType::suback:
    case PacketType::unsuback: return {id(0), 0};
    case PacketType::connack: return {0, byte(1)};
    case PacketType::disconnect:
    case PacketType::auth: return {0, byte(0)};
    case PacketType::connect:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq:
    case PacketType::pingresp: break;
  }
  return {0, 0};
}

}  // namespace

void Engine::trace(TraceEvent::Direction direction, std::uint8_t first_byte,
                   std::uint16_t packet_id, ReasonCode reason, std::size_t size) const {
  config_.tracer({.direction = direction,
                  .type = static_cast<PacketType>(first_byte >> 4),
                  .flags = static_cast<std::uint8_t>(first_byte & 0x0F),
                  .reason = static_cast<std::uint8_t>(reason),
                  .packet_id = packet_id,
                  .size = size});
}

void Engine::trace_received(const codec::FixedHeader& header, Bytes body) const {
  if (config_.tracer.function == nullptr) return;
  const Described described = describe(header, body);
  trace(TraceEvent::Direction::received,
        static_cast<std::uint8_t>(static_cast<int>(header.type) << 4 | header.flags),
        described.packet_id, static_cast<ReasonCode>(described.reason), header.packet_size());
}

}  // namespace minimq

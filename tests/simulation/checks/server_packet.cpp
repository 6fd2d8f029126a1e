// SPDX-License-Identifier: MIT
#include "simulation/checks/server_packet.hpp"

#include <array>

#include "simulation/payload.hpp"

namespace minimq::simulation {

namespace {

// Reads numbers; past the end they are zero, and `short_of_bytes` tells.
struct Cursor {
  std::string_view rest;
  bool short_of_bytes{false};

  std::uint32_t number(unsigned bytes) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) {
      if (rest.empty()) {
        short_of_bytes = true;
        return 0;
      }
      value = value << 8 | static_cast<unsigned char>(rest[0]);
      rest.remove_prefix(1);
    }
    return value;
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t byte = number(1);
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    short_of_bytes = true;
    return 0;
  }
  std::string_view take(std::size_t count) {
    if (count > rest.size()) {
      short_of_bytes = true;
      count = rest.size();
    }
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
};

void read_connack(Cursor& body, ServerPacket& packet) {
  packet.session_present = (body.number(1) & 1) != 0;
  packet.reason = body.number(1);
  Cursor properties{body.take(body.variable())};
  while (!properties.rest.empty() && !properties.short_of_bytes) {
    switch (properties.number(1)) {
      case 0x11: packet.session_expiry_s = properties.number(4); break;
      case 0x13: packet.server_keep_alive = properties.number(2); break;
      case 0x21: packet.receive_maximum = properties.number(2); break;
      case 0x24: packet.maximum_qos = properties.number(1); break;
      case 0x25: packet.retain_available = properties.number(1); break;
      case 0x27: packet.maximum_packet_size = properties.number(4); break;
      case 0x22: packet.topic_alias_maximum = properties.number(2); break;
      case 0x15:
      case 0x16: (void)properties.take(properties.number(2)); break;
      case 0x12: packet.assigned = properties.take(properties.number(2)); break;
      default: properties.short_of_bytes = true; break;
    }
  }
  body.short_of_bytes |= properties.short_of_bytes;
}

void read_publish(Cursor& body, ServerPacket& packet) {
  packet.qos = packet.flags >> 1 & 3;
  packet.dup = (packet.flags & 8) != 0;
  packet.topic = body.take(body.number(2));
  if (packet.qos != 0) packet.id = static_cast<std::uint16_t>(body.number(2));
  (void)body.take(body.variable());
  packet.payload = body.rest;
}

}  // namespace

std::optional<ServerPacket> parse_server_packet(std::string_view bytes, bool& bad) {
  bad = false;
  if (bytes.size() < 2) return std::nullopt;
  Cursor cursor{bytes.substr(1)};
  const std::uint32_t length = cursor.variable();
  if (cursor.short_of_bytes) {
    bad = bytes.size() >= 5;
    return std::nullopt;
  }
  if (cursor.rest.size() < length) return std::nullopt;
  ServerPacket packet{.type = static_cast<unsigned char>(bytes[0]) / 16u,
                      .flags = static_cast<unsigned char>(bytes[0]) % 16u};
  packet.size = bytes.size() - cursor.rest.size() + length;
  Cursor body{cursor.rest.substr(0, length)};
  switch (packet.type) {
    case 2: read_connack(body, packet); break;
    case 3: read_publish(body, packet); break;
    case 4:
    case 5:
    case 6:
    case 7:
      packet.id = static_cast<std::uint16_t>(body.number(2));
      if (!body.rest.empty()) packet.reason = body.number(1);
      break;
    case 9:
    case 11: packet.id = static_cast<std::uint16_t>(body.number(2)); break;
    case 14:
      if (!body.rest.empty()) packet.reason = body.number(1);
      break;
    case 13: break;
    case 15:
      packet.reason = body.number(1);  // Without one it has no method: garbage.
      break;
    default: bad = true; break;
  }
  bad |= body.short_of_bytes;
  return packet;
}

std::string ServerPacket::text() const {
  static constexpr std::array<std::string_view, 16> names{
      "0",       "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",  "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
  std::string line{names[type % 16]};
  if (type == 2) line += session_present ? " sp=1" : " sp=0";
  if (type == 3) {
    line += " q" + std::to_string(qos) + (dup ? " d1" : " d0");
    const auto number = number_of(payload);
    line += number ? " #" + std::to_string(*number & ~(from_broker | retained)) : " (foreign)";
  }
  if (id != 0) line += " id=" + std::to_string(id);
  if (type != 3 && type != 13) line += " reason=" + std::to_string(reason);
  return line + " (" + std::to_string(size) + " bytes)";
}

}  // namespace minimq::simulation

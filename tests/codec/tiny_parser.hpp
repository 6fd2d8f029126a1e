// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace minimq::codec::tiny {

/// Reads what a client sends, without any of the codec: written from the specification once more,
/// with exceptions and copies, for what the codec itself only writes.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_{bytes} {}

  unsigned byte() {
    if (rest_.empty()) throw std::out_of_range{"the packet ends too early"};
    const auto value = std::to_integer<unsigned>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }
  unsigned two() {
    const unsigned high = byte();
    return high * 256 + byte();
  }
  std::uint32_t four() {
    const std::uint32_t high = two();
    return high * 65'536 + two();
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (std::uint32_t factor = 1; factor <= 128 * 128 * 128; factor *= 128) {
      const unsigned encoded = byte();
      value += (encoded % 128) * factor;
      if (encoded < 128) return value;
    }
    throw std::out_of_range{"five bytes"};
  }
  std::string take(std::size_t count) {
    std::string text;
    while (count-- != 0)
      text += static_cast<char>(byte());
    return text;
  }
  std::string text() { return take(two()); }
  std::string all() { return take(rest_.size()); }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

/// A property as a text: its identifier, and its value written down.
inline std::string property(Cursor& cursor) {
  const std::uint32_t id = cursor.variable();
  std::string value;
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19: value = std::to_string(cursor.byte()); break;
    case 0x21:
    case 0x22: value = std::to_string(cursor.two()); break;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: value = std::to_string(cursor.four()); break;
    case 0x0B: value = std::to_string(cursor.variable()); break;
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x15:
    case 0x16:
    case 0x1F: value = cursor.text(); break;
    case 0x26:
      value = cursor.text() + '=';
      value += cursor.text();
      break;
    default: throw std::invalid_argument{"no such property"};
  }
  return std::to_string(id) + ':' + value;
}

inline std::vector<std::string> properties(Cursor& cursor) {
  const std::string block = cursor.take(cursor.variable());
  Cursor inner{std::as_bytes(std::span{block})};
  std::vector<std::string> list;
  while (!inner.done())
    list.push_back(property(inner));
  return list;
}

struct Packet {
  unsigned type;
  unsigned flags;
  unsigned packet_id{0};
  std::string topic{};
  std::string payload{};
  std::vector<std::string> properties{};
  std::vector<std::pair<std::string, unsigned>> filters{};  ///< With their options.
};

/// PUBLISH, SUBSCRIBE or UNSUBSCRIBE.
inline Packet parse(std::span<const std::byte> bytes) {
  Cursor cursor{bytes};
  const unsigned first = cursor.byte();
  Packet packet{.type = first / 16, .flags = first % 16};
  const std::string body = cursor.take(cursor.variable());
  if (!cursor.done()) throw std::length_error{"bytes behind the end"};
  Cursor inner{std::as_bytes(std::span{body})};
  if (packet.type == 3) packet.topic = inner.text();
  if (packet.type != 3 || (packet.flags & 6) != 0) packet.packet_id = inner.two();
  packet.properties = tiny::properties(inner);
  if (packet.type == 3) {
    packet.payload = inner.all();
    return packet;
  }
  while (!inner.done()) {
    const std::string filter = inner.text();
    packet.filters.emplace_back(filter, packet.type == 8 ? inner.byte() : 0);
  }
  return packet;
}

struct Connect {
  unsigned flags{0};
  unsigned keep_alive{0};
  std::vector<std::string> properties{};
  std::string client_id{};
  std::vector<std::string> will_properties{};
  std::string will_topic{};
  std::string will_payload{};
  std::string user_name{};
  std::string password{};
};

inline Connect parse_connect(std::span<const std::byte> bytes) {
  Cursor cursor{bytes};
  if (cursor.byte() != 0x10) throw std::invalid_argument{"no CONNECT"};
  const std::string body = cursor.take(cursor.variable());
  Cursor inner{std::as_bytes(std::span{body})};
  if (!cursor.done() || inner.text() != "MQTT" || inner.byte() != 5) {
    throw std::invalid_argument{"no CONNECT of MQTT 5"};
  }
  Connect connect;
  connect.flags = inner.byte();
  connect.keep_alive = inner.two();
  connect.properties = tiny::properties(inner);
  connect.client_id = inner.text();
  if ((connect.flags & 0x04) != 0) {
    connect.will_properties = tiny::properties(inner);
    connect.will_topic = inner.text();
    connect.will_payload = inner.text();
  }
  if ((connect.flags & 0x80) != 0) connect.user_name = inner.text();
  if ((connect.flags & 0x40) != 0) connect.password = inner.text();
  if (!inner.done()) throw std::length_error{"bytes behind the end"};
  return connect;
}

}  // namespace minimq::codec::tiny

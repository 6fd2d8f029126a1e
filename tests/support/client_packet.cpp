// SPDX-License-Identifier: MIT
#include "support/client_packet.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace minimq::testing {

namespace {

using Type = ClientPacket::Type;

void require(bool fulfilled, const std::string& rule) {
  if (!fulfilled) throw SpecificationBroken{rule};
}

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_{bytes} {}

  unsigned byte() {
    require(!rest_.empty(), "the packet ends too early");
    const auto value = std::to_integer<unsigned>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint16_t two() {
    const unsigned high = byte();
    return static_cast<std::uint16_t>(high << 8 | byte());
  }
  std::uint32_t four() {
    const std::uint32_t high = two();
    return high << 16 | two();
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const unsigned encoded = byte();
      value |= (encoded & 127u) << shift;
      if ((encoded & 128u) != 0) continue;
      require(shift == 0 || encoded != 0, "[MQTT-1.5.5-1] a length that is not minimal");
      return value;
    }
    throw SpecificationBroken{"a variable byte integer of more than four bytes"};
  }
  std::span<const std::byte> take(std::size_t count) {
    require(count <= rest_.size(), "the packet ends too early");
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::string binary() { return string_of(take(two())); }
  std::string all() { return string_of(take(rest_.size())); }
  std::string text() {
    std::string value = binary();
    require(value.find('\0') == std::string::npos, "[MQTT-1.5.4-2] U+0000 in a text");
    check_utf8(value);
    return value;
  }
  std::uint16_t packet_id() {
    const std::uint16_t id = two();
    require(id != 0, "[MQTT-2.2.1-3] a packet identifier of zero");
    return id;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  static std::string string_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  static void check_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const auto lead = static_cast<unsigned char>(text[i]);
      const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      require(lead < 0x80 || (lead >= 0xC2 && lead <= 0xF4), "[MQTT-1.5.4-1] not UTF-8");
      require(i + size <= text.size(), "[MQTT-1.5.4-1] not UTF-8");
      for (std::size_t k = 1; k < size; ++k)
        require((text[i + k] & 0xC0) == 0x80, "[MQTT-1.5.4-1] not UTF-8");
      const auto second = static_cast<unsigned char>(size > 1 ? text[i + 1] : '\0');
      require(!(lead == 0xED && second > 0x9F), "[MQTT-1.5.4-1] a surrogate");
      i += size;
    }
  }

  std::span<const std::byte> rest_;
};

// Which properties a client may send: the letters of C(onnect) W(ill) P(ublish) A(cks) S(ubscribe)
// U(nsubscribe) D(isconnect) (a)uT(h).
constexpr std::string_view allowed_in(std::uint32_t id) {
  switch (id) {
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x08:
    case 0x09: return "PW";
    case 0x0B: return "S";
    case 0x11: return "CD";
    case 0x15:
    case 0x16: return "CT";
    case 0x17:
    case 0x19:
    case 0x21:
    case 0x22:
    case 0x27: return "C";
    case 0x18: return "W";
    case 0x1F: return "ADT";
    case 0x23: return "P";
    case 0x26: return "CWPASUDT";
    default: return "";
  }
}

std::string property_value(std::uint32_t id, Cursor& cursor) {
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19: {
      const unsigned value = cursor.byte();
      require(value <= 1, "a flag that is neither 0 nor 1");
      return std::to_string(value);
    }
    case 0x21:
    case 0x22:
    case 0x23: return std::to_string(cursor.two());
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: return std::to_string(cursor.four());
    case 0x0B: return std::to_string(cursor.variable());
    case 0x09:
    case 0x16: return cursor.binary();
    case 0x26: {
      const std::string name = cursor.text();
      return name + ':' + cursor.text();
    }
    default: return cursor.text();
  }
}

std::vector<ClientPacket::Property> parse_properties(Cursor& cursor, char carrier) {
  Cursor block{cursor.take(cursor.variable())};
  std::vector<ClientPacket::Property> properties;
  std::set<std::uint32_t> seen;
  while (!block.done()) {
    const std::uint32_t id = block.variable();
    require(allowed_in(id).find(carrier) != std::string_view::npos,
            "property " + std::to_string(id) + " does not belong in this packet");
    require(seen.insert(id).second || id == 0x26,
            "property " + std::to_string(id) + " is there twice");
    properties.push_back({id, property_value(id, block)});
    const bool zero = properties.back().value == "0";
    require(!zero || (id != 0x0B && id != 0x21 && id != 0x23 && id != 0x27),
            "property " + std::to_string(id) + " must not be zero");
  }
  return properties;
}

void check_topic(const std::string& topic, bool aliased = false) {
  require(!topic.empty() || aliased, "[MQTT-4.7.3-1] an empty topic");
  require(topic.find_first_of("+#") == std::string::npos, "[MQTT-3.3.2-2] a wildcard in a topic");
}

void parse_connect(ClientPacket& packet, Cursor& cursor) {
  require(cursor.text() == "MQTT", "[MQTT-3.1.2-1] the protocol's name");
  require(cursor.byte() == 5, "[MQTT-3.1.2-2] the protocol's version");
  const unsigned flags = cursor.byte();
  require((flags & 1) == 0, "[MQTT-3.1.2-3] the reserved flag");
  packet.clean_start = (flags & 2) != 0;
  packet.keep_alive = cursor.two();
  packet.properties = parse_properties(cursor, 'C');
  packet.client_id = cursor.text();
  if ((flags & 4) != 0) {
    ClientPacket::Will will{.qos = flags >> 3 & 3, .retain = (flags & 0x20) != 0};
    require(will.qos <= 2, "[MQTT-3.1.2-12] the will's QoS");
    will.properties = parse_properties(cursor, 'W');
    will.topic = cursor.text();
    check_topic(will.topic);
    will.payload = cursor.binary();
    packet.will = will;
  } else {
    require((flags & 0x38) == 0, "[MQTT-3.1.2-11], [MQTT-3.1.2-13] will flags without a will");
  }
  if ((flags & 0x80) != 0) packet.user_name = cursor.text();
  if ((flags & 0x40) != 0) packet.password = cursor.binary();
}

void parse_publish(ClientPacket& packet, Cursor& cursor) {
  packet.dup = (packet.flags & 8) != 0;
  packet.qos = packet.flags >> 1 & 3;
  packet.retain = (packet.flags & 1) != 0;
  require(packet.qos <= 2, "[MQTT-3.3.1-4] QoS 3");
  require(packet.qos != 0 || !packet.dup, "[MQTT-3.3.1-2] QoS 0 with DUP");
  packet.topic = cursor.text();
  if (packet.qos != 0) packet.id = cursor.packet_id();
  packet.properties = parse_properties(cursor, 'P');
  check_topic(packet.topic, packet.property(0x23).has_value());
  packet.payload = cursor.all();
}

// Reason code and properties of acknowledgements, DISCONNECT and AUTH may be left out.
void parse_ending(ClientPacket& packet, Cursor& cursor, char carrier,
                  std::initializer_list<unsigned> reasons) {
  if (cursor.done()) return;
  packet.reason = cursor.byte();
  require(std::ranges::find(reasons, packet.reason) != reasons.end(),
          "a reason code that a client must not send here");
  if (!cursor.done()) packet.properties = parse_properties(cursor, carrier);
}

void parse_filters(ClientPacket& packet, Cursor& cursor) {
  const bool subscribe = packet.type == Type::subscribe;
  packet.id = cursor.packet_id();
  packet.properties = parse_properties(cursor, subscribe ? 'S' : 'U');
  while (!cursor.done()) {
    ClientPacket::Filter filter{.filter = cursor.text()};
    require(!filter.filter.empty(), "[MQTT-4.7.3-1] an empty topic filter");
    if (subscribe) {
      filter.options = cursor.byte();
      require((filter.options & 0xC0) == 0, "[MQTT-3.8.3-5] reserved bits");
      require((filter.options & 3) != 3 && (filter.options >> 4 & 3) != 3, "subscription options");
      require((filter.options & 4) == 0 || !filter.filter.starts_with("$share/"),
              "[MQTT-3.8.3-4] No Local with a shared subscription");
    }
    packet.filters.push_back(filter);
  }
  require(!packet.filters.empty(), "[MQTT-3.8.3-2], [MQTT-3.10.3-2] no topic filter");
}

void parse_body(ClientPacket& packet, Cursor& cursor) {
  const bool two = packet.type == Type::pubrel || packet.type == Type::subscribe ||
                   packet.type == Type::unsubscribe;
  require(packet.type == Type::publish || packet.flags == (two ? 2u : 0u),
          "[MQTT-2.1.3-1] the flags of the fixed header");
  switch (packet.type) {
    case Type::connect: parse_connect(packet, cursor); return;
    case Type::publish: parse_publish(packet, cursor); return;
    case Type::puback:
    case Type::pubrec:
      packet.id = cursor.packet_id();
      parse_ending(packet, cursor, 'A', {0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99});
      return;
    case Type::pubrel:
    case Type::pubcomp:
      packet.id = cursor.packet_id();
      parse_ending(packet, cursor, 'A', {0, 0x92});
      return;
    case Type::subscribe:
    case Type::unsubscribe: parse_filters(packet, cursor); return;
    case Type::pingreq: return;
    case Type::disconnect:
      parse_ending(
          packet, cursor, 'D',
          {0, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99});
      return;
    case Type::auth:
      parse_ending(packet, cursor, 'T', {0x18, 0x19});
      require(packet.property(0x15).has_value(), "[MQTT-4.12.0-5] AUTH without a method");
      return;
    case Type::none: break;
  }
  throw SpecificationBroken{"a packet that no client sends"};
}

}  // namespace

std::optional<std::string> ClientPacket::property(std::uint32_t property_id) const {
  for (const Property& one : properties) {
    if (one.id == property_id) return one.value;
  }
  return std::nullopt;
}

std::optional<ClientPacket> parse_client_packet(std::span<const std::byte> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  std::size_t header = 2;
  while (header <= bytes.size() && (bytes[header - 1] & std::byte{0x80}) != std::byte{0}) {
    ++header;
    require(header <= 5, "[MQTT-1.5.5-1] a remaining length of more than four bytes");
  }
  if (header > bytes.size()) return std::nullopt;
  Cursor head{bytes.subspan(1, header - 1)};
  const std::size_t length = head.variable();
  if (bytes.size() - header < length) return std::nullopt;
  ClientPacket packet;
  const auto first = std::to_integer<unsigned>(bytes[0]);
  packet.type = static_cast<Type>(first >> 4);
  packet.flags = first & 15;
  packet.size = header + length;
  Cursor cursor{bytes.subspan(header, length)};
  parse_body(packet, cursor);
  require(cursor.done(), "bytes behind the end of the packet");
  return packet;
}

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
#include "support/judge/server_packet.hpp"

#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

using Type = ServerPacket::Type;

void parse_connack(ServerPacket& packet, Reader& reader) {
  const unsigned flags = reader.byte();
  require(flags <= 1, "3.2.2-1", "reserved flags of CONNACK");
  packet.session_present = flags != 0;
  packet.reason = reader.byte();
  packet.properties.parse(reader, Carrier::connack);
}

void parse_publish(ServerPacket& packet, unsigned flags, Reader& reader) {
  packet.qos = flags >> 1 & 3;
  require(packet.qos <= 2, "3.3.1-4", "QoS 3");
  (void)reader.text();
  if (packet.qos != 0) packet.id = reader.packet_id();
  packet.properties.parse(reader, Carrier::publish_from_server);
  (void)reader.all();
}

void parse_ending(ServerPacket& packet, Reader& reader, Carrier carrier) {
  if (!reader.done()) packet.reason = reader.byte();
  if (!reader.done()) packet.properties.parse(reader, carrier);
}

void parse_codes(ServerPacket& packet, Reader& reader) {
  const bool suback = packet.type == Type::suback;
  packet.id = reader.packet_id();
  packet.properties.parse(reader, suback ? Carrier::suback : Carrier::unsuback);
  require(!reader.all().empty(), suback ? "3.8.4-6" : "3.11.3-1", "no reason code");
}

void parse_body(ServerPacket& packet, unsigned flags, Reader& reader) {
  const unsigned expected = packet.type == Type::pubrel ? 2 : 0;
  require(packet.type == Type::publish || flags == expected, "2.1.3-1", "the flags");
  switch (packet.type) {
    case Type::connack: return parse_connack(packet, reader);
    case Type::publish: return parse_publish(packet, flags, reader);
    case Type::puback:
    case Type::pubrec:
    case Type::pubrel:
    case Type::pubcomp:
      packet.id = reader.packet_id();
      return parse_ending(packet, reader, Carrier::acknowledgement);
    case Type::suback:
    case Type::unsuback: return parse_codes(packet, reader);
    case Type::pingresp: return;
    case Type::disconnect: return parse_ending(packet, reader, Carrier::disconnect_from_server);
    case Type::auth: return parse_ending(packet, reader, Carrier::auth);
  }
  throw Violation{"2.1.2", "a packet that no server sends"};
}

}  // namespace

void ServerPacket::parse(const Frame& frame) {
  type = static_cast<Type>(frame.first >> 4);
  id = 0;
  qos = reason = 0;
  session_present = false;
  properties.clear();
  Reader reader{frame.body};
  parse_body(*this, frame.first & 15, reader);
  require(reader.done(), "4.13.1", "bytes behind the end of the packet");
}

}  // namespace minimq::judge

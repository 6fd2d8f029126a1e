// SPDX-License-Identifier: MIT
#include "support/judge/client_packet.hpp"

#include <algorithm>
#include <initializer_list>

#include "support/judge/topics.hpp"
#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

using Type = ClientPacket::Type;

void check_flags(const ClientPacket& packet) {
  switch (packet.type) {
    case Type::publish: return;
    case Type::pubrel: return require(packet.flags == 2, "3.6.1-1", "the flags of PUBREL");
    case Type::subscribe: return require(packet.flags == 2, "3.8.1-1", "the flags of SUBSCRIBE");
    case Type::unsubscribe:
      return require(packet.flags == 2, "3.10.1-1", "the flags of UNSUBSCRIBE");
    case Type::disconnect: return require(packet.flags == 0, "3.14.1-1", "the flags of DISCONNECT");
    case Type::auth: return require(packet.flags == 0, "3.15.1-1", "the flags of AUTH");
    case Type::none:
    case Type::connect:
    case Type::puback:
    case Type::pubrec:
    case Type::pubcomp:
    case Type::pingreq: break;
  }
  require(packet.flags == 0, "2.1.3-1", "the flags of the fixed header");
}

void parse_will(ClientPacket& packet, unsigned flags, Reader& reader) {
  if ((flags & 4) == 0) {
    require((flags & 0x18) == 0, "3.1.2-11", "a Will QoS without a will");
    require((flags & 0x20) == 0, "3.1.2-13", "Will Retain without a will");
    return;
  }
  ClientPacket::Will& will = packet.will.emplace(ClientPacket::Will{});
  will.qos = flags >> 3 & 3;
  will.retain = (flags & 0x20) != 0;
  require(will.qos <= 2, "3.1.2-12", "a Will QoS of 3");
  will.properties.parse(reader, Carrier::will);
  will.topic = reader.text();
  check_topic_name(will.topic, "4.7.0-1");
  will.payload = reader.binary();
}

void parse_connect(ClientPacket& packet, Reader& reader) {
  require(reader.text() == "MQTT", "3.1.2-1", "the protocol's name");
  require(reader.byte() == 5, "3.1.2-2", "the protocol's version");
  const unsigned flags = reader.byte();
  require((flags & 1) == 0, "3.1.2-3", "the reserved flag");
  packet.clean_start = (flags & 2) != 0;
  packet.keep_alive = reader.two();
  packet.properties.parse(reader, Carrier::connect);
  require(!packet.properties.has(property_id::authentication_data) ||
              packet.properties.has(property_id::authentication_method),
          "3.1.2.11.10", "Authentication Data without an Authentication Method");
  packet.client_id = reader.text();
  parse_will(packet, flags, reader);
  if ((flags & 0x80) != 0) packet.user_name = reader.text();
  if ((flags & 0x40) != 0) packet.password = reader.binary();
}

void parse_publish(ClientPacket& packet, Reader& reader) {
  packet.dup = (packet.flags & 8) != 0;
  packet.qos = packet.flags >> 1 & 3;
  packet.retain = (packet.flags & 1) != 0;
  require(packet.qos <= 2, "3.3.1-4", "QoS 3");
  require(packet.qos != 0 || !packet.dup, "3.3.1-2", "QoS 0 with DUP");
  packet.topic = reader.text();
  if (packet.qos != 0) packet.id = reader.packet_id();
  packet.properties.parse(reader, Carrier::publish_from_client);
  if (!packet.topic.empty() || !packet.properties.has(property_id::topic_alias)) {
    check_topic_name(packet.topic, "3.3.2-2");
  }
  packet.payload = reader.all();
}

// Reason code and properties of acknowledgements, DISCONNECT and AUTH may be left out.
void parse_ending(ClientPacket& packet, Reader& reader, Carrier carrier, std::string_view statement,
                  std::initializer_list<unsigned> reasons) {
  if (reader.done()) return;
  packet.reason = reader.byte();
  require(std::ranges::find(reasons, packet.reason) != reasons.end(), statement,
          "a reason code that a client must not send here");
  if (!reader.done()) packet.properties.parse(reader, carrier);
}

void parse_acknowledgement(ClientPacket& packet, Reader& reader) {
  constexpr Carrier carrier = Carrier::acknowledgement;
  packet.id = reader.packet_id();
  if (packet.type == Type::pubrel || packet.type == Type::pubcomp) {
    const bool release = packet.type == Type::pubrel;
    return parse_ending(packet, reader, carrier, release ? "3.6.2-1" : "3.7.2-1", {0, 0x92});
  }
  const bool qos1 = packet.type == Type::puback;
  parse_ending(packet, reader, carrier, qos1 ? "3.4.2-1" : "3.5.2-1",
               {0, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99});
}

void parse_auth(ClientPacket& packet, Reader& reader) {
  require(!reader.done(), "3.15.2-1", "Success is not for a client to say");
  parse_ending(packet, reader, Carrier::auth, "3.15.2-1", {0x18, 0x19});
  require(packet.properties.has(property_id::authentication_method), "3.15.2.2.2",
          "AUTH without an Authentication Method");
}

void check_options(const ClientPacket::Filter& filter) {
  require((filter.options & 0xC0) == 0, "3.8.3-5", "reserved bits of subscription options");
  require((filter.options & 3) != 3, "3.8.3.1", "a maximum QoS of 3");
  require((filter.options >> 4 & 3) != 3, "3.8.3.1", "a Retain Handling of 3");
  require((filter.options & 4) == 0 || !is_shared(filter.filter), "3.8.3-4",
          "No Local with a shared subscription");
}

void parse_filters(ClientPacket& packet, Reader& reader) {
  const bool subscribe = packet.type == Type::subscribe;
  packet.id = reader.packet_id();
  packet.properties.parse(reader, subscribe ? Carrier::subscribe : Carrier::unsubscribe);
  while (!reader.done()) {
    ClientPacket::Filter filter{.filter = reader.text()};
    check_topic_filter(filter.filter);
    if (subscribe) {
      filter.options = reader.byte();
      check_options(filter);
    }
    packet.filters.push_back(filter);
  }
  require(!packet.filters.empty(), subscribe ? "3.8.3-2" : "3.10.3-2", "no topic filter");
}

void parse_body(ClientPacket& packet, Reader& reader) {
  check_flags(packet);
  switch (packet.type) {
    case Type::connect: return parse_connect(packet, reader);
    case Type::publish: return parse_publish(packet, reader);
    case Type::puback:
    case Type::pubrec:
    case Type::pubrel:
    case Type::pubcomp: return parse_acknowledgement(packet, reader);
    case Type::subscribe:
    case Type::unsubscribe: return parse_filters(packet, reader);
    case Type::pingreq: return;
    case Type::disconnect:
      return parse_ending(
          packet, reader, Carrier::disconnect_from_client, "3.14.2-1",
          {0, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99});
    case Type::auth: return parse_auth(packet, reader);
    case Type::none: break;
  }
  throw Violation{"2.1.2", "a packet that no client sends"};
}

// Keeps the memory of the lists.
void reset(ClientPacket& packet) {
  Properties properties = std::move(packet.properties);
  std::vector<ClientPacket::Filter> filters = std::move(packet.filters);
  properties.clear();
  filters.clear();
  packet = ClientPacket{};
  packet.properties = std::move(properties);
  packet.filters = std::move(filters);
}

}  // namespace

void ClientPacket::parse(const Frame& frame) {
  reset(*this);
  type = static_cast<Type>(frame.first >> 4);
  flags = frame.first & 15;
  size = frame.size;
  Reader reader{frame.body};
  parse_body(*this, reader);
  require(reader.done(), "4.13.1", "bytes behind the end of the packet");
}

std::optional<OwnedClientPacket> parse_client_packet(Bytes bytes) {
  const auto frame = first_frame(bytes);
  if (!frame) return std::nullopt;
  OwnedClientPacket packet;
  const Bytes whole = bytes.first(frame->size);
  packet.bytes = std::make_shared<const std::vector<std::byte>>(whole.begin(), whole.end());
  packet.parse(*first_frame(*packet.bytes));
  return packet;
}

}  // namespace minimq::judge

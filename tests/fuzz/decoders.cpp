// SPDX-License-Identifier: MIT
//
// Every decoder. The first byte of the input is that of a packet, and what follows is its body:
// what the decoder accepts must be what the judge's parser makes of it, and must come out the same
// when it is written again. First bytes that no broker sends select the other decoders.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/decode.hpp"
#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/support.hpp"
#include "codec/writer.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "minimq/broker.hpp"
#include "minimq/detail/control_queue.hpp"
#include "support/judge/server_packet.hpp"
#include "support/judge/violation.hpp"

namespace minimq::fuzz {
namespace {

using judge::ServerPacket;

// What the independent parser makes of it; nothing: malformed.
std::optional<ServerPacket> judged(unsigned first, Bytes body) {
  ServerPacket packet;
  try {
    packet.parse({.first = first, .body = body, .size = body.size() + 2});
  } catch (const judge::Violation&) {
    return std::nullopt;
  }
  return packet;
}

std::vector<Property> listed(const Properties& properties) {
  std::vector<Property> list;
  for (const Property& property : properties)
    list.push_back(property);
  return list;
}

void check_same(const Property& ours, const judge::Property& theirs) {
  require(static_cast<std::uint32_t>(ours.id()) == theirs.id, "another property");
  require(ours.number() == theirs.number, "another number");
  require(ours.name() == theirs.name && ours.text() == theirs.value, "another text");
}

// With their length, and nothing is checked.
void write_all(codec::Writer& writer, const std::vector<Property>& properties) {
  codec::PropertyWriter list{writer, codec::Carrier::publish};
  for (const Property& property : properties)
    list.put(property);
  list.end({});
}

// Properties are written as they were read: their numbers have one form only.
void check_properties(const Properties& ours, const judge::Properties& theirs) {
  const std::vector<Property> list = listed(ours);
  auto other = theirs.begin();
  for (const Property& property : list) {
    require(other != theirs.end(), "more properties than the judge sees");
    check_same(property, *other++);
    const auto found = ours.find(property.id());
    require(found.has_value(), "a property that is not found");
  }
  require(other == theirs.end(), "fewer properties than the judge sees");
  std::vector<std::byte> expected = codec::varint_bytes(ours.encoded().size());
  codec::append(expected, ours.encoded());
  const auto again = codec::written_bytes([&](codec::Writer& to) { write_all(to, list); });
  require(again == expected, "properties come out changed");
}

template <class Decoded>
void check_accepted(const Decoded& decoded, const ServerPacket& theirs) {
  require(static_cast<unsigned>(decoded.reason) == theirs.reason, "another reason code");
  check_properties(decoded.properties, theirs.properties);
}

void check_connack(const codec::Connack& connack, const ServerPacket& theirs) {
  check_accepted(connack, theirs);
  const auto number = [&](std::uint32_t id, std::uint32_t otherwise) {
    return theirs.properties.number(id, otherwise);
  };
  require(connack.session_present == theirs.session_present, "Session Present");
  const Limits& limits = connack.limits;
  require(limits.receive_maximum == number(0x21, 65'535), "Receive Maximum");
  require(limits.maximum_packet_size == number(0x27, 0), "Maximum Packet Size");
  require(static_cast<unsigned>(limits.maximum_qos) == number(0x24, 2), "Maximum QoS");
  require(limits.topic_alias_maximum == number(0x22, 0), "Topic Alias Maximum");
  require(limits.retain_available == (number(0x25, 1) != 0), "Retain Available");
  require(limits.wildcard_available == (number(0x28, 1) != 0), "Wildcard Subscription");
  require(limits.subscription_ids_available == (number(0x29, 1) != 0), "Subscription Identifier");
  require(limits.shared_available == (number(0x2A, 1) != 0), "Shared Subscription");
  require(limits.keep_alive_s == number(0x13, 0), "Server Keep Alive");
  require(limits.session_expiry_s == number(0x11, 0), "Session Expiry Interval");
}

void check_publish(const codec::Publish& publish, const ServerPacket& theirs, Bytes body) {
  require(publish.packet_id == theirs.id, "another packet identifier");
  require(static_cast<unsigned>(publish.qos) == theirs.qos, "another QoS");
  check_properties(publish.properties, theirs.properties);
  const std::vector<Property> list = listed(publish.properties);
  std::vector<std::byte> again = codec::written_bytes([&](codec::Writer& writer) {
    writer.binary(as_bytes(publish.topic), {});
    if (publish.qos != QoS::at_most_once) writer.u16(publish.packet_id);
    write_all(writer, list);
  });
  codec::append(again, publish.payload);
  require(std::ranges::equal(again, body), "PUBLISH is changed");
}

void check_ack(PacketType type, const codec::Ack& ack, const ServerPacket& theirs) {
  require(ack.packet_id == theirs.id, "another packet identifier");
  check_accepted(ack, theirs);
  std::byte memory[detail::ControlQueue::capacity];
  detail::ControlQueue queue{memory};
  require(queue.add_ack(type, ack.packet_id, ack.reason), "an empty queue is full");
  require(queue.pending().size() <= 5, "an acknowledgement of more than five bytes");
  const auto again = codec::decode_ack(type, queue.pending().subspan(2));
  require(again && again->packet_id == ack.packet_id && again->reason == ack.reason, "again");
}

// Its properties are for nobody but the authenticator.
void check_auth(const codec::Auth& auth, const ServerPacket& theirs) {
  require(static_cast<unsigned>(auth.reason) == theirs.reason, "another reason code");
  const auto expect = [&](std::uint32_t id, Bytes ours, const char* name) {
    const auto same = [&](const judge::Property& property) {
      return property.id == id && std::ranges::equal(as_bytes(property.value), ours);
    };
    require(ours.empty() || std::ranges::any_of(theirs.properties, same), name);
  };
  expect(0x15, as_bytes(auth.method), "Authentication Method");
  expect(0x16, auth.data, "Authentication Data");
}

// What the decoder calls malformed the judge does too; what the judge lets pass is listed.
void check_refused(ReasonCode code, unsigned first, Bytes body, bool judge_accepts) {
  require(code != ReasonCode::success, "an error that is a success");
  if (code != ReasonCode::malformed_packet || !judge_accepts) return;
  const bool dup_at_qos_0 = (first & 0xFE) == 0x38;
  const bool auth_without_properties = first == 0xF0 && body.size() == 1;
  require(dup_at_qos_0 || auth_without_properties, "refused, but it is well-formed");
}

template <class T, class Check>
void compare(const codec::Decoded<T>& decoded, unsigned first, Bytes body, Check check) {
  const auto theirs = judged(first, body);
  if (!decoded) {
    check_refused(decoded.error(), first, body, theirs.has_value());
    return;
  }
  require(theirs.has_value(), "accepted, and the judge calls it malformed");
  check(*decoded, *theirs);
}

void decode_subscription_ack(unsigned first, PacketType type, Bytes body) {
  compare(codec::decode_subscription_ack(type, body), first, body,
          [](const codec::SubscriptionAck& ack, const ServerPacket& theirs) {
            require(ack.packet_id == theirs.id && !ack.reasons.empty(), "SUBACK");
            check_properties(ack.properties, theirs.properties);
          });
}

// Host and port make the same broker again.
void decode_broker(std::string_view text) {
  const Broker broker = Broker::parse(text);
  if (!broker.valid()) return;
  require(!broker.host().empty(), "a broker without a host");
  if (broker.is_unix_path()) {
    require(Broker::parse("unix:" + std::string{broker.host()}).host() == broker.host(), "a path");
    return;
  }
  require(broker.port() != 0, "a broker without a port");
  const bool brackets = broker.host().find(':') != std::string_view::npos;
  const std::string host{broker.host()};
  const std::string whole = (broker.tls() ? "mqtts://" : "mqtt://") +
                            (brackets ? '[' + host + ']' : host) + ':' +
                            std::to_string(broker.port());
  const Broker again = Broker::parse(whole);
  require(again.valid() && again.host() == host && again.port() == broker.port() &&
              again.tls() == broker.tls(),
          "a broker that is another one when written again");
}

// The numbers of a fixed header and of a list of properties have one form only.
void decode_varint(Bytes bytes) {
  codec::Reader reader{bytes};
  const std::uint32_t value = reader.varint();
  if (reader.failed()) return;
  const auto again = codec::written_bytes([value](codec::Writer& writer) { writer.varint(value); });
  require(again.size() == bytes.size() - reader.left() && codec::varint_size(value) == again.size(),
          "size");
  require(std::ranges::equal(again, bytes.first(again.size())), "varint");
}

void decode_properties(unsigned carrier, Bytes bytes) {
  codec::Reader reader{bytes};
  const auto properties = codec::read_properties(reader, static_cast<codec::Carrier>(carrier));
  if (reader.failed()) return;
  const std::vector<Property> list = listed(properties);
  const codec::Writer writer = codec::measured([&](codec::Writer& to) {
    codec::write_properties(to, static_cast<codec::Carrier>(carrier), list,
                            Error::property_invalid);
  });
  require(writer.error() == Error{}, "read, and may not be written");
  require(writer.size() == bytes.size() - reader.left(), "measured otherwise");
}

void decode_stream(Bytes bytes);

void decode(unsigned first, Bytes body) {
  const auto type = static_cast<PacketType>(first >> 4);
  const auto flags = static_cast<std::uint8_t>(first & 15);
  const bool good_flags = type == PacketType::publish || flags == (first >> 4 == 6 ? 2 : 0);
  switch (good_flags || first >> 4 == 10 || first >> 4 == 12 ? first >> 4 : 0) {
    case 2: return compare(codec::decode_connack(body), first, body, check_connack);
    case 3:
      return compare(codec::decode_publish(flags, body), first, body,
                     [body](const codec::Publish& publish, const ServerPacket& theirs) {
                       check_publish(publish, theirs, body);
                     });
    case 4:
    case 5:
    case 6:
    case 7:
      return compare(codec::decode_ack(type, body), first, body,
                     [type](const codec::Ack& ack, const ServerPacket& theirs) {
                       check_ack(type, ack, theirs);
                     });
    case 9:
    case 11: return decode_subscription_ack(first, type, body);
    case 14:
      return compare(codec::decode_disconnect(body), first, body,
                     check_accepted<codec::Disconnect>);
    case 15: return compare(codec::decode_auth(body), first, body, check_auth);
    case 0: return decode_stream(body);
    case 1: return decode_broker(as_text(body));
    case 8: static_cast<void>(codec::count_filters(body)); return;
    case 10: return decode_properties(flags % 12, body);
    case 12: static_cast<void>(codec::decode_publish_head(flags, body)); return;
    default: static_cast<void>(codec::decode_connack_head(body)); return decode_varint(body);
  }
}

// Whole packets, one after another.
void decode_stream(Bytes bytes) {
  while (!bytes.empty()) {
    const auto header = codec::decode_fixed_header(bytes);
    if (!header || !*header || (*header)->packet_size() > bytes.size()) return;
    const auto first = std::to_integer<unsigned>(bytes[0]);
    const Bytes body = bytes.first((*header)->packet_size()).subspan((*header)->size);
    if (first >> 4 != 0) decode(first, body);
    bytes = bytes.subspan((*header)->packet_size());
  }
}

}  // namespace
}  // namespace minimq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  minimq::fuzz::Input input{data, size};
  const unsigned first = input.byte();
  minimq::fuzz::decode(first, input.rest());
  return 0;
}

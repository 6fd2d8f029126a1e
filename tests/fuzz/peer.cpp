// SPDX-License-Identifier: MIT
#include "fuzz/peer.hpp"

#include <algorithm>
#include <array>

#include "support/judge/frame.hpp"
#include "support/judge/violation.hpp"

namespace minimq::fuzz {

namespace {

using Type = judge::ClientPacket::Type;
using testing::Packet;
using testing::WireProperties;

constexpr std::array<std::uint8_t, 16> reasons{0x00, 0x80, 0x10, 0x11, 0x92, 0x87, 0x97, 0x01,
                                               0x02, 0x8E, 0x89, 0x18, 0x19, 0x9C, 0x82, 0x86};
constexpr std::array<std::uint32_t, 4> packet_sizes{5, 20, 60, 1};
constexpr std::size_t ids_max = 16;

std::uint8_t reason_of(Input& input) {
  const unsigned choice = input.byte();
  return choice < reasons.size() ? reasons[choice] : static_cast<std::uint8_t>(choice);
}

WireProperties diagnostics(unsigned bits) {
  WireProperties properties;
  if ((bits & 1) != 0) properties.push_back(testing::reason_string("because"));
  if ((bits & 2) != 0) properties.push_back(testing::user_property("k", "v"));
  return properties;
}

WireProperties connack_properties(Input& input) {
  const unsigned bits = input.byte();
  const unsigned more = input.byte();
  const auto chosen = [&](unsigned bit) { return ((bits | more << 8) >> bit & 1) != 0; };
  WireProperties properties = diagnostics(bits >> 6);
  if (chosen(0))
    properties.push_back(testing::receive_maximum(static_cast<std::uint16_t>(1 + input.below(3))));
  if (chosen(1)) properties.push_back(testing::maximum_qos(input.below(2) != 0 ? 1 : 0));
  if (chosen(2)) properties.push_back(testing::retain_available(false));
  if (chosen(3)) properties.push_back(testing::maximum_packet_size(input.pick(packet_sizes)));
  if (chosen(4)) properties.push_back(testing::topic_alias_maximum(1));
  if (chosen(5))
    properties.push_back(testing::server_keep_alive(static_cast<std::uint16_t>(input.below(4))));
  if (chosen(8)) properties.push_back(testing::assigned_client_identifier("assigned"));
  if (chosen(9)) properties.push_back(testing::session_expiry_interval(input.byte()));
  if (chosen(10)) properties.push_back(testing::wildcard_subscription_available(false));
  if (chosen(11)) properties.push_back(testing::subscription_identifier_available(false));
  if (chosen(12)) properties.push_back(testing::shared_subscription_available(false));
  if (chosen(13)) properties.push_back(testing::authentication_method("M"));
  if (chosen(14)) properties.push_back(testing::authentication_data("data"));
  if (chosen(15)) properties.push_back(testing::server_reference("elsewhere"));
  return properties;
}

}  // namespace

void Peer::listen() {
  if (stream_ != device_.link().stream_count()) {
    stream_ = device_.link().stream_count();
    position_ = 0;
    unanswered_.clear();
  }
  while (const auto packet =
             judge::parse_client_packet(device_.link().stream().subspan(position_))) {
    position_ += packet->size;
    unanswered_.push_back(*packet);
    if (packet->id == 0) continue;
    if (ids_.size() == ids_max) ids_.erase(ids_.begin());
    ids_.push_back(packet->id);
  }
}

bool Peer::has_unanswered() {
  listen();
  return !unanswered_.empty();
}

void Peer::send(const Packet& bytes) {
  device_.link().deliver(bytes, piece_);
}

// Of a broker that keeps no session.
Packet Peer::good_answer(const ClientPacket& packet) const {
  switch (packet.type) {
    case Type::connect: {
      WireProperties properties;
      if (packet.client_id.empty())
        properties.push_back(testing::assigned_client_identifier("given"));
      if (packet.properties.has(0x15)) properties.push_back(testing::authentication_method("M"));
      return testing::connack({.properties = properties});
    }
    case Type::publish:
      if (packet.qos == 0) return {};
      return packet.qos == 1 ? testing::puback(packet.id) : testing::pubrec(packet.id);
    case Type::pubrec: return packet.reason < 0x80 ? testing::pubrel(packet.id) : Packet{};
    case Type::pubrel: return testing::pubcomp(packet.id);
    case Type::subscribe:
      return testing::suback(packet.id, std::vector<std::uint8_t>(packet.filters.size(), 0));
    case Type::unsubscribe:
      return testing::unsuback(packet.id, std::vector<std::uint8_t>(packet.filters.size(), 0));
    case Type::pingreq: return testing::pingresp();
    case Type::auth: return testing::auth(0, {testing::authentication_method("M")});
    case Type::puback:
    case Type::pubcomp:
    case Type::disconnect:
    case Type::none: break;
  }
  return {};
}

void Peer::answer_well() {
  if (!has_unanswered()) return;
  const ClientPacket packet = unanswered_.front();
  unanswered_.pop_front();
  send(good_answer(packet));
}

Packet Peer::other_answer(const ClientPacket& packet, Input& input) {
  const std::uint8_t reason = reason_of(input);
  const WireProperties properties = diagnostics(input.byte());
  switch (packet.type) {
    case Type::connect: return testing::connack({reason, false, connack_properties(input)});
    case Type::publish:
      return packet.qos == 1 ? testing::puback(packet.id, reason, properties)
                             : testing::pubrec(packet.id, reason, properties);
    case Type::pubrel: return testing::pubcomp(packet.id, reason, properties);
    case Type::subscribe:
    case Type::unsubscribe: {
      std::vector<std::uint8_t> codes(packet.filters.size(), reason);
      if (input.below(8) == 7) codes.push_back(reason);
      return packet.type == Type::subscribe ? testing::suback(packet.id, codes, properties)
                                            : testing::unsuback(packet.id, codes, properties);
    }
    case Type::auth:
      return testing::auth(
          reason, {testing::authentication_method("M"), testing::authentication_data("data")});
    case Type::pubrec: return testing::pubrel(packet.id, reason, properties);
    case Type::puback:
    case Type::pubcomp: return testing::publish({.topic = "t", .qos = 2, .id = packet.id});
    case Type::pingreq:
    case Type::disconnect:
    case Type::none: return testing::disconnect(reason, properties);
  }
  return {};
}

void Peer::answer(Input& input) {
  const unsigned way = input.byte();
  if (!has_unanswered()) return;
  const auto chosen = static_cast<std::ptrdiff_t>((way >> 4) % unanswered_.size());
  const ClientPacket packet = unanswered_[static_cast<std::size_t>(chosen)];
  if ((way & 3) != 3) unanswered_.erase(unanswered_.begin() + chosen);
  switch (way & 3) {
    case 0: return send(good_answer(packet));
    case 1: return send(other_answer(packet, input));
    case 2: return;                             // No answer comes.
    default: return send(good_answer(packet));  // And another one may follow.
  }
}

std::uint16_t Peer::some_id(Input& input) {
  listen();
  const unsigned choice = input.byte();
  if (choice < 128 || ids_.empty()) return static_cast<std::uint16_t>(choice % 12);
  return ids_[ids_.size() - 1 - choice % ids_.size()];
}

Packet Peer::with_ids(Bytes stream) {
  listen();
  Packet bytes{stream.begin(), stream.end()};
  try {
    std::size_t at = 0;
    while (const auto frame = judge::first_frame(Bytes{bytes}.subspan(at))) {
      const unsigned type = frame->first >> 4;
      const bool answers = type == 4 || type == 5 || type == 7 || type == 9 || type == 11;
      const std::size_t id_at = at + frame->size - frame->body.size();
      if (answers && frame->body.size() >= 2 && bytes[id_at] == std::byte{0xFF} && !ids_.empty()) {
        const auto choice = std::to_integer<std::size_t>(bytes[id_at + 1]) % ids_.size();
        const std::uint16_t id = ids_[ids_.size() - 1 - choice];
        bytes[id_at] = static_cast<std::byte>(id >> 8);
        bytes[id_at + 1] = static_cast<std::byte>(id);
      }
      at += frame->size;
    }
  } catch (const judge::Violation&) {
    return bytes;  // No more packets.
  }
  return bytes;
}

void Peer::send_connack(Input& input) {
  const std::uint8_t reason = reason_of(input);
  const bool session_present = input.below(2) != 0;
  send(testing::connack({reason, session_present, connack_properties(input)}));
}

void Peer::send_publish(Input& input) {
  const unsigned flags = input.byte();
  const std::uint16_t id = some_id(input);
  const unsigned size = input.byte();
  WireProperties properties = diagnostics(flags >> 6 & 2);
  if ((flags & 0x10) != 0)
    properties.push_back(testing::topic_alias(static_cast<std::uint16_t>(input.below(4))));
  if ((flags & 0x20) != 0) {
    properties.push_back(testing::response_topic("answer/here"));
    properties.push_back(testing::correlation_data("17"));
    properties.push_back(testing::content_type("text"));
  }
  const bool alias_alone = (flags & 0x50) == 0x50;
  const std::string payload(size < 200 ? size : size * 8, 'p');
  send(testing::publish({.topic = alias_alone ? "" : "topic",
                         .payload = payload,
                         .qos = flags & 3,
                         .id = id,
                         .dup = (flags & 4) != 0,
                         .retain = (flags & 8) != 0,
                         .properties = properties}));
}

void Peer::send_ack(Input& input) {
  const unsigned kind = input.below(6);
  const std::uint16_t id = some_id(input);
  const std::uint8_t reason = reason_of(input);
  const WireProperties properties = diagnostics(kind / 2);
  switch (kind) {
    case 0: return send(testing::puback(id, reason, properties));
    case 1: return send(testing::pubrec(id, reason, properties));
    case 2: return send(testing::pubrel(id, reason, properties));
    case 3: return send(testing::pubcomp(id, reason, properties));
    case 4: return send(testing::suback(id, {reason}, properties));
    default: return send(testing::unsuback(id, {reason}, properties));
  }
}

void Peer::send_other(Input& input) {
  const unsigned kind = input.below(3);
  const std::uint8_t reason = reason_of(input);
  switch (kind) {
    case 0: return send(testing::pingresp());
    case 1: return send(testing::disconnect(reason, diagnostics(input.byte())));
    default:
      return send(testing::auth(
          reason, {testing::authentication_method("M"), testing::authentication_data("more")}));
  }
}

}  // namespace minimq::fuzz

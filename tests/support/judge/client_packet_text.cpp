// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>

#include "support/judge/client_packet.hpp"

namespace minimq::judge {

namespace {

using Type = ClientPacket::Type;

std::string hex_byte(unsigned value) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%02X", value);
  return text.data();
}

std::string readable(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c < '\x7F'; };
  if (std::ranges::all_of(text, printable)) return std::string{text};
  std::string quoted = "'";
  for (const char c : text) {
    quoted +=
        printable(c) || c == ' ' ? std::string{c} : "\\x" + hex_byte(static_cast<unsigned char>(c));
  }
  return quoted + "'";
}

std::string name_of(std::uint32_t property) {
  switch (property) {
    case 0x01: return "payload_format";
    case 0x02: return "message_expiry";
    case 0x03: return "content_type";
    case 0x08: return "response_topic";
    case 0x09: return "correlation_data";
    case 0x0B: return "subscription_id";
    case 0x11: return "session_expiry";
    case 0x15: return "authentication_method";
    case 0x16: return "authentication_data";
    case 0x18: return "will_delay";
    case 0x1F: return "reason_string";
    case 0x21: return "receive_maximum";
    case 0x22: return "topic_alias_maximum";
    case 0x23: return "topic_alias";
    case 0x26: return "user";
    case 0x27: return "maximum_packet_size";
    default: return "property_" + std::to_string(property);
  }
}

std::string list_of(const Properties& properties) {
  std::string text;
  for (const Property& property : properties)
    text += (text.empty() ? "" : " ") + name_of(property.id) + '=' + readable(to_string(property));
  return text;
}

std::string connect_text(const ClientPacket& packet) {
  std::string text = "CONNECT clean=" + std::to_string(packet.clean_start ? 1 : 0) +
                     " id=" + readable(packet.client_id);
  if (packet.will) {
    text += " will=q" + std::to_string(packet.will->qos) + (packet.will->retain ? " retain" : "") +
            " topic=" + readable(packet.will->topic) + " payload=" + readable(packet.will->payload);
  }
  if (packet.user_name) text += " user=" + readable(*packet.user_name);
  if (packet.password) text += " password=" + readable(*packet.password);
  return text;
}

std::string publish_text(const ClientPacket& packet) {
  std::string text = "PUBLISH q" + std::to_string(packet.qos);
  if (packet.qos != 0) text += packet.dup ? " d1" : " d0";
  if (packet.retain) text += " retain";
  if (packet.qos != 0) text += " id=" + std::to_string(packet.id);
  return text + " topic=" + readable(packet.topic) + " payload=" + readable(packet.payload);
}

std::string filters_text(const ClientPacket& packet) {
  std::string text = " id=" + std::to_string(packet.id);
  for (const auto& filter : packet.filters) {
    text += ' ' + readable(filter.filter);
    if (packet.type == Type::unsubscribe) continue;
    text += ':' + std::to_string(filter.options & 3);
    if ((filter.options & 4) != 0) text += ",no_local";
    if ((filter.options & 8) != 0) text += ",as_published";
    if ((filter.options >> 4) != 0) text += ",handling" + std::to_string(filter.options >> 4);
  }
  return text;
}

std::string head_of(const ClientPacket& packet) {
  const std::string reason = " 0x" + hex_byte(packet.reason);
  const std::string id = " id=" + std::to_string(packet.id);
  switch (packet.type) {
    case Type::none: return "nothing";
    case Type::connect: return connect_text(packet);
    case Type::publish: return publish_text(packet);
    case Type::puback: return "PUBACK" + id + reason;
    case Type::pubrec: return "PUBREC" + id + reason;
    case Type::pubrel: return "PUBREL" + id + reason;
    case Type::pubcomp: return "PUBCOMP" + id + reason;
    case Type::subscribe: return "SUBSCRIBE" + filters_text(packet);
    case Type::unsubscribe: return "UNSUBSCRIBE" + filters_text(packet);
    case Type::pingreq: return "PINGREQ";
    case Type::disconnect: return "DISCONNECT" + reason;
    case Type::auth: return "AUTH" + reason;
  }
  return "unknown";
}

}  // namespace

std::string to_string(const ClientPacket& packet) {
  std::string braces = list_of(packet.properties);
  if (packet.type == Type::connect) {
    braces =
        "keep_alive=" + std::to_string(packet.keep_alive) + (braces.empty() ? "" : " ") + braces;
  }
  return head_of(packet) + (braces.empty() ? "" : " {" + braces + '}');
}

}  // namespace minimq::judge

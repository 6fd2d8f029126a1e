// SPDX-License-Identifier: MIT
//
// What the server's packets mean for what the client may do next.
#include "support/judge/judge.hpp"

namespace minimq::judge {

namespace {

Limits limits_from(const Properties& properties) {
  const auto allowed = [&](std::uint32_t id) { return properties.number(id, 1) != 0; };
  return {.receive_maximum = properties.number(property_id::receive_maximum, 65'535),
          .maximum_qos = properties.number(property_id::maximum_qos, 2),
          .retain = allowed(property_id::retain_available),
          .maximum_packet_size = properties.number(property_id::maximum_packet_size, 268'435'460),
          .topic_alias_maximum = properties.number(property_id::topic_alias_maximum, 0),
          .wildcard_subscriptions = allowed(property_id::wildcard_subscription_available),
          .subscription_identifiers = allowed(property_id::subscription_identifier_available),
          .shared_subscriptions = allowed(property_id::shared_subscription_available)};
}

}  // namespace

void Judge::server_bytes(Bytes bytes, std::optional<Time> now) {
  if (connection_.phase == Phase::none || !connection_.server_is_sane) return;
  outbound_.read_begins();
  try {
    from_server_.feed(bytes, [&](const Frame& frame) { follow_server(frame, now); });
  } catch (const Violation&) {
    connection_.server_is_sane = false;
  }
}

void Judge::follow_server(const Frame& frame, std::optional<Time> now) {
  server_packet_.parse(frame);
  const bool accepted = connection_.phase == Phase::accepted;
  if (connection_.phase == Phase::connecting) {
    if (server_packet_.type == ServerPacket::Type::connack) {
      follow_connack(now);
    } else {
      connection_.auth_asked |= server_packet_.type == ServerPacket::Type::auth;
    }
  } else if (accepted) {
    follow_in_session();
  } else if (connection_.phase == Phase::opened) {
    connection_.server_is_sane = false;  // It answers what it cannot have read.
  }
  outbound_.packet_read();
}

void Judge::follow_connack(std::optional<Time> now) {
  const bool refused = server_packet_.reason >= 0x80;
  if (!connack_makes_sense()) {
    connection_.server_is_sane = false;
    return;
  }
  if (refused) {
    connection_.phase = Phase::refused;
    return;
  }
  connection_.phase = Phase::accepted;
  connection_.was_accepted = true;
  connection_.latest = now;
  if (!server_packet_.session_present) end_session();
  connection_.must_close = server_packet_.session_present && !knows_a_session_;
  const Properties& properties = server_packet_.properties;
  connection_.limits = limits_from(properties);
  connection_.keep_alive_s =
      properties.number(property_id::server_keep_alive, connection_.keep_alive_s);
  connection_.session_expiry =
      properties.number(property_id::session_expiry_interval, connection_.session_expiry);
  // One that nobody has asked for is not obeyed.
  const auto* assigned = properties.find(property_id::assigned_client_identifier);
  client_id_ = connection_.client_id.empty() && assigned != nullptr ? std::string{assigned->value}
                                                                    : connection_.client_id;
  knows_a_session_ = !connection_.must_close;
  outbound_.connection_accepted(connection_.limits);
}

// One that does not is turned away by the client, and means nothing for its session
// [MQTT-3.2.2-6], [MQTT-3.2.2-16], [MQTT-4.12.0-5], [MQTT-4.12.0-6].
bool Judge::connack_makes_sense() const {
  const Properties& properties = server_packet_.properties;
  if (server_packet_.reason >= 0x80) return !server_packet_.session_present;
  const auto* method = properties.find(property_id::authentication_method);
  const bool same_method =
      method == nullptr ? !connection_.method : connection_.method == method->value;
  const bool has_name =
      !connection_.client_id.empty() || properties.has(property_id::assigned_client_identifier);
  return server_packet_.reason == 0 && same_method && has_name;
}

void Judge::follow_in_session() {
  using Type = ServerPacket::Type;
  const ServerPacket& packet = server_packet_;
  switch (packet.type) {
    case Type::publish: return inbound_.received_publish(packet.id, packet.qos);
    case Type::puback: return outbound_.received_puback(packet.id);
    case Type::pubrec: return outbound_.received_pubrec(packet.id, packet.reason);
    case Type::pubrel: return inbound_.received_pubrel(packet.id);
    case Type::pubcomp: return outbound_.received_pubcomp(packet.id);
    case Type::suback: return outbound_.received_answer(packet.id, ClientPacket::Type::subscribe);
    case Type::unsuback:
      return outbound_.received_answer(packet.id, ClientPacket::Type::unsubscribe);
    case Type::auth: connection_.auth_asked |= packet.reason == 0x18; return;
    case Type::connack:
    case Type::pingresp:
    case Type::disconnect: return;
  }
}

void Judge::end_session() {
  knows_a_session_ = false;
  client_id_.reset();
  outbound_.session_ended();
  inbound_.session_ended();
}

}  // namespace minimq::judge

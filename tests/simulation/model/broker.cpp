// SPDX-License-Identifier: MIT
//
// Connections and sessions, and what time does to them.
#include "simulation/model/broker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace minimq::model {

namespace {

constexpr std::uint32_t for_ever = 0xFFFF'FFFF;

}  // namespace

Broker::Connection Broker::open(Time now) {
  links_.push_back({.last_packet = now});
  open_.push_back(static_cast<Connection>(links_.size()) - 1);
  return open_.back();
}

void Broker::receive(Connection connection, std::string_view bytes, Time now) {
  now_ = now;
  Link& at = link(connection);
  if (at.closing) return;
  const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
  at.input.insert(at.input.end(), first, first + bytes.size());
  std::size_t taken = 0;
  try {
    while (!at.closing) {
      const auto frame = judge::first_frame(std::span{at.input}.subspan(taken));
      if (!frame) break;
      packet_.parse(*frame);
      raw_ = std::span{at.input}.subspan(taken, frame->size);
      taken += frame->size;
      at.last_packet = now;
      process(connection, packet_);
    }
  } catch (const judge::Violation& broken) {
    fault(broken.what());
    disconnect(connection, 0x81);
  }
  at.input.erase(at.input.begin(), at.input.begin() + static_cast<std::ptrdiff_t>(taken));
}

void Broker::on_connect(Connection connection, const ClientPacket& packet) {
  Link& at = link(connection);
  if (random_.per_mille(habits.falls_silent)) {
    at.silent = true;
    return;
  }
  if (random_.per_mille(habits.refuses_connect)) {
    constexpr std::array<std::uint8_t, 12> codes{0x80, 0x83, 0x85, 0x86, 0x87, 0x88,
                                                 0x89, 0x8A, 0x97, 0x9C, 0x9D, 0x9F};
    send(connection, testing::connack({.reason = random_.pick(codes)}));
    at.closing = true;
    return;
  }
  if (packet.properties.has(0x15)) return begin_exchange(connection, packet);
  take_client(connection, packet);
}

// It may connect.
void Broker::take_client(Connection connection, const ClientPacket& packet) {
  Link& at = link(connection);
  std::string client{packet.client_id};
  const std::string assigned = client.empty() ? "auto-" + std::to_string(++assigned_) : "";
  if (client.empty()) client = assigned;
  if (const auto known = sessions_.find(client);
      known != sessions_.end() && known->second.connection >= 0) {
    const Connection old = known->second.connection;
    disconnect(old, 0x8E);  // [MQTT-3.1.4-3]
    end_connection(old, true);
  }
  bool present = false;
  Session& session = session_for(packet, client, present);
  session.connection = connection;
  session.will.reset();  // [MQTT-3.1.3-9]
  session.expires_at.reset();
  at.client = client;
  at.online = true;
  take_connect(at, packet);
  session.expiry_s = limits.session_expiry_s.value_or(packet.properties.number(0x11, 0));
  if (packet.clean_start && random_.per_mille(habits.lies_about_session)) present = true;
  send_connack(connection, packet, present, assigned);
  if (random_.per_mille(habits.accepts_then_kicks)) {
    disconnect(connection, random_.one_in(2) ? 0x8Eu : 0x89u);
    return;
  }
  resume(session);
}

void Broker::take_connect(Link& at, const ClientPacket& packet) {
  at.keep_alive = limits.server_keep_alive.value_or(static_cast<std::uint16_t>(packet.keep_alive));
  at.packet_size_max = packet.properties.number(0x27, 0xFFFF'FFFF);
  at.window = packet.properties.number(0x21, 65'535);
  at.aliases.resize(std::min(packet.properties.number(0x22, 0), 3u));
  at.limits = limits;
  if (!packet.will) return;
  const auto& will = *packet.will;
  at.will = Message{std::string{will.topic}, std::string{will.payload}, will.qos, will.retain};
  at.will_delay = Time{1000} * will.properties.number(0x18, 0);
}

Broker::Session& Broker::session_for(const ClientPacket& packet, const std::string& client,
                                     bool& present) {
  if (packet.clean_start) end_session(client);  // [MQTT-3.1.2-4]
  const auto known = sessions_.find(client);
  present = known != sessions_.end();
  if (present) return known->second;
  return sessions_.emplace(client, Session{.number = ++last_session_}).first->second;
}

void Broker::send_connack(Connection connection, const ClientPacket& packet, bool present,
                          const std::string& assigned) {
  testing::WireProperties properties;
  if (limits.session_expiry_s)
    properties.push_back(testing::session_expiry_interval(*limits.session_expiry_s));
  if (limits.receive_maximum)
    properties.push_back(testing::receive_maximum(*limits.receive_maximum));
  if (limits.maximum_qos) properties.push_back(testing::maximum_qos(*limits.maximum_qos));
  if (limits.retain_available)
    properties.push_back(testing::retain_available(*limits.retain_available));
  if (limits.maximum_packet_size)
    properties.push_back(testing::maximum_packet_size(*limits.maximum_packet_size));
  if (!assigned.empty()) properties.push_back(testing::assigned_client_identifier(assigned));
  if (limits.server_keep_alive)
    properties.push_back(testing::server_keep_alive(*limits.server_keep_alive));
  if (limits.topic_alias_maximum)
    properties.push_back(testing::topic_alias_maximum(*limits.topic_alias_maximum));
  add_last_word(connection, properties);
  (void)packet;
  send(connection, testing::connack({.session_present = present, .properties = properties}));
}

void Broker::lost(Connection connection, Time now) {
  now_ = now;
  end_connection(connection, true);
}

// The network connection is over. The will is due now or after its delay, but not later than the
// end of the session.
void Broker::end_connection(Connection connection, bool with_will) {
  Link& at = link(connection);
  at.closing = true;
  at.held.clear();
  if (!at.online) return;
  at.online = false;
  Session& session = sessions_.at(at.client);
  session.connection = -1;
  if (with_will && at.will) {
    const Time end = session.expiry_s == for_ever ? at.will_delay : Time{1000} * session.expiry_s;
    session.will = Will{*at.will, now_ + std::min(at.will_delay, end)};
  }
  if (session.expiry_s != for_ever) session.expires_at = now_ + Time{1000} * session.expiry_s;
  if (session.expiry_s == 0) end_session(at.client);
}

void Broker::end_session(const std::string& client) {
  const auto known = sessions_.find(client);
  if (known == sessions_.end()) return;
  Session session = std::move(known->second);
  sessions_.erase(known);
  for (const Outgoing& outgoing : session.outgoing)
    observer_.discarded(outgoing);
  if (session.will) route(session.will->message, nullptr);
}

// Ends a connection from this side. What is in the way is not sent any more.
void Broker::disconnect(Connection connection, unsigned reason) {
  Link& at = link(connection);
  if (at.closing) return;
  if (at.online) {
    send(connection, testing::disconnect(static_cast<std::uint8_t>(reason)));
  }
  end_connection(connection, reason != 0);
}

std::vector<std::byte> Broker::take_output(Connection connection) {
  return std::exchange(link(connection).output, {});
}

bool Broker::wants_close(Connection connection) const {
  return links_.at(static_cast<std::size_t>(connection)).closing;
}

void Broker::advance(Time now) {
  now_ = now;
  std::erase_if(open_, [this](Connection connection) { return link(connection).closing; });
  for (const Connection connection : open_) {
    Link& at = link(connection);
    if (at.closing) continue;
    for (std::size_t k = 0; k < at.held.size();) {
      if (at.held[k].at > now) {
        ++k;
        continue;
      }
      const Packet packet = at.held[k].packet;
      at.held.erase(at.held.begin() + static_cast<std::ptrdiff_t>(k));
      send(connection, packet);
    }
    if (at.online && at.keep_alive != 0 && now >= at.last_packet + Time{1500} * at.keep_alive) {
      ++keep_alive_losses_;
      disconnect(connection, 0x8D);  // [MQTT-3.1.2-22]
    }
  }
  std::vector<std::string> expired;
  for (auto& [client, session] : sessions_) {
    if (session.connection >= 0) continue;
    if (session.will && session.will->at <= now) {
      const Message message = session.will->message;
      session.will.reset();
      route(message, nullptr);
    }
    if (session.expires_at && *session.expires_at <= now) expired.push_back(client);
  }
  for (const std::string& client : expired)
    end_session(client);
}

std::optional<Time> Broker::next_deadline() const {
  Time next = INT64_MAX;
  for (const Connection connection : open_) {
    const Link& at = links_[static_cast<std::size_t>(connection)];
    if (at.closing) continue;
    for (const HeldAck& held : at.held)
      next = std::min(next, held.at);
    if (at.online && at.keep_alive != 0) {
      next = std::min(next, at.last_packet + Time{1500} * at.keep_alive);
    }
  }
  for (const auto& [client, session] : sessions_) {
    if (session.connection >= 0) continue;
    if (session.will) next = std::min(next, session.will->at);
    if (session.expires_at) next = std::min(next, *session.expires_at);
  }
  if (next == INT64_MAX) return std::nullopt;
  return next;
}

void Broker::restart(bool keeps_sessions, Time now) {
  now_ = now;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    links_[i].output.clear();
    if (!links_[i].closing) end_connection(static_cast<Connection>(i), keeps_sessions);
  }
  if (!keeps_sessions) lose_sessions();
}

void Broker::lose_sessions() {
  std::vector<std::string> clients;
  for (const auto& [client, session] : sessions_)
    if (session.connection < 0) clients.push_back(client);
  for (const std::string& client : clients)
    end_session(client);
}

void Broker::kick(unsigned reason, Time now) {
  now_ = now;
  for (std::size_t i = 0; i < links_.size(); ++i)
    disconnect(static_cast<Connection>(i), reason);
}

}  // namespace minimq::model

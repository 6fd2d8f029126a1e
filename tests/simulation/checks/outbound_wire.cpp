// SPDX-License-Identifier: MIT
#include "simulation/checks/outbound_wire.hpp"

#include <algorithm>

#include "simulation/payload.hpp"

namespace minimq::simulation {

using judge::ClientPacket;
using Type = ClientPacket::Type;

void OutboundWire::opened() {
  connect_sent_ = online_ = disconnected_ = false;
  last_number_.reset();
  last_release_ = 0;
  ended_.clear();
  ended_at_.clear();
}

bool OutboundWire::closed(std::string_view rest) {
  for (auto& [id, exchange] : live_) {
    if (online_ && exchange.released && maybe_unprocessed(exchange.released_at)) {
      exchange.release_uncertain = true;
    }
    exchange.on_this_connection = exchange.pubrel_here = false;
  }
  if (online_) {
    for (const auto& [id, exchange] : ended_)
      if (maybe_unprocessed(ended_at_[id])) uncertain_[id] = exchange;
  }
  if (!rest.empty() && static_cast<unsigned char>(rest[0]) / 16 == 3) rests_.emplace_back(rest);
  online_ = false;
  const bool lasting = connack_.session_expiry_s.value_or(expiry_configured_) != 0 && !nameless_;
  const bool over = had_session_ && !lasting;
  if (over) forget_session();
  return over;
}

void OutboundWire::forget_session() {
  live_.clear();
  uncertain_.clear();
  sent_.clear();
  rests_.clear();
  had_session_ = false;
}

void OutboundWire::sent(const ClientPacket& packet) {
  journal_.require(!disconnected_, "I16", "a packet after DISCONNECT");
  if (packet.type == Type::connect) {
    journal_.require(!connect_sent_, "I14", "a second CONNECT");
    connect_sent_ = true;
    return;
  }
  journal_.require(connect_sent_, "I14", "CONNECT is not the first packet");
  const bool auth = packet.type == Type::auth;
  journal_.require(authenticates_ || !auth, "I14", "an AUTH that nobody asked for");
  const bool early = auth || (authenticates_ && packet.type == Type::disconnect);
  journal_.require(online_ || early, "I14", "a packet before CONNACK");
  journal_.require(!online_ || packet.size <= connack_.maximum_packet_size.value_or(0xFFFF'FFFF),
                   "I9", "a packet above the broker's Maximum Packet Size");
  switch (packet.type) {
    case Type::publish: on_publish(packet); break;
    case Type::pubrel: on_pubrel(packet); break;
    case Type::subscribe:
    case Type::unsubscribe: on_request(packet); break;
    case Type::disconnect: disconnected_ = true; break;
    case Type::puback:
    case Type::pubrec:
    case Type::pubcomp:
    case Type::auth:
    case Type::pingreq: break;
    case Type::connect:
    case Type::none: journal_.violate("I14", "a packet that nobody asked for"); break;
  }
}

void OutboundWire::on_publish(const ClientPacket& packet) {
  journal_.require(packet.qos <= connack_.maximum_qos.value_or(2), "I19", "QoS above Maximum QoS");
  journal_.require(!packet.retain || connack_.retain_available.value_or(1) != 0, "I19",
                   "RETAIN where it is not available");
  const auto number = number_of(packet.payload);
  if (!number) {
    journal_.violate("I14", "a payload that the application did not give");
    return;
  }
  if (packet.qos != 0) return on_exactly_or_at_least_once(packet, *number);
  journal_.require(at_most_once_.insert(*number).second, "I1", "QoS 0 twice");
  journal_.require(downgrades_ || last_at_most_once_ <= *number, "I6", "QoS 0 out of order");
  last_at_most_once_ = *number;
}

void OutboundWire::on_exactly_or_at_least_once(const ClientPacket& packet, std::uint32_t number) {
  journal_.require(!last_number_ || *last_number_ < number, "I6", "messages out of order");
  last_number_ = number;
  if (const auto again = uncertain_.find(packet.id);
      again != uncertain_.end() && again->second.number == number && !in_use(packet.id)) {
    live_[packet.id] = again->second;
    live_[packet.id].on_this_connection = false;
  }
  const auto known = live_.find(packet.id);
  if (known == live_.end()) {
    begin(packet, number);
  } else if (known->second.type == 3 && known->second.number == number) {
    repeat(known->second, packet);
  } else {
    journal_.violate("I7", "identifier " + std::to_string(packet.id) + " is in use");
  }
  journal_.require(under_way() <= connack_.receive_maximum.value_or(65'535), "I8",
                   "more messages than the broker's Receive Maximum");
}

void OutboundWire::begin(const ClientPacket& packet, std::uint32_t number) {
  journal_.require(!sent_.contains(number), "I15", "a message again whose exchange has ended");
  if (packet.dup) {
    const auto is_beginning = [&](const std::string& rest) {
      return (static_cast<unsigned char>(rest[0]) | 8u) == (0x30u | packet.flags | 8u);
    };
    journal_.require(std::ranges::any_of(rests_, is_beginning), "I15",
                     "DUP on a message that was never sent");
  }
  sent_.insert(number);
  uncertain_.erase(packet.id);
  live_[packet.id] = {.type = 3, .qos = packet.qos, .number = number};
}

void OutboundWire::repeat(Exchange& exchange, const ClientPacket& packet) {
  journal_.require(!exchange.on_this_connection, "I15", "a message twice on one connection");
  journal_.require(packet.dup, "I15", "a repeated message without DUP");
  journal_.require(exchange.qos == packet.qos, "I15", "a repeated message with another QoS");
  journal_.require(!exchange.pubrel_sent, "I15", "PUBLISH after PUBREL");
  journal_.require(!exchange.released || exchange.release_uncertain, "I15", "PUBLISH after PUBREC");
  exchange.released = exchange.release_uncertain = false;
  exchange.on_this_connection = true;
}

void OutboundWire::on_pubrel(const ClientPacket& packet) {
  const auto again = uncertain_.find(packet.id);
  const bool has_ended = packet.reason != 0;  // so the client says, and it can know it
  if (again != uncertain_.end() && again->second.released && !in_use(packet.id) && !has_ended) {
    live_[packet.id] = again->second;
  }
  const auto known = live_.find(packet.id);
  const bool releasing = known != live_.end() && known->second.released;
  if (packet.reason != 0) {
    journal_.require(!releasing, "I15", "a PUBREL that denies an exchange");
    return;
  }
  // PUBREC came twice, and PUBCOMP before the second PUBREL could be written.
  if (!releasing && strays_ && ended_.contains(packet.id)) return;
  if (!releasing) {
    journal_.violate("I15", "PUBREL without a PUBREC");
    return;
  }
  Exchange& exchange = known->second;
  if (!exchange.pubrel_here) {
    journal_.require(exchange.release_order > last_release_, "I6",
                     "PUBRELs in another order than their PUBRECs");
    last_release_ = exchange.release_order;
  }
  exchange.pubrel_sent = exchange.pubrel_here = true;
}

void OutboundWire::on_request(const ClientPacket& packet) {
  const auto type = static_cast<unsigned>(packet.type);
  if (const auto again = uncertain_.find(packet.id);
      again != uncertain_.end() && again->second.type == type && !in_use(packet.id)) {
    live_[packet.id] = again->second;
    live_[packet.id].on_this_connection = false;
  }
  const auto known = live_.find(packet.id);
  if (known == live_.end()) {
    uncertain_.erase(packet.id);
    live_[packet.id] = {.type = type};
    return;
  }
  journal_.require(known->second.type == type, "I7", "the identifier of a request is in use");
  journal_.require(!known->second.on_this_connection, "I15", "a request twice on one connection");
  known->second.on_this_connection = true;
}

void OutboundWire::received(const ServerPacket& packet) {
  if (packet.type == 2) return on_connack(packet);
  const auto known = live_.find(packet.id);
  if (known == live_.end()) return;
  Exchange& exchange = known->second;
  const bool message = exchange.type == 3;
  switch (packet.type) {
    case 4:
      if (message && exchange.qos == 1) end(packet.id);
      break;
    case 5:
      if (!message || exchange.qos != 2 || exchange.released) break;
      if (packet.reason >= 0x80) {
        end(packet.id);
      } else {
        exchange.released = true;
        exchange.released_at = chunk_;
        exchange.release_order = ++releases_;
      }
      break;
    case 7:
      if (message && exchange.released) end(packet.id);
      break;
    case 9:
      if (exchange.type == 8) end(packet.id);
      break;
    case 11:
      if (exchange.type == 10) end(packet.id);
      break;
    default: break;
  }
}

void OutboundWire::on_connack(const ServerPacket& packet) {
  if (online_ || packet.reason != 0) return;
  online_ = true;
  connack_ = packet;
  if (!packet.session_present) forget_session();
  had_session_ = true;
}

void OutboundWire::end(std::uint16_t id) {
  ended_[id] = live_[id];
  ended_at_[id] = chunk_;
  live_.erase(id);
}

// The broker may hold the identifier of a QoS 2 message for as long as the session lasts.
void OutboundWire::failed(std::uint16_t id) {
  // It ended, but the client has not looked at the answer.
  if (const auto ended = uncertain_.find(id);
      ended != uncertain_.end() && ended->second.qos == 2 && !in_use(id)) {
    live_[id] = ended->second;
    live_[id].on_this_connection = false;
  }
  const auto known = live_.find(id);
  if (known != live_.end() && known->second.qos != 2) live_.erase(known);
}

std::size_t OutboundWire::under_way() const {
  return static_cast<std::size_t>(std::ranges::count_if(live_, [](const auto& entry) {
    return entry.second.type == 3 && entry.second.on_this_connection;
  }));
}

}  // namespace minimq::simulation

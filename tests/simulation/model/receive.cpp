// SPDX-License-Identifier: MIT
//
// What a client sends, one function for each packet.
#include <algorithm>
#include <array>

#include "simulation/model/broker.hpp"

namespace minimq::model {

using Type = ClientPacket::Type;
using State = Outgoing::State;

namespace {

constexpr std::array<std::uint8_t, 6> refusals{0x80, 0x83, 0x87, 0x90, 0x97, 0x99};

Message message_of(const ClientPacket& packet) {
  return {std::string{packet.topic}, std::string{packet.payload}, packet.qos, packet.retain};
}

}  // namespace

void Broker::process(Connection connection, const ClientPacket& packet) {
  Link& at = link(connection);
  const bool authenticates = !at.online && at.exchanging;
  if (authenticates && packet.type == Type::disconnect) return end_connection(connection, false);
  const bool lawful = authenticates ? packet.type == Type::auth  // [MQTT-3.1.2-30]
                                    : at.online != (packet.type == Type::connect);
  if (!lawful) {
    fault("a CONNECT that is missing, or a second one");
    disconnect(connection, 0x82);
    return;
  }
  if (at.silent) return;
  switch (packet.type) {
    case Type::connect: on_connect(connection, packet); break;
    case Type::publish: on_publish(connection, packet); break;
    case Type::puback:
    case Type::pubrec:
    case Type::pubcomp: on_ack(connection, packet); break;
    case Type::pubrel: on_pubrel(connection, packet); break;
    case Type::subscribe: on_subscribe(connection, packet); break;
    case Type::unsubscribe: on_unsubscribe(connection, packet); break;
    case Type::pingreq:
      if (!random_.per_mille(habits.silent_pings)) send(connection, testing::pingresp());
      if (random_.per_mille(habits.repeats_pings)) send(connection, testing::pingresp());
      break;
    case Type::disconnect: on_disconnect(connection, packet); break;
    case Type::auth: on_auth(connection, packet); break;
    case Type::none: fault("a packet that a client must not send now"); break;
  }
  misbehave(connection);
}

void Broker::on_publish(Connection connection, const ClientPacket& packet) {
  const Limits& said = link(connection).limits;
  if (packet.qos > said.maximum_qos.value_or(2)) fault("a QoS above Maximum QoS");
  if (packet.retain && !said.retain_available.value_or(true)) fault("RETAIN");
  Message message = message_of(packet);
  resolve(link(connection), packet, message);
  if (packet.qos == 2) return on_exactly_once(connection, packet, message);
  if (packet.qos == 1 && random_.per_mille(habits.refuses_publish)) {
    answer(connection, testing::puback(packet.id, random_.pick(refusals)));
    return;
  }
  hand_on(connection, message);
  if (packet.qos == 0) return;
  const bool wrong = random_.per_mille(habits.wrong_acks);
  answer(connection, wrong ? testing::pubrec(packet.id) : testing::puback(packet.id));
}

// The topic behind an alias, which is one of this connection.
void Broker::resolve(Link& at, const ClientPacket& packet, Message& message) {
  const std::uint32_t alias = packet.properties.number(0x23, 0);
  if (alias == 0) return;
  if (alias > at.limits.topic_alias_maximum.value_or(0)) fault("an alias above its maximum");
  std::string& known = at.client_aliases[alias];
  if (!message.topic.empty()) known = message.topic;
  if (known.empty()) fault("an alias that stands for nothing");
  message.topic = known;
}

void Broker::on_exactly_once(Connection connection, const ClientPacket& packet,
                             const Message& message) {
  Session& to = session(connection);
  const auto known = to.incoming.find(packet.id);
  if (known != to.incoming.end()) {
    const bool same = known->second.payload == packet.payload;
    if (!same || !packet.dup) fault("a new message with an identifier in use");
  } else if (random_.per_mille(habits.refuses_publish)) {
    answer(connection, testing::pubrec(packet.id, random_.pick(refusals)));
    return;
  } else {
    to.incoming.emplace(packet.id, message);
    if (!habits.hands_on_at_pubrel) hand_on(connection, message);
  }
  Link& at = link(connection);
  at.incoming.insert(packet.id);
  if (at.incoming.size() > at.limits.receive_maximum.value_or(65'535)) {
    fault("more messages than its Receive Maximum");
  }
  if (!random_.per_mille(habits.wrong_acks)) {
    answer(connection, testing::pubrec(packet.id));
  } else if (random_.one_in(2)) {
    answer(connection, testing::puback(packet.id));
  } else {
    answer(connection, testing::pubcomp(packet.id));
  }
}

void Broker::on_pubrel(Connection connection, const ClientPacket& packet) {
  Session& to = session(connection);
  const auto known = to.incoming.find(packet.id);
  link(connection).incoming.erase(packet.id);
  if (known == to.incoming.end()) {
    if (packet.reason == 0) send(connection, testing::pubcomp(packet.id, 0x92));
    return;
  }
  const Message message = known->second;
  to.incoming.erase(known);
  if (habits.hands_on_at_pubrel) hand_on(connection, message);
  answer(connection, testing::pubcomp(packet.id));
}

void Broker::on_ack(Connection connection, const ClientPacket& packet) {
  Session& from = session(connection);
  const auto outgoing = std::ranges::find_if(from.outgoing, [&](const Outgoing& one) {
    return one.state != State::waiting && one.id == packet.id;
  });
  if (outgoing == from.outgoing.end()) {
    // It answers what it was sent once too often.
    if (packet.type == Type::pubrec && packet.reason < 0x80) {
      send(connection, testing::pubrel(packet.id, 0x92));
    }
    return;
  }
  const bool in_use = packet.reason == 0x91;  // The answer to a message repeated at another QoS.
  const bool qos1 = outgoing->qos == 1;
  if (qos1 != (packet.type == Type::puback) ||
      (packet.type == Type::pubcomp && outgoing->state != State::released)) {
    if (!in_use) fault("an acknowledgement of the wrong kind");
    return;
  }
  if (packet.type == Type::pubrec && packet.reason < 0x80) {
    outgoing->state = State::released;
    send(connection, testing::pubrel(packet.id));
  } else {
    finish(from, packet.id, packet.type == Type::pubcomp ? 0 : packet.reason);
  }
}

void Broker::on_subscribe(Connection connection, const ClientPacket& packet) {
  std::vector<std::uint8_t> reasons;
  std::vector<std::string> granted;
  Session& to = session(connection);
  for (const auto& [name, options] : packet.filters) {
    const std::string filter{name};
    if (random_.per_mille(habits.refuses_subscribe)) {
      reasons.push_back(random_.one_in(2) ? 0x87 : 0x97);
      continue;
    }
    const unsigned qos =
        std::min<unsigned>(options & 3, link(connection).limits.maximum_qos.value_or(2));
    to.subscriptions[filter] = {qos, (options & 4) != 0, (options & 8) != 0};
    reasons.push_back(static_cast<std::uint8_t>(qos));
    if ((options >> 4 & 3) != 2) granted.push_back(filter);
  }
  const bool wrong = random_.per_mille(habits.wrong_acks);
  answer(connection, wrong ? testing::puback(packet.id) : testing::suback(packet.id, reasons));
  for (const std::string& filter : granted) {
    for (const auto& [topic, message] : retained_) {
      if (!matches(filter, topic)) continue;
      queue(to, message, std::min(message.qos, to.subscriptions.at(filter).qos), true);
    }
  }
  send_waiting(to);
}

void Broker::on_unsubscribe(Connection connection, const ClientPacket& packet) {
  std::vector<std::uint8_t> reasons;
  for (const auto& filter : packet.filters) {
    const bool known = session(connection).subscriptions.erase(std::string{filter.filter}) != 0;
    reasons.push_back(known ? 0x00 : 0x11);
  }
  answer(connection, testing::unsuback(packet.id, reasons));
}

void Broker::on_disconnect(Connection connection, const ClientPacket& packet) {
  Session& from = session(connection);
  from.expiry_s = packet.properties.number(0x11, from.expiry_s);
  end_connection(connection, packet.reason != 0);
}

void Broker::hand_on(Connection connection, const Message& message) {
  observer_.handed_on(session(connection).number, message);
  const std::string client = link(connection).client;
  route(message, &client);
}

void Broker::route(const Message& message, const std::string* from) {
  if (message.retain) {
    if (message.payload.empty()) {
      retained_.erase(message.topic);
    } else {
      retained_[message.topic] = message;
    }
  }
  for (auto& [client, session] : sessions_) {
    std::optional<unsigned> qos;
    bool retain = false;
    for (const auto& [filter, subscription] : session.subscriptions) {
      if (!matches(filter, message.topic)) continue;
      if (subscription.no_local && from != nullptr && *from == client) continue;
      qos = std::max(qos.value_or(0), std::min(message.qos, subscription.qos));
      retain |= subscription.retain_as_published && message.retain;
    }
    if (!qos) continue;
    queue(session, message, *qos, retain);
    send_waiting(session);
  }
}

void Broker::publish(const Message& message, Time now) {
  now_ = now;
  route(message, nullptr);
}

}  // namespace minimq::model

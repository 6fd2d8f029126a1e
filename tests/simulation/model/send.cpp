// SPDX-License-Identifier: MIT
//
// What a client is sent, and all that it should not be sent.
#include <algorithm>
#include <array>

#include "simulation/model/broker.hpp"

namespace minimq::model {

using State = Outgoing::State;

namespace {

std::size_t publish_size(const Message& message, unsigned qos) {
  const std::size_t length =
      2 + message.topic.size() + (qos == 0 ? 0 : 2) + 1 + message.payload.size();
  return 1 + (length < 128 ? 1u : length < 16'384 ? 2u : 3u) + length;
}

}  // namespace

void Broker::send(Connection connection, const Packet& packet) {
  Link& at = link(connection);
  if (at.closing || at.silent) return;
  at.output.insert(at.output.end(), packet.begin(), packet.end());
}

// An acknowledgement, with the habits of this broker.
void Broker::answer(Connection connection, const Packet& packet) {
  Link& at = link(connection);
  if (random_.per_mille(habits.holds_acks)) {
    at.held.push_back({now_ + random_.between<Time>(1, 5000), packet});
    return;
  }
  send(connection, packet);
  if (random_.per_mille(habits.repeats_acks)) {
    for (unsigned times = random_.between(1u, 3u); times != 0; --times)
      send(connection, packet);
  }
}

void Broker::queue(Session& session, const Message& message, unsigned qos, bool retain) {
  if (qos == 0 && session.connection < 0) return;
  Outgoing outgoing{.serial = ++last_serial_, .message = message, .qos = qos};
  outgoing.message.retain = retain;
  observer_.queued(session.number, outgoing);
  session.outgoing.push_back(std::move(outgoing));
}

std::uint16_t Broker::free_id(Session& session) {
  const auto used = [&session](std::uint16_t id) {
    return std::ranges::any_of(session.outgoing, [id](const Outgoing& one) {
      return one.state != State::waiting && one.id == id;
    });
  };
  std::uint16_t id = habits.smallest_ids ? std::uint16_t{0} : session.last_id;
  do
    ++id;
  while (id == 0 || used(id));
  session.last_id = id;
  return id;
}

void Broker::send_waiting(Session& session) {
  if (session.connection < 0) return;
  const Link& at = link(session.connection);
  for (std::size_t i = 0; i < session.outgoing.size();) {
    Outgoing& outgoing = session.outgoing[i];
    if (outgoing.state != State::waiting) {
      ++i;
      continue;
    }
    if (publish_size(outgoing.message, outgoing.qos) > at.packet_size_max) {
      observer_.discarded(outgoing);  // [MQTT-3.1.2-25]
      session.outgoing.erase(session.outgoing.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (outgoing.qos == 0) {
      send_message(session, outgoing, false);
      observer_.completed(outgoing, 0);
      session.outgoing.erase(session.outgoing.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    const auto under_way = static_cast<std::size_t>(
        std::ranges::count_if(session.outgoing, [](const Outgoing& one) { return one.counts; }));
    const std::size_t excess = outgoing.qos == 2 ? habits.window_excess : 0;
    if (under_way >= at.window + excess) return;
    outgoing.id = free_id(session);
    outgoing.state = State::sent;
    outgoing.counts = true;
    send_message(session, outgoing, false);
    ++i;
  }
}

// [MQTT-4.4.0-1] What was not acknowledged, in its order.
void Broker::resume(Session& session) {
  for (Outgoing& outgoing : session.outgoing) {
    outgoing.counts = outgoing.state == State::sent;
    if (outgoing.state == State::sent) {
      send_message(session, outgoing, !habits.resends_without_dup);
    } else if (outgoing.state == State::released) {
      send(session.connection, testing::pubrel(outgoing.id));
    }
  }
  send_waiting(session);
}

void Broker::send_message(Session& session, Outgoing& outgoing, bool duplicate) {
  const Message& message = outgoing.message;
  testing::PublishFields fields{.topic = message.topic,
                                .payload = message.payload,
                                .qos = outgoing.qos,
                                .id = outgoing.id,
                                .dup = duplicate,
                                .retain = message.retain};
  choose_alias(link(session.connection), message, fields);
  const Packet packet = testing::publish(fields);
  send(session.connection, packet);
  if (outgoing.qos != 0 && random_.per_mille(habits.repeats_messages)) {
    outgoing.repeated = true;
    send(session.connection, packet);
  }
}

// The alias alone where it stands for this topic, or any alias, which stands for it from here on.
void Broker::choose_alias(Link& at, const Message& message, testing::PublishFields& fields) {
  constexpr std::size_t property_size = 3;
  if (at.aliases.empty() || !random_.per_mille(habits.uses_aliases)) return;
  if (publish_size(message, fields.qos) + property_size + 1 > at.packet_size_max) return;
  auto place = std::ranges::find(at.aliases, message.topic);
  if (place != at.aliases.end() && !random_.one_in(4)) {
    fields.topic = {};
  } else {
    place = at.aliases.begin() + random_.below(static_cast<std::uint32_t>(at.aliases.size()));
    *place = message.topic;
  }
  const auto alias = static_cast<std::uint16_t>(place - at.aliases.begin() + 1);
  fields.properties = {testing::topic_alias(alias)};
}

void Broker::finish(Session& session, std::uint16_t id, unsigned reason) {
  const auto outgoing = std::ranges::find_if(session.outgoing, [id](const Outgoing& one) {
    return one.state != State::waiting && one.id == id;
  });
  if (outgoing == session.outgoing.end()) return;
  observer_.completed(*outgoing, reason);
  session.outgoing.erase(outgoing);
  send_waiting(session);
}

void Broker::misbehave(Connection connection) {
  if (link(connection).closing || !link(connection).online) return;
  if (random_.per_mille(habits.falls_silent)) link(connection).silent = true;
  if (random_.per_mille(habits.stray_acks)) send_stray_ack(connection);
  if (random_.per_mille(habits.garbage)) send_garbage(connection);
  if (random_.per_mille(habits.oversize)) {
    const std::size_t size = std::min<std::size_t>(link(connection).packet_size_max, 5000) + 2;
    send(connection, testing::publish({.topic = "b/0", .payload = std::string(size, 'x')}));
  }
  if (random_.per_mille(habits.kicks)) {
    constexpr std::array<std::uint8_t, 14> codes{0x00, 0x04, 0x80, 0x83, 0x87, 0x89, 0x8B,
                                                 0x8D, 0x8E, 0x93, 0x97, 0x98, 0x9C, 0xA0};
    disconnect(connection, random_.pick(codes));
  }
}

void Broker::send_stray_ack(Connection connection) {
  const auto id = random_.between<std::uint16_t>(1, 0xFFFF);
  const bool own = std::ranges::any_of(session(connection).outgoing,
                                       [id](const Outgoing& one) { return one.id == id; });
  if (own || observer_.in_use_by_client(id)) return;
  switch (random_.below(6)) {
    case 0: send(connection, testing::puback(id)); break;
    case 1: send(connection, testing::pubrec(id)); break;
    case 2: send(connection, testing::pubrel(id)); break;
    case 3: send(connection, testing::pubcomp(id)); break;
    case 4: send(connection, testing::suback(id, {0})); break;
    default: send(connection, testing::unsuback(id, {0})); break;
  }
}

void Broker::send_garbage(Connection connection) {
  Packet bytes;
  switch (random_.below(8)) {
    case 0:
      for (unsigned left = random_.between(1u, 40u); left != 0; --left)
        bytes.push_back(static_cast<std::byte>(random_.below(256)));
      bytes[0] &= std::byte{0x0F};  // No packet begins with a zero.
      break;
    case 1: bytes = testing::connack(); break;
    case 2: bytes = testing::packet(0xF0, {}); break;
    case 3: bytes = testing::packet(0xC0, {}); break;
    case 4: bytes = testing::publish({.topic = "b/+", .payload = "x"}); break;
    case 5: {  // An alias that stands for nothing, or one that was not announced.
      const auto& aliases = link(connection).aliases;
      const std::uint16_t alias = aliases.empty() || aliases[0].empty() ? 1 : 9;
      bytes = testing::publish(
          {.topic = "", .payload = "x", .properties = {testing::topic_alias(alias)}});
      break;
    }
    case 6: bytes = testing::packet(0x36, testing::publish({.topic = "b/0"})); break;
    default:
      bytes = {std::byte{0x30}, std::byte{0xFF}, std::byte{0xFF},
               std::byte{0xFF}, std::byte{0xFF}, std::byte{0x7F}};
      break;
  }
  send(connection, bytes);
  if (random_.one_in(2)) link(connection).silent = true;
}

}  // namespace minimq::model

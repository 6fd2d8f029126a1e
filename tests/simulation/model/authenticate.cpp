// SPDX-License-Identifier: MIT
//
// Enhanced authentication, chapter 4.12: challenges before CONNACK, and again on a connection that
// asks for it. A challenge is "c" and a number, its answer "r" and the same number.
#include "simulation/model/broker.hpp"

namespace minimq::model {

namespace {

constexpr std::uint32_t endless = 100;  // no client goes that far
constexpr const char* last_word = "done";
constexpr const char* word_of_a_stranger = "a stranger";

}  // namespace

void Broker::begin_exchange(Connection connection, const ClientPacket& packet) {
  Link& at = link(connection);
  at.exchanging = true;
  at.rounds = random_.below(4);
  if (packet.type != ClientPacket::Type::connect) {
    if (method_of(packet) != at.method) fault("another method");
    return next_round(connection);
  }
  at.method = method_of(packet);
  at.connect.assign(raw_.begin(), raw_.end());
  next_round(connection);
}

std::string Broker::method_of(const ClientPacket& packet) {
  const auto* const method = packet.properties.find(0x15);
  return method == nullptr ? std::string{} : std::string{method->value};
}

void Broker::next_round(Connection connection) {
  Link& at = link(connection);
  if (random_.per_mille(habits.wrong_auth)) return break_exchange(connection);
  if (at.rounds != 0) {
    --at.rounds;
    at.challenge = std::to_string(random_.below(100));
    send_auth(connection, 0x18, at.method, "c" + at.challenge);
    return;
  }
  at.exchanging = false;
  if (at.online) return send_auth(connection, 0x00, at.method, last_word);
  ClientPacket packet;
  packet.parse(*judge::first_frame(at.connect));
  take_client(connection, packet);
}

void Broker::send_auth(Connection connection, unsigned reason, const std::string& method,
                       const std::string& data) {
  send(connection,
       testing::auth(static_cast<std::uint8_t>(reason),
                     {testing::authentication_method(method), testing::authentication_data(data)}));
}

void Broker::add_last_word(Connection connection, testing::WireProperties& properties) {
  const Link& at = link(connection);
  if (at.method.empty()) return;
  properties.push_back(testing::authentication_method(at.method));
  const bool stranger = random_.per_mille(habits.wrong_auth);
  properties.push_back(testing::authentication_data(stranger ? word_of_a_stranger : last_word));
}

// What no client goes on after, or not for ever.
void Broker::break_exchange(Connection connection) {
  Link& at = link(connection);
  switch (random_.below(5)) {
    case 0: send_auth(connection, 0x18, "another", "c1"); break;
    case 1: send_auth(connection, 0x00, at.method, word_of_a_stranger); break;
    case 2: at.rounds = endless; return next_round(connection);
    case 3:
      if (at.online) return disconnect(connection, 0x87);
      send(connection, testing::connack({.reason = 0x8C}));
      at.closing = true;
      break;
    default: break;
  }
  at.silent = true;
}

void Broker::on_auth(Connection connection, const ClientPacket& packet) {
  Link& at = link(connection);
  if (!at.exchanging) {
    if (packet.reason != 0x19 || at.method.empty()) return fault("an AUTH that nobody asked for");
    return begin_exchange(connection, packet);
  }
  const auto* const data = packet.properties.find(0x16);
  const bool right = packet.reason == 0x18 && method_of(packet) == at.method && data != nullptr &&
                     data->value == "r" + at.challenge;
  if (!right) return fault("a wrong answer to its challenge");
  next_round(connection);
}

}  // namespace minimq::model

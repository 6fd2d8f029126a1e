// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "minimq/qos.hpp"

namespace minimq::testing {

/// A message on its way to the client.
struct BrokersMessage {
  QoS qos;
  std::string payload;
  std::uint16_t id{0};
  bool sent{false};
  bool released{false};  // PUBREC has come.
};

/// What the broker knows about a client, also while it is away.
struct BrokersSession {
  bool subscribed{false};
  std::set<std::uint16_t> incoming;  // QoS 2, before their PUBREL
  std::deque<BrokersMessage> outgoing;
};

/// A broker that does what the specification says and no more, for one client and one topic. It
/// has a parser of its own, keeps a session over links, uses the smallest free packet identifier,
/// so that one is used again as soon as it may be, and writes down what the client did wrong.
class HonestBroker {
 public:
  using Wire = std::vector<std::uint8_t>;

  /// Its own Receive Maximum: how many QoS 1 and 2 messages are under way at once.
  std::size_t window{2};
  /// Every message that has arrived, in order; QoS 2 once for each exchange.
  std::vector<std::string> arrived;
  std::vector<std::string> faults;
  /// What is for the client, and was not delivered yet.
  Wire output;

  void link_opened() {
    input_.clear();
    output.clear();
    connected_ = false;
  }
  void lose_session() { session_.reset(); }
  [[nodiscard]] bool subscribed() const { return session_ && session_->subscribed; }
  /// Nothing is under way in either direction.
  [[nodiscard]] bool settled() const {
    return !session_ || (session_->outgoing.empty() && session_->incoming.empty());
  }

  /// For the client, if it is subscribed.
  void publish(QoS qos, const std::string& payload) {
    if (!subscribed()) return;
    session_->outgoing.push_back({.qos = qos, .payload = payload});
    send_waiting();
  }

  void receive(std::uint8_t byte) {
    input_.push_back(byte);
    std::size_t length = 0;
    std::size_t at = 1;
    for (std::size_t shift = 0;; shift += 7, ++at) {
      if (at == input_.size()) return;
      length |= static_cast<std::size_t>(input_[at] & 0x7F) << shift;
      if (input_[at] < 0x80) break;
    }
    if (input_.size() < at + 1 + length) return;
    const Wire body(input_.begin() + static_cast<std::ptrdiff_t>(at) + 1, input_.end());
    const std::uint8_t first = input_[0];
    input_.clear();
    process(first, body);
  }

 private:
  static std::uint16_t number(const Wire& body, std::size_t at) {
    return static_cast<std::uint16_t>(body.at(at) << 8 | body.at(at + 1));
  }
  void send(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes)
      output.push_back(static_cast<std::uint8_t>(byte));
  }
  void send_ack(unsigned first, std::uint16_t id) { send({first, 2, id / 256u, id % 256u}); }
  void fault(const std::string& what) { faults.push_back(what); }

  void process(std::uint8_t first, const Wire& body) {
    if (connected_ == (first == 0x10)) return fault("CONNECT missing, or a second one");
    switch (first) {
      case 0x10: return on_connect(body);
      case 0x40:
      case 0x50:
      case 0x70: return on_ack(first, body);
      case 0x62: return on_pubrel(body);
      case 0x82: return on_subscribe(body);
      case 0xC0: return send({0xD0, 0});
      case 0xE0: return;
      default: break;
    }
    if (first >> 4 != 3) return fault("first byte " + std::to_string(first));
    on_publish(first, body);
  }

  void on_connect(const Wire& body) {
    connected_ = true;
    const bool clean = (body.at(7) & 2) != 0;
    if (clean) session_.reset();
    send({0x20, 3, session_ ? 1u : 0u, 0, 0});
    if (!session_) session_.emplace();
    for (BrokersMessage& message : session_->outgoing) {  // [MQTT-4.4.0-1]
      if (!message.sent) continue;
      if (message.released) {
        send_ack(0x62, message.id);
      } else {
        send_publish(message, true);
      }
    }
    send_waiting();
  }

  void on_publish(std::uint8_t first, const Wire& body) {
    const unsigned qos = first >> 1 & 3;
    const bool duplicate = (first & 8) != 0;
    std::size_t at = 2u + number(body, 0);
    const std::uint16_t id = qos == 0 ? std::uint16_t{0} : number(body, at);
    if (qos != 0) at += 2;
    if (body.at(at) != 0) return fault("a property");
    const std::string payload(body.begin() + static_cast<std::ptrdiff_t>(at) + 1, body.end());
    if (qos == 0 && duplicate) fault("DUP at QoS 0");
    if (qos == 2 && !session_->incoming.insert(id).second) {
      if (!duplicate) fault("a packet identifier in use");
    } else {
      arrived.push_back(payload);
    }
    if (qos != 0) send_ack(qos == 1 ? 0x40 : 0x50, id);
  }

  void on_pubrel(const Wire& body) {
    session_->incoming.erase(number(body, 0));
    send_ack(0x70, number(body, 0));
  }

  void on_subscribe(const Wire& body) {
    session_->subscribed = true;
    send({0x90, 4, body.at(0), body.at(1), 0, 2});
  }

  void on_ack(std::uint8_t first, const Wire& body) {
    const std::uint16_t id = number(body, 0);
    const auto message = std::ranges::find_if(
        session_->outgoing,
        [id](const BrokersMessage& outgoing) { return outgoing.sent && outgoing.id == id; });
    const bool refused = body.size() > 2 && body.at(2) >= 0x80;
    if (first == 0x70 && refused) return forget(id);  // It was complete for the client.
    if (message == session_->outgoing.end()) return fault("an acknowledgement of nothing");
    const bool qos1 = message->qos == QoS::at_least_once;
    if (qos1 != (first == 0x40) || (first == 0x70 && !message->released)) {
      return fault("an acknowledgement of the wrong kind");
    }
    if (first == 0x50) {
      message->released = true;
      send_ack(0x62, id);
    } else {
      forget(id);
    }
  }

  void forget(std::uint16_t id) {
    std::erase_if(session_->outgoing,
                  [id](const BrokersMessage& message) { return message.id == id; });
    send_waiting();
  }

  void send_waiting() {
    if (!connected_) return;
    std::set<std::uint16_t> used;
    for (const BrokersMessage& message : session_->outgoing)
      if (message.sent) used.insert(message.id);
    for (BrokersMessage& message : session_->outgoing) {
      if (message.sent || used.size() >= window) continue;
      if (message.qos != QoS::at_most_once) {
        message.id = 1;
        while (used.contains(message.id))
          ++message.id;
        used.insert(message.id);
        message.sent = true;
      }
      send_publish(message, false);
    }
    std::erase_if(session_->outgoing,
                  [](const BrokersMessage& message) { return message.qos == QoS::at_most_once; });
  }

  void send_publish(const BrokersMessage& message, bool duplicate) {
    const auto qos = static_cast<unsigned>(message.qos);
    const std::size_t length = 3 + (qos == 0 ? 0 : 2) + 1 + message.payload.size();
    send({0x30 | qos << 1 | (duplicate ? 8u : 0u), static_cast<unsigned>(length), 0, 1, 't'});
    if (qos != 0) send({message.id / 256u, message.id % 256u});
    send({0});
    output.insert(output.end(), message.payload.begin(), message.payload.end());
  }

  Wire input_;
  std::optional<BrokersSession> session_;
  bool connected_{false};
};

}  // namespace minimq::testing

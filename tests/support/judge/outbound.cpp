// SPDX-License-Identifier: MIT
#include "support/judge/outbound.hpp"

#include "support/judge/violation.hpp"

namespace minimq::judge {

void Outbound::connection_accepted(const Limits& limits) {
  limits_ = limits;
  ++connection_;
  again_order_ = release_order_ = 0;
}

void Outbound::read_begins() {
  for (const std::uint16_t id : latest_) {
    const auto found = messages_.find(id);
    if (found != messages_.end() && found->second.ending) end(found);
  }
  latest_.clear();
  behind_ = false;
}

void Outbound::connection_ended() {
  for (const std::uint16_t id : latest_) {
    const auto found = messages_.find(id);
    if (found == messages_.end()) continue;
    Message& message = found->second;
    message.may_be_over |= message.state == State::received;
    message.ending = false;
  }
  latest_.clear();
  for (auto& [id, message] : messages_) {
    message.counted = false;
    message.may_be_over |= acks_may_be_unread_ && message.state == State::received;
  }
  counted_ = 0;
  requests_.clear();
  releases_.clear();
}

void Outbound::session_ended() {
  messages_.clear();
  broken_off_ = 0;
}

void Outbound::publish_broken_off(std::optional<std::uint16_t> id, unsigned qos) {
  if (!id) {
    ++broken_off_;
  } else if (!messages_.contains(*id)) {
    messages_[*id] = {.qos = qos, .broken_off = true, .order = ++latest_order_};
  }
}

void Outbound::publish(const ClientPacket& packet, std::size_t content) {
  const auto request = requests_.find(packet.id);
  require(request == requests_.end(), "2.2.1-3",
          "PUBLISH with the packet identifier of a request that is under way");
  const auto found = messages_.find(packet.id);
  if (found == messages_.end()) {
    require(!packet.dup || broken_off_ != 0, packet.qos == 1 ? "4.3.2-2" : "4.3.3-2",
            "DUP on the first PUBLISH of a message");
    if (packet.dup) --broken_off_;
    return begin(packet, content);
  }
  Message& message = found->second;
  if (packet.dup) return send_again(message, packet, content);
  if (message.broken_off && message.content == content && message.qos == packet.qos) {
    return send_again(message, packet, content);
  }
  if (!may_be_over(message)) require_unused(message, packet, content);
  end(found);
  begin(packet, content);
}

void Outbound::begin(const ClientPacket& packet, std::size_t content) {
  Message& message = messages_[packet.id];
  message = {.qos = packet.qos,
             .retain = packet.retain,
             .connection = connection_,
             .order = ++latest_order_,
             .size = packet.size,
             .content = content};
  count(message);
}

// Lawful only once for each connection, with Session Present, and in the original order.
void Outbound::send_again(Message& message, const ClientPacket& packet, std::size_t content) {
  require(message.state != State::released || message.may_be_over, "4.3.3-6",
          "PUBLISH again, and PUBREL was sent");
  require(message.state != State::received || message.may_be_over, "4.3.3-4",
          "PUBLISH again, and PUBREC has come");
  require(message.connection != connection_, "4.4.0-1",
          "PUBLISH again on the same network connection");
  const bool whole = message.content != 0;
  require(message.qos == packet.qos && (!whole || message.content == content), "2.2.1-3",
          "another message with the packet identifier of one that is under way");
  require(message.order > again_order_, "4.6.0-1", "sent again before an earlier message");
  again_order_ = message.order;
  message.state = State::sent;
  message.may_be_over = message.broken_off = message.ending = false;
  message.connection = connection_;
  message.retain = packet.retain;
  message.size = packet.size;
  message.content = content;
  count(message);
}

void Outbound::require_unused(const Message& message, const ClientPacket& packet,
                              std::size_t content) const {
  const bool again = message.state == State::sent && message.connection != connection_ &&
                     message.qos == packet.qos && message.content == content;
  require(!again, "3.3.1-1", "a message is sent again without DUP");
  throw Violation{"2.2.1-3", "a new message with a packet identifier that is in use"};
}

// Nobody else knows of a message that was broken off; and one of QoS 1 that this server does not
// take any more can only be given up.
bool Outbound::may_be_over(const Message& message) const {
  const bool refused = message.size > limits_.maximum_packet_size ||
                       message.qos > limits_.maximum_qos || (message.retain && !limits_.retain);
  const bool earlier = message.connection != connection_;
  return message.may_be_over || message.broken_off || (message.qos == 1 && earlier && refused);
}

// The identifier of a message counts until PUBACK, PUBCOMP, or a PUBREC that refuses.
void Outbound::count(Message& message) {
  message.counted = true;
  require(++counted_ <= limits_.receive_maximum, "3.3.4-7",
          "more messages under way than the server's Receive Maximum");
}

void Outbound::uncount(Message& message) {
  if (message.counted) --counted_;
  message.counted = false;
}

void Outbound::end(Messages::iterator message) {
  uncount(message->second);
  messages_.erase(message);
}

void Outbound::acknowledged(Messages::iterator message) {
  if (!acks_may_be_unread_ && message->second.connection == connection_) {
    return end_if_looked_at(message);
  }
  uncount(message->second);
  message->second.may_be_over = true;
}

void Outbound::end_if_looked_at(Messages::iterator message) {
  if (!behind_) return end(message);
  uncount(message->second);
  message->second.may_be_over = message->second.ending = true;
  latest_.push_back(message->first);
}

void Outbound::pubrel(std::uint16_t id, unsigned reason) {
  const auto release = releases_.find(id);
  const bool asked = release != releases_.end();
  if (asked && --release->second == 0) releases_.erase(release);
  const auto found = messages_.find(id);
  if (found == messages_.end()) {
    return require(asked, "4.3.3-4", "PUBREL, and no PUBREC has come");
  }
  Message& message = found->second;
  require(message.state != State::sent, "4.3.3-4", "PUBREL, and no PUBREC has come");
  require(asked || message.released_on != connection_, "4.4.0-1",
          "PUBREL again on the same network connection");
  check_release(message, reason);
}

void Outbound::check_release(Message& message, unsigned reason) {
  const bool given_up = message.connection != connection_ && message.released_on == 0;
  require(reason == 0 || given_up || message.may_be_over, "4.3.3-4",
          "PUBREL says Packet Identifier not found, and the client has that message under way");
  if (message.released_on != connection_) {
    require(message.pubrec_order > release_order_, "4.6.0-4",
            "PUBREL before that of a message whose PUBREC came earlier");
    release_order_ = message.pubrec_order;
  }
  message.state = State::released;
  message.released_on = connection_;
}

void Outbound::request(const ClientPacket& packet) {
  const auto message = messages_.find(packet.id);
  const bool used = message != messages_.end() && !may_be_over(message->second);
  require(!used && !requests_.contains(packet.id), "2.2.1-3",
          "a request with a packet identifier that is in use");
  if (message != messages_.end()) end(message);
  requests_[packet.id] = packet.type;
}

void Outbound::received_puback(std::uint16_t id) {
  const auto found = messages_.find(id);
  if (found == messages_.end() || found->second.qos != 1) return;
  acknowledged(found);
}

void Outbound::received_pubrec(std::uint16_t id, unsigned reason) {
  const auto found = messages_.find(id);
  if (reason < 0x80) ++releases_[id];
  if (found == messages_.end() || found->second.qos != 2) return;
  Message& message = found->second;
  if (reason >= 0x80 && message.state == State::sent) {
    acknowledged(found);
  } else if (reason >= 0x80) {
    uncount(message);  // The server takes its PUBREC back, which the client may overlook or not.
    message.may_be_over = true;
  } else if (message.state == State::sent) {
    message.state = State::received;
    message.pubrec_order = ++latest_order_;
    if (behind_) latest_.push_back(id);
  }
}

void Outbound::received_pubcomp(std::uint16_t id) {
  const auto found = messages_.find(id);
  if (found == messages_.end() || found->second.state == State::sent) return;
  // Before PUBREL it is the server's fault, which the client may overlook or not.
  const bool asked = found->second.state == State::released;
  if (asked && !acks_may_be_unread_ && found->second.released_on == connection_) {
    return end_if_looked_at(found);
  }
  uncount(found->second);
  found->second.may_be_over = true;
}

void Outbound::received_answer(std::uint16_t id, ClientPacket::Type request) {
  const auto found = requests_.find(id);
  if (found != requests_.end() && found->second == request) requests_.erase(found);
}

}  // namespace minimq::judge

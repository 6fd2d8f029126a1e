// SPDX-License-Identifier: MIT
#include "simulation/checks/inbound_wire.hpp"

#include "simulation/payload.hpp"

namespace minimq::simulation {

using judge::ClientPacket;
using Type = ClientPacket::Type;

// What came on the last connection may still be taken until then; nothing of it is acknowledged.
void InboundWire::opened() {
  arrivals_.clear();
  next_ = 0;
  held_ = -1;
}

void InboundWire::received(const ServerPacket& packet) {
  if (packet.type != 3) return;
  const auto number = number_of(packet.payload);
  Arrival arrival{packet.id, packet.qos, number.value_or(0), packet.size};
  // What is repeated on one connection is one exchange.
  for (const Arrival& earlier : arrivals_) {
    if (packet.qos != 0 && earlier.id == packet.id && earlier.qos == packet.qos &&
        !earlier.answered && earlier.number == arrival.number) {
      arrival.duplicate = true;
    }
  }
  arrivals_.push_back(arrival);
}

void InboundWire::taken(std::uint32_t number, unsigned qos) {
  auto index = find_taken(number, qos, true);
  if (!index) index = find_taken(number, qos, false);
  if (index) {
    take(*index);
    // Which of several copies of a retained message it was, nobody can tell.
    if ((number & retained) == 0) next_ = *index + 1;
    return;
  }
  journal_.violate("I6", "the application got a message out of order, or one that never came");
}

void InboundWire::skipped(unsigned qos, std::size_t size) {
  held_ = -1;
  for (std::size_t i = next_; i < arrivals_.size(); ++i) {
    if (arrivals_[i].size != size || arrivals_[i].qos != qos) continue;
    next_ = i + 1;
    return take(i);
  }
  journal_.violate("I6", "a message was skipped that never came");
}

std::optional<std::size_t> InboundWire::find_taken(std::uint32_t number, unsigned qos,
                                                   bool fresh) const {
  const bool many = (number & retained) != 0;
  for (std::size_t i = many ? 0 : next_; i < arrivals_.size(); ++i) {
    const Arrival& arrival = arrivals_[i];
    if (arrival.number != number || arrival.qos != qos || arrival.taken) continue;
    const auto known = known_.find(arrival.id);
    const bool repeated = qos == 2 && known != known_.end() && known->second == number;
    if (!fresh || (!arrival.duplicate && !arrival.answered && !repeated)) return i;
  }
  return std::nullopt;
}

void InboundWire::take(std::size_t index) {
  held_ = static_cast<std::int64_t>(index);
  Arrival& arrival = arrivals_[index];
  arrival.taken = true;
  deferred_ = false;
  if (arrival.qos == 2) known_[arrival.id] = arrival.number;
}

void InboundWire::released() {
  if (held_ >= 0 && !deferred_) arrivals_[static_cast<std::size_t>(held_)].done = true;
  held_ = -1;
  deferred_ = false;
}

void InboundWire::acknowledged(std::uint16_t id) {
  for (Arrival& arrival : arrivals_) {
    if (arrival.id == id && arrival.qos != 0 && arrival.taken && !arrival.answered) {
      arrival.done = true;
    }
  }
}

InboundWire::Arrival* InboundWire::find(std::uint16_t id, unsigned qos) {
  for (Arrival& arrival : arrivals_) {
    if (arrival.qos == qos && arrival.id == id && !arrival.answered && !arrival.duplicate) {
      return &arrival;
    }
  }
  // What came twice is new when the first one was answered before the second was looked at.
  for (Arrival& arrival : arrivals_) {
    if (arrival.qos == qos && arrival.id == id && !arrival.answered) return &arrival;
  }
  return nullptr;
}

void InboundWire::sent(const ClientPacket& packet) {
  if (packet.type == Type::puback) on_ack(packet, 1);
  if (packet.type == Type::pubrec) on_ack(packet, 2);
  if (packet.type == Type::pubcomp && packet.reason == 0) known_.erase(packet.id);
}

void InboundWire::on_ack(const ClientPacket& packet, unsigned qos) {
  const bool in_use = packet.reason == 0x91;
  Arrival* const arrival = find(packet.id, qos);
  if (arrival == nullptr) {
    // PUBREC again, because PUBLISH came again.
    journal_.require(qos == 2 || in_use, "I5", "an acknowledgement of nothing");
    return;
  }
  arrival->answered = true;
  if (in_use) return;
  const bool known = qos == 2 && !arrival->taken && known_.contains(packet.id);
  if (packet.reason >= 0x80) known_.erase(packet.id);
  const bool repeated = arrival->duplicate && qos == 2;
  journal_.require(known || repeated || (arrival->taken && arrival->done), "I5",
                   "acknowledged before the application was done with it");
  for (const Arrival& earlier : arrivals_) {
    if (&earlier == arrival) break;
    const bool open = earlier.qos == qos && !earlier.answered && !earlier.duplicate;
    journal_.require(!open, "I6", "acknowledgements in another order than their messages");
  }
}

}  // namespace minimq::simulation

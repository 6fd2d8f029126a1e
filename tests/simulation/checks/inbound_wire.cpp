// SPDX-License-Identifier: MIT
#include "simulation/checks/inbound_wire.hpp"

#include <algorithm>
#include <utility>

#include "simulation/payload.hpp"

namespace minimq::simulation {

using judge::ClientPacket;
using Type = ClientPacket::Type;

// What came on the last connection may still be taken until then; nothing of it is acknowledged.
void InboundWire::opened(std::uint16_t refused) {
  arrivals_.clear();
  dropped_before_ = dropped(refused);
  next_ = 0;
  held_ = -1;
}

void InboundWire::received(const ServerPacket& packet) {
  if (packet.type == 6) return on_pubrel(packet.id);
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

// The broker has had the PUBREC: a copy that came before may stay without one.
void InboundWire::on_pubrel(std::uint16_t id) {
  const auto known = known_.find(id);
  for (Arrival& arrival : arrivals_) {
    const bool copy = arrival.qos == 2 && arrival.id == id && !arrival.answered && !arrival.taken &&
                      known != known_.end() && known->second == arrival.number;
    arrival.duplicate |= copy;
  }
}

void InboundWire::taken(std::uint32_t number, unsigned qos) {
  // Which of several copies of a retained message it was, nobody can tell.
  const bool many = (number & retained) != 0;
  const auto index = find_taken(many ? 0 : next_, [&](const Arrival& arrival) {
    return arrival.number == number && arrival.qos == qos;
  });
  if (!index) {
    journal_.violate("I6", "the application got a message out of order, or one that never came");
    return;
  }
  take(*index);
  if (!many) next_ = *index + 1;
}

void InboundWire::skipped(unsigned qos, std::size_t size) {
  ++skipped_;
  const auto index = find_taken(
      next_, [&](const Arrival& arrival) { return arrival.size == size && arrival.qos == qos; });
  if (!index) {
    journal_.violate("I6", "a message was skipped that never came");
    return;
  }
  take(*index);
  next_ = *index + 1;
}

template <class Fits>
std::optional<std::size_t> InboundWire::find_taken(std::size_t from, const Fits& fits) const {
  for (const bool fresh : {true, false}) {
    for (std::size_t i = from; i < arrivals_.size(); ++i) {
      const Arrival& arrival = arrivals_[i];
      if (arrival.taken || arrival.dropped || !fits(arrival)) continue;
      if (!fresh || is_fresh(arrival)) return i;
    }
  }
  return std::nullopt;
}

bool InboundWire::is_fresh(const Arrival& arrival) const {
  const auto known = known_.find(arrival.id);
  const bool repeated =
      arrival.qos == 2 && known != known_.end() && known->second == arrival.number;
  return !arrival.duplicate && !arrival.answered && !repeated;
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
  const auto open = [id](const Arrival& arrival) {
    return arrival.id == id && arrival.qos != 0 && !arrival.answered;
  };
  const auto taken = [&](const Arrival& arrival) { return open(arrival) && arrival.taken; };
  if (std::ranges::none_of(arrivals_, taken)) {
    const auto first = std::ranges::find_if(arrivals_, open);
    if (first != arrivals_.end()) trade(*first);
  }
  for (Arrival& arrival : arrivals_) {
    if (taken(arrival)) arrival.done = true;
  }
}

// Which of several copies of a retained message was taken shows when one of them is acknowledged.
void InboundWire::trade(Arrival& arrival) {
  if (arrival.taken || (arrival.number & retained) == 0) return;
  for (Arrival& other : arrivals_) {
    const bool same = other.number == arrival.number && other.qos == arrival.qos;
    if (!same || !other.taken || other.answered) continue;
    if (held_ == &other - arrivals_.data()) held_ = &arrival - arrivals_.data();
    std::swap(arrival.taken, other.taken);
    std::swap(arrival.done, other.done);
    return;
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

void InboundWire::sent(const ClientPacket& packet, std::uint16_t refused) {
  if (packet.type == Type::puback) on_ack(packet, 1, refused);
  if (packet.type == Type::pubrec) on_ack(packet, 2, refused);
  if (packet.type == Type::pubcomp && packet.reason == 0) known_.erase(packet.id);
}

void InboundWire::on_ack(const ClientPacket& packet, unsigned qos, std::uint16_t refused) {
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
  if (!known && !repeated) trade(*arrival);
  journal_.require(known || repeated || (arrival->taken && arrival->done), "I5",
                   "acknowledged before the application was done with it");
  check_order(*arrival, refused);
}

// What is dropped because the table of identifiers is full is passed over, and then it is never
// acknowledged on this connection.
void InboundWire::check_order(const Arrival& answered, std::uint16_t refused) {
  journal_.require(!answered.dropped, "I6",
                   "the acknowledgement of a message that was passed over");
  const bool drops = dropped(refused) != dropped_before_;
  for (Arrival& earlier : arrivals_) {
    if (&earlier == &answered) break;
    const bool open = earlier.qos == answered.qos && !earlier.answered && !earlier.duplicate;
    if (!open) continue;
    earlier.dropped |= drops && !earlier.taken;
    journal_.require(earlier.dropped, "I6",
                     "acknowledgements in another order than their messages");
  }
}

}  // namespace minimq::simulation

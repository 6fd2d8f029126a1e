// SPDX-License-Identifier: MIT
#include "support/judge/inbound.hpp"

#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

constexpr unsigned packet_identifier_in_use = 0x91;

}  // namespace

void Inbound::Owed::add(std::uint16_t id) {
  if (counts[id]++ == 0) order.push_back(id);
}

void Inbound::Owed::take(std::uint16_t id, bool any_order, const char* order_statement) {
  const auto count = counts.find(id);
  require(count != counts.end(), "2.2.1-5",
          "an acknowledgement of a message that did not come, or was acknowledged already");
  if (!order.empty() && order.front() == id) {
    order.pop_front();
  } else if (any_order) {
    std::erase(order, id);
  } else {
    for (const std::uint16_t earlier : order)
      require(earlier != id, order_statement, "acknowledged before a message that came earlier");
  }
  if (--count->second == 0) counts.erase(count);
}

void Inbound::Owed::clear() {
  order.clear();
  counts.clear();
}

void Inbound::received_publish(std::uint16_t id, unsigned qos) {
  if (qos == 1) pubacks_.add(id);
  if (qos == 2) pubrecs_.add(id);
  if (qos != 0) under_way_.insert(id);
  too_many_ |= under_way_.size() > receive_maximum_;
}

// The server's fault, which may be answered at once.
bool Inbound::any_order(unsigned reason) const {
  return too_many_ || reason == packet_identifier_in_use;
}

// From here on the client may forget the identifier at any time. The server has had the PUBREC, so
// nothing waits for that of a copy.
void Inbound::received_pubrel(std::uint16_t id) {
  Releases& releases = pubcomps_[id];
  ++(kept_[id] ? releases.known : releases.unknown);
  if (kept_[id]) std::erase(pubrecs_.order, id);
  kept_.reset(id);
  const auto owed = pubrecs_.counts.find(id);
  if (owed != pubrecs_.counts.end()) late_pubrecs_[id] = owed->second;
}

void Inbound::puback(std::uint16_t id, unsigned reason) {
  pubacks_.take(id, any_order(reason), "4.6.0-2");
  under_way_.erase(id);
}

void Inbound::pubrec(std::uint16_t id, unsigned reason) {
  pubrecs_.take(id, any_order(reason), "4.6.0-3");
  if (reason >= 0x80) under_way_.erase(id);
  const auto late = late_pubrecs_.find(id);
  if (late == late_pubrecs_.end()) {
    kept_.set(id, reason < 0x80);
  } else if (--late->second == 0) {  // It repeats an answer in an exchange that is over.
    late_pubrecs_.erase(late);
  }
}

void Inbound::pubcomp(std::uint16_t id, unsigned reason) {
  const auto found = pubcomps_.find(id);
  require(found != pubcomps_.end(), "4.3.3-11", "PUBCOMP, and no PUBREL has come");
  under_way_.erase(id);
  Releases& releases = found->second;
  const bool denied = reason == 0x92;
  require(!denied || releases.unknown != 0, "4.1.0-1",
          "PUBCOMP says Packet Identifier not found, and the client had sent PUBREC for it");
  --(denied || releases.known == 0 ? releases.unknown : releases.known);
  if (releases.known + releases.unknown == 0) pubcomps_.erase(found);
}

void Inbound::connection_ended() {
  pubacks_.clear();
  pubrecs_.clear();
  pubcomps_.clear();
  late_pubrecs_.clear();
  under_way_.clear();
  too_many_ = false;
}

void Inbound::session_ended() {
  kept_.reset();
}

}  // namespace minimq::judge

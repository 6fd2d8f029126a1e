// SPDX-License-Identifier: MIT
#include "simulation/checks/ledger.hpp"

#include "minimq/message.hpp"
#include "simulation/payload.hpp"

namespace minimq::simulation {

unsigned Ledger::Outbound::total() const {
  unsigned sum = 0;
  for (const auto& [session, count] : copies)
    sum += count;
  return sum;
}

void Ledger::published(QoS qos, std::string_view topic, const Result<Ticket>& result) {
  const std::uint32_t number = next_number();
  messages_.push_back(
      {.qos = qos, .topic = topic, .accepted = result.has_value(), .accepted_losses = losses_});
  if (!result || result->empty()) return;
  messages_.back().pending = true;
  requested(Outcome::Operation::publish, *result);
  tickets_[result->packet_id()].number = number;
}

void Ledger::requested(Outcome::Operation operation, Ticket ticket) {
  journal_.require(!tickets_.contains(ticket.packet_id()), "I7", "a ticket that is pending");
  tickets_[ticket.packet_id()] = {operation, 0};
}

void Ledger::settled(const Outcome& outcome) {
  const auto known = tickets_.find(outcome.ticket().packet_id());
  if (known == tickets_.end()) {
    journal_.violate("I18", "an outcome of nothing, or a second one");
    return;
  }
  const Operation operation = known->second;
  tickets_.erase(known);
  journal_.require(operation.operation == outcome.operation(), "I18", "an outcome of another kind");
  if (operation.operation != Outcome::Operation::publish) return;
  Outbound& message = messages_[operation.number];
  message.pending = false;
  if (const auto error = outcome.error()) {
    message.error = error;
    const bool named = *error == Error::session_lost || *error == Error::packet_too_large ||
                       *error == Error::qos_not_supported || *error == Error::retain_not_supported;
    journal_.require(named, "I2", "an outcome that cannot be");
    return;
  }
  message.reason = outcome.reason();
  if (outcome.ok()) judge_success(operation.number, message);
}

void Ledger::judge_success(std::uint32_t number, const Outbound& message) {
  const unsigned copies = message.total();
  if (message.qos_sent == 0) return;
  journal_.require(copies != 0, message.qos == QoS::at_least_once ? "I2" : "I3",
                   "#" + std::to_string(number) + ": success, and the broker never had it");
}

void Ledger::handed_on(std::uint64_t session, const model::Message& sent) {
  const auto number = number_of(sent.payload);
  if (!number || *number >= messages_.size()) {
    journal_.violate("I1", "the broker has a message that nobody sent");
    return;
  }
  Outbound& message = messages_[*number];
  const std::string name = "#" + std::to_string(*number) + ": ";
  journal_.require(message.accepted, "I1", name + "refused, and sent all the same");
  journal_.require(message.topic == sent.topic, "I19", name + "arrived with another topic");
  const unsigned before = message.total();
  const unsigned here = ++message.copies[session];
  if (before == 0) message.first_told = told_;
  const bool once = message.qos == QoS::at_most_once;
  if (once) journal_.require(before == 0, "I1", name + "QoS 0 arrived twice");
  if (message.qos == QoS::exactly_once && sent.qos == 2) {
    journal_.require(here == 1, "I3", name + "QoS 2 arrived twice in one session");
    journal_.require(before == 0 || message.first_told == told_, "I3",
                     name + "QoS 2 again, though the session was known to be lost");
  }
  if (message.qos == QoS::at_least_once) {
    journal_.require(before <= losses_ - message.accepted_losses, "I2",
                     name + "QoS 1 arrived more often than links were lost");
  }
}

void Ledger::link_lost() {
  ++losses_;
}

void Ledger::queued(std::uint64_t session, const model::Outgoing& outgoing) {
  const auto number = number_of(outgoing.message.payload);
  if (!number) return;
  topics_[*number] = outgoing.message.topic;
  if ((*number & retained) != 0) return;
  inbound_[*number].session = session;
  inbound_[*number].qos = outgoing.qos;
}

void Ledger::completed(const model::Outgoing& outgoing, unsigned reason) {
  const auto number = number_of(outgoing.message.payload);
  if (!number || (*number & retained) != 0) return;
  Inbound& message = inbound_[*number];
  message.complete = true;
  message.refused = reason >= 0x80;
  if (outgoing.qos != 0 && reason < 0x80) {
    journal_.require(message.count != 0 || may_be_missed(message), "I5",
                     "acknowledged, and the application never saw it");
  }
}

void Ledger::discarded(const model::Outgoing& outgoing) {
  const auto number = number_of(outgoing.message.payload);
  if (number && (*number & retained) == 0) inbound_[*number].discarded = true;
}

void Ledger::memory_in_doubt() {
  for (auto& [number, message] : inbound_)
    if (!message.complete) message.may_repeat = true;
}

void Ledger::delivered(const Message& given, std::uint32_t number) {
  ++delivered_;
  const auto topic = topics_.find(number);
  journal_.require(topic == topics_.end() || topic->second == given.topic(), "I19",
                   "a message was handed out with another topic");
  if ((number & from_broker) == 0 || (number & retained) != 0) return;
  Inbound& message = inbound_[number];
  ++message.count;
  const std::string name = "b" + std::to_string(number & ~from_broker) + ": ";
  if (message.session == 0) message.qos = static_cast<unsigned>(given.qos());
  journal_.require(static_cast<unsigned>(given.qos()) == message.qos, "I4",
                   name + "another QoS than it was sent with");
  if (message.qos == 0) journal_.require(message.count == 1, "I1", name + "QoS 0 came twice");
  if (message.qos == 2 && !message.may_repeat) {
    journal_.require(message.count == 1, "I4", name + "QoS 2 was handed out twice");
  }
}

void Ledger::audit(std::uint64_t session) {
  for (const auto& [id, operation] : tickets_)
    journal_.violate("I18", "no outcome for the ticket " + std::to_string(id));
  for (const auto& [number, message] : inbound_) {
    const std::string name = "b" + std::to_string(number & ~from_broker) + ": ";
    if (message.qos == 0 || message.discarded || message.session != session) continue;
    journal_.require(message.complete, "I20", name + "never ended");
    journal_.require(message.count != 0 || message.refused || may_be_missed(message), "I20",
                     name + "never arrived");
  }
}

}  // namespace minimq::simulation

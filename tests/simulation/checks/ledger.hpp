// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "minimq/event.hpp"
#include "simulation/journal.hpp"
#include "simulation/model/types.hpp"

namespace minimq::simulation {

/// The books: what was accepted, what the broker took over, what it sent, what the application
/// was given, and how every operation ended (I1 to I4, I18).
class Ledger {
 public:
  explicit Ledger(Journal& journal) : journal_{journal} {}

  // What the application does and is told.

  /// The number of the next message.
  [[nodiscard]] std::uint32_t next_number() const {
    return static_cast<std::uint32_t>(messages_.size());
  }
  /// `publish` was called for the next number; the topic lives for ever.
  void published(QoS qos, std::string_view topic, const Result<Ticket>& result);
  void requested(Outcome::Operation operation, Ticket ticket);
  void settled(const Outcome& outcome);
  void delivered(const Message& message, std::uint32_t number);
  /// The application refused it: it may come again.
  void refused(std::uint32_t number) { inbound_[number].may_repeat = true; }
  [[nodiscard]] bool pending(Ticket ticket) const { return tickets_.contains(ticket.packet_id()); }
  [[nodiscard]] std::size_t pending_count() const { return tickets_.size(); }
  [[nodiscard]] std::uint64_t messages() const { return messages_.size() + delivered_; }

  // What happens on the link and at the broker.

  void link_lost();
  /// The client has learned that its session is gone, and that it has this one (0: none).
  void new_session_told(std::uint64_t session) {
    ++told_;
    known_sessions_.insert(session);
  }
  /// Identifiers that were remembered may have been given up (ADR 19), or doubted (ADR 5).
  void memory_in_doubt();
  /// A message leaves at QoS 0, whatever it was accepted with.
  void sent_at_most_once(std::uint32_t number) { messages_[number].qos_sent = 0; }
  void handed_on(std::uint64_t session, const model::Message& message);
  void queued(std::uint64_t session, const model::Outgoing& outgoing);
  void completed(const model::Outgoing& outgoing, unsigned reason);
  void discarded(const model::Outgoing& outgoing);

  /// At the end, when all has come to rest; the broker has this session of the client's.
  void audit(std::uint64_t session);

 private:
  struct Outbound {
    QoS qos;
    std::string_view topic;
    unsigned qos_sent{2};
    bool accepted{false};
    bool pending{false};
    std::optional<Error> error{};
    std::optional<ReasonCode> reason{};
    std::map<std::uint64_t, unsigned> copies{};  // for each session
    std::uint64_t first_told{0};                 // sessions told of when the first copy was taken
    std::uint64_t accepted_losses{0};
    [[nodiscard]] unsigned total() const;
  };
  struct Inbound {
    std::uint64_t session{0};
    unsigned qos{0};
    unsigned count{0};
    bool may_repeat{false};
    bool complete{false};
    bool refused{false};
    bool discarded{false};
  };
  struct Operation {
    Outcome::Operation operation;
    std::uint32_t number;
  };

  // In a session whose CONNACK was lost, a message that is repeated may be taken for one of the
  // session before (ADR 5).
  [[nodiscard]] bool may_be_missed(const Inbound& message) const {
    return message.session != 0 && !known_sessions_.contains(message.session);
  }
  void judge_success(std::uint32_t number, const Outbound& message);

  Journal& journal_;
  std::vector<Outbound> messages_;
  std::map<std::uint32_t, Inbound> inbound_;
  std::map<std::uint32_t, std::string> topics_;  // of what the broker sends, by number
  std::map<std::uint16_t, Operation> tickets_;
  std::uint64_t losses_{0};
  std::uint64_t told_{0};
  std::set<std::uint64_t> known_sessions_;
  std::uint64_t delivered_{0};
};

}  // namespace minimq::simulation

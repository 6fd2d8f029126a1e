// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "simulation/checks/server_packet.hpp"
#include "simulation/journal.hpp"
#include "simulation/model/types.hpp"

namespace minimq::simulation {

/// Watches the exchanges of the broker's messages: acknowledged only when the application is done
/// with them (I5), in the order of the messages, and handed out in that order (I6).
class InboundWire {
 public:
  explicit InboundWire(Journal& journal) : journal_{journal} {}

  /// A connection; the client says that it has refused so many messages until now.
  void opened(std::uint16_t refused);
  void received(const ServerPacket& packet);
  /// One whole packet was written, when the client had refused so many messages.
  void sent(const judge::ClientPacket& packet, std::uint16_t refused);
  /// Of so many refused messages, those that the application was not told of.
  [[nodiscard]] std::uint16_t dropped(std::uint16_t refused) const {
    return static_cast<std::uint16_t>(refused - skipped_);
  }
  void session_over() { known_.clear(); }

  /// The application was given the message with this number.
  void taken(std::uint32_t number, unsigned qos);
  /// It was told that a message of this size was skipped.
  void skipped(unsigned qos, std::size_t size);
  /// It is done with what it was given last, and withheld nothing.
  void released();
  /// It has not asked for an acknowledgement yet.
  void deferred() { deferred_ = true; }
  /// It has, for the message with this identifier.
  void acknowledged(std::uint16_t id);

 private:
  struct Arrival {
    std::uint16_t id;
    unsigned qos;
    std::uint32_t number;
    std::size_t size;
    bool taken{false};
    bool done{false};
    bool answered{false};
    bool duplicate{false};
    bool dropped{false};
  };

  void take(std::size_t index);
  // The first one from there on that is new, or the first one at all.
  template <class Fits>
  [[nodiscard]] std::optional<std::size_t> find_taken(std::size_t from, const Fits& fits) const;
  [[nodiscard]] bool is_fresh(const Arrival& arrival) const;
  void on_pubrel(std::uint16_t id);
  void trade(Arrival& arrival);
  void on_ack(const judge::ClientPacket& packet, unsigned qos, std::uint16_t refused);
  void check_order(const Arrival& answered, std::uint16_t refused);
  [[nodiscard]] Arrival* find(std::uint16_t id, unsigned qos);

  Journal& journal_;
  std::vector<Arrival> arrivals_;  // of this connection, and the held one of an earlier
  std::map<std::uint16_t, std::uint32_t> known_;  // QoS 2 that the application has had
  std::size_t next_{0};  // no arrival before this one can be taken any more
  std::int64_t held_{-1};
  bool deferred_{false};
  std::uint16_t skipped_{0};         // reported to the application
  std::uint16_t dropped_before_{0};  // unreported, on earlier connections
};

}  // namespace minimq::simulation

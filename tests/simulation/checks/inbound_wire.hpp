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

  void opened();
  void received(const ServerPacket& packet);
  void sent(const judge::ClientPacket& packet);
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
  };

  void take(std::size_t index);
  [[nodiscard]] std::optional<std::size_t> find_taken(std::uint32_t number, unsigned qos,
                                                      bool fresh) const;
  void on_ack(const judge::ClientPacket& packet, unsigned qos);
  [[nodiscard]] Arrival* find(std::uint16_t id, unsigned qos);

  Journal& journal_;
  std::vector<Arrival> arrivals_;  // of this connection, and the held one of an earlier
  std::map<std::uint16_t, std::uint32_t> known_;  // QoS 2 that the application has had
  std::size_t next_{0};  // no arrival before this one can be taken any more
  std::int64_t held_{-1};
  bool deferred_{false};
};

}  // namespace minimq::simulation

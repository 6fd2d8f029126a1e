// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/checks/server_packet.hpp"
#include "simulation/journal.hpp"
#include "simulation/model/types.hpp"

namespace minimq::simulation {

/// Watches the client's own exchanges on the wire: identifiers (I7), the broker's Receive Maximum
/// (I8) and Maximum Packet Size (I9), order (I6), form (I14), repetition (I15), and the silence
/// after DISCONNECT (I16).
class OutboundWire {
 public:
  OutboundWire(Journal& journal, bool nameless, std::uint32_t session_expiry_s)
      : journal_{journal}, nameless_{nameless}, expiry_configured_{session_expiry_s} {}

  /// The broker sends acknowledgements of nothing, which may keep the client from processing what
  /// it has read.
  void expect_strays() { strays_ = true; }

  /// Messages may leave at a lower QoS than they were accepted with.
  void expect_downgrades() { downgrades_ = true; }

  /// The client authenticates itself with AUTH.
  void expect_auth() { authenticates_ = true; }

  void opened();
  /// The client has read something; what it may not have processed when the link ends.
  void chunk_read() { ++chunk_; }
  void received(const ServerPacket& packet);
  /// One whole packet was written.
  void sent(const judge::ClientPacket& packet);
  /// The link is over; `rest` is of a packet that was not written whole. Returns whether the
  /// session has ended with it.
  bool closed(std::string_view rest);
  /// An operation ended without an answer.
  void failed(std::uint16_t id);

  [[nodiscard]] bool in_use(std::uint16_t id) const { return live_.contains(id); }
  /// No identifier is in use, or may be in use at the broker.
  [[nodiscard]] bool idle() const { return live_.empty() && rests_.empty(); }
  [[nodiscard]] bool online() const { return online_; }
  /// Said in the last CONNACK that was a success.
  [[nodiscard]] const ServerPacket& connack() const { return connack_; }

 private:
  struct Exchange {
    unsigned type{0};  // 3, 8 or 10
    unsigned qos{0};
    std::uint32_t number{0};
    bool on_this_connection{true};
    bool released{false};
    bool pubrel_sent{false};        // ever
    bool pubrel_here{false};        // on this connection
    std::uint64_t released_at{0};   // the chunk
    bool release_uncertain{false};  // PUBREC was among the last that was read
    std::uint64_t release_order{0};
  };

  void on_publish(const judge::ClientPacket& packet);
  void on_exactly_or_at_least_once(const judge::ClientPacket& packet, std::uint32_t number);
  void repeat(Exchange& exchange, const judge::ClientPacket& packet);
  void begin(const judge::ClientPacket& packet, std::uint32_t number);
  void on_pubrel(const judge::ClientPacket& packet);
  void on_request(const judge::ClientPacket& packet);
  void on_connack(const ServerPacket& packet);
  void end(std::uint16_t id);
  void forget_session();
  [[nodiscard]] bool maybe_unprocessed(std::uint64_t chunk) const {
    return strays_ || chunk == chunk_;
  }
  [[nodiscard]] std::size_t under_way() const;

  Journal& journal_;
  bool nameless_;
  std::uint32_t expiry_configured_;
  bool strays_{false};
  bool downgrades_{false};
  bool authenticates_{false};
  bool connect_sent_{false};
  bool online_{false};
  bool had_session_{false};
  bool disconnected_{false};
  ServerPacket connack_{};
  std::map<std::uint16_t, Exchange> live_;
  std::map<std::uint16_t, Exchange> ended_;  // on this connection, with the chunk
  std::map<std::uint16_t, std::uint64_t> ended_at_;
  std::map<std::uint16_t, Exchange> uncertain_;
  std::set<std::uint32_t> sent_;  // numbers written whole in this session
  std::vector<std::string> rests_;
  std::optional<std::uint32_t> last_number_;  // above QoS 0, on this connection
  std::uint32_t last_at_most_once_{0};
  std::set<std::uint32_t> at_most_once_;
  std::uint64_t last_release_{0};
  std::uint64_t releases_{0};
  std::uint64_t chunk_{0};
};

}  // namespace minimq::simulation

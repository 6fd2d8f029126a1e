// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace minimq::judge {

/// What a client owes for the messages that its server sends: which acknowledgements it may send,
/// and in which order. Each function with `received` in its name is told what has come, the others
/// what the client sends; these throw a Violation for what it must not.
class Inbound {
 public:
  /// The client takes so many messages above QoS 0 at once, as its CONNECT said. Of a server that
  /// sends more it may leave some unanswered, and go on behind them.
  void connection_begins(unsigned receive_maximum) { receive_maximum_ = receive_maximum; }

  void received_publish(std::uint16_t id, unsigned qos);
  void received_pubrel(std::uint16_t id);

  void puback(std::uint16_t id, unsigned reason);
  void pubrec(std::uint16_t id, unsigned reason);
  void pubcomp(std::uint16_t id, unsigned reason);

  /// What is owed ends with its connection; the server sends again what it still wants.
  void connection_ended();
  void session_ended();

 private:
  // Acknowledgements of one kind. A message that has come several times may be answered as often,
  // or once for all.
  struct Owed {
    void add(std::uint16_t id);
    void take(std::uint16_t id, bool any_order, const char* order_statement);
    void clear();

    std::deque<std::uint16_t> order;
    std::unordered_map<std::uint16_t, unsigned> counts;
  };
  struct Releases {
    unsigned known{0};
    unsigned unknown{0};
  };

  [[nodiscard]] bool any_order(unsigned reason) const;

  unsigned receive_maximum_{65'535};
  std::unordered_set<std::uint16_t> under_way_;
  bool too_many_{false};
  Owed pubacks_;
  Owed pubrecs_;
  std::unordered_map<std::uint16_t, Releases> pubcomps_;
  std::unordered_map<std::uint16_t, unsigned> late_pubrecs_;  // owed since before a PUBREL
  std::bitset<65'536> kept_;  // QoS 2: answered with PUBREC, PUBREL has not come
};

}  // namespace minimq::judge

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "support/judge/client_packet.hpp"

namespace minimq::judge {

/// What the server of this connection allows, from its CONNACK.
struct Limits {
  unsigned receive_maximum{65'535};
  unsigned maximum_qos{2};
  bool retain{true};
  std::size_t maximum_packet_size{268'435'460};
  unsigned topic_alias_maximum{0};
  bool wildcard_subscriptions{true};
  bool subscription_identifiers{true};
  bool shared_subscriptions{true};
};

/// What a client has under way to its server: the packet identifiers in use, what it may send
/// again, and in which order. Each function with `received` in its name is told what has come, the
/// others what the client sends; these throw a Violation for what it must not.
class Outbound {
 public:
  /// `acks_may_be_unread`: what has come on a connection need not have reached the client when the
  /// next one begins.
  explicit Outbound(bool acks_may_be_unread) : acks_may_be_unread_{acks_may_be_unread} {}

  void connection_accepted(const Limits& limits);
  void connection_ended();
  void session_ended();
  /// The client reads again: all that it has read before it has looked at.
  void read_begins();
  /// It has read a packet whole. What it reads together with one that makes it end the connection,
  /// it does not look at.
  void packet_read() { behind_ = true; }
  /// The connection ended within this PUBLISH, so far as its identifier was sent.
  void publish_broken_off(std::optional<std::uint16_t> id, unsigned qos);

  /// A PUBLISH above QoS 0; `content` is a hash of its topic and payload.
  void publish(const ClientPacket& packet, std::size_t content);
  void pubrel(std::uint16_t id, unsigned reason);
  /// SUBSCRIBE or UNSUBSCRIBE.
  void request(const ClientPacket& packet);

  void received_puback(std::uint16_t id);
  void received_pubrec(std::uint16_t id, unsigned reason);
  void received_pubcomp(std::uint16_t id);
  /// SUBACK or UNSUBACK.
  void received_answer(std::uint16_t id, ClientPacket::Type request);

 private:
  enum class State : std::uint8_t {
    sent,      // waits for PUBACK or PUBREC
    received,  // PUBREC has come, no PUBREL was sent
    released,  // waits for PUBCOMP
  };
  struct Message {
    State state{State::sent};
    unsigned qos{0};
    bool retain{false};
    bool broken_off{false};   // No connection has taken all of it.
    bool may_be_over{false};  // An acknowledgement has come that it may know or not.
    bool ending{false};       // It is over when the client reads again.
    bool counted{false};      // against the Receive Maximum of this connection
    std::uint32_t connection{0};
    std::uint32_t released_on{0};  // the connection of its latest PUBREL
    std::uint64_t order{0};
    std::uint64_t pubrec_order{0};
    std::size_t size{0};
    std::size_t content{0};
  };
  using Messages = std::unordered_map<std::uint16_t, Message>;

  void begin(const ClientPacket& packet, std::size_t content);
  void send_again(Message& message, const ClientPacket& packet, std::size_t content);
  void require_unused(const Message& message, const ClientPacket& packet,
                      std::size_t content) const;
  void check_release(Message& message, unsigned reason);
  [[nodiscard]] bool may_be_over(const Message& message) const;
  void count(Message& message);
  void uncount(Message& message);
  void end(Messages::iterator message);
  void acknowledged(Messages::iterator message);
  void end_if_looked_at(Messages::iterator message);

  bool acks_may_be_unread_;
  Limits limits_;
  Messages messages_;
  std::unordered_map<std::uint16_t, ClientPacket::Type> requests_;
  std::unordered_map<std::uint16_t, unsigned> releases_;  // PUBRECs not answered yet
  std::uint32_t connection_{0};
  std::uint64_t latest_order_{0};
  std::uint64_t again_order_{0};       // of the latest message that was sent again
  std::uint64_t release_order_{0};     // of the latest message that was released
  std::vector<std::uint16_t> latest_;  // acknowledged in the latest read, behind something else
  bool behind_{false};
  std::size_t counted_{0};
  std::size_t broken_off_{0};  // PUBLISHes whose identifier was not sent
};

}  // namespace minimq::judge

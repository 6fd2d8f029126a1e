// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/judge/client_packet.hpp"
#include "support/judge/violation.hpp"
#include "support/wire.hpp"

/// A broker written from the specification, knowing nothing of the library it is for.
namespace minimq::model {

using Time = std::int64_t;  ///< In milliseconds.
using judge::ClientPacket;
using testing::Packet;

struct Message {
  std::string topic;
  std::string payload;
  unsigned qos{0};
  bool retain{false};
};

/// What CONNACK says about the broker; what is absent is not mentioned.
struct Limits {
  std::optional<std::uint16_t> receive_maximum{};
  std::optional<std::uint32_t> maximum_packet_size{};
  std::optional<std::uint8_t> maximum_qos{};
  std::optional<bool> retain_available{};
  std::optional<std::uint16_t> server_keep_alive{};
  std::optional<std::uint32_t> session_expiry_s{};
  std::optional<std::uint16_t> topic_alias_maximum{};
};

/// How the broker goes about its work. The rates are per mille of the occasions.
struct Habits {
  // What a broker may do.
  bool hands_on_at_pubrel{false};  ///< QoS 2 reaches subscribers at PUBREL instead of at PUBLISH.
  bool smallest_ids{false};        ///< Uses an identifier again as soon as it may.
  unsigned refuses_connect{0};     ///< CONNACK of 0x80 and above.
  unsigned refuses_publish{0};     ///< PUBACK and PUBREC of 0x80 and above.
  unsigned refuses_subscribe{0};
  unsigned holds_acks{0};    ///< Answers later, and in another order.
  unsigned uses_aliases{0};  ///< Topic aliases, where the client takes them.
  unsigned kicks{0};         ///< DISCONNECT after a packet.
  unsigned accepts_then_kicks{0};
  // What it must not do, and brokers do.
  bool resends_without_dup{false};
  unsigned window_excess{0};  ///< QoS 2 messages above the client's Receive Maximum.
  unsigned repeats_acks{0};
  unsigned stray_acks{0};  ///< For identifiers that are not in use.
  unsigned wrong_acks{0};  ///< Of the wrong kind.
  unsigned repeats_messages{0};
  unsigned garbage{0};   ///< Something that is no packet, or none that a broker may send.
  unsigned oversize{0};  ///< A packet above the client's maximum.
  unsigned lies_about_session{0};
  unsigned wrong_auth{0};  ///< Breaks an exchange of AUTH off, one way or another.
  unsigned silent_pings{0};
  unsigned repeats_pings{0};
  unsigned falls_silent{0};  ///< Answers nothing any more on this connection.
};

/// A message on its way to a client.
struct Outgoing {
  enum class State : std::uint8_t {
    waiting,
    sent,      ///< PUBLISH was sent.
    released,  ///< PUBREC has come, PUBREL was sent.
  };
  std::uint64_t serial{0};  ///< Its own, over all sessions.
  Message message{};
  unsigned qos{0};
  std::uint16_t id{0};
  State state{State::waiting};
  bool counts{false};    ///< For the client's Receive Maximum on this connection.
  bool repeated{false};  ///< Sent more often than it should have been.
};

/// Sees what the broker does; the truth that a client is measured against.
class Observer {
 public:
  /// A client's message is taken over.
  virtual void handed_on(std::uint64_t session, const Message& message) = 0;
  virtual void queued(std::uint64_t session, const Outgoing& outgoing) = 0;
  /// The exchange has ended with this reason code, or without an acknowledgement at QoS 0.
  virtual void completed(const Outgoing& outgoing, unsigned reason) = 0;
  /// Not delivered: too large for the client, or its session has ended.
  virtual void discarded(const Outgoing& outgoing) = 0;
  /// Whether the client has this packet identifier in use.
  virtual bool in_use_by_client(std::uint16_t id) = 0;
  /// The client broke the specification.
  virtual void fault(const std::string& what) = 0;

 protected:
  Observer() = default;
  Observer(const Observer&) = default;
  Observer& operator=(const Observer&) = default;
  ~Observer() = default;
};

}  // namespace minimq::model

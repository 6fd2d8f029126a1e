// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/qos.hpp"

namespace minimq {

/// What the broker allows on this connection: from its CONNACK and nothing else, with the
/// protocol's defaults for what it does not mention. Obeyed for new, queued and replayed packets
/// alike.
struct Limits {
  std::uint32_t maximum_packet_size{0};   ///< Of what we send; 0: no limit.
  std::uint32_t session_expiry_s{0};      ///< In force.
  std::uint16_t receive_maximum{65'535};  ///< QoS 1 and 2 messages we may have under way.
  std::uint16_t keep_alive_s{0};          ///< In force.
  std::uint16_t topic_alias_maximum{0};
  QoS maximum_qos{QoS::exactly_once};
  bool retain_available : 1 {true};
  bool wildcard_available : 1 {true};
  bool subscription_ids_available : 1 {true};
  bool shared_available : 1 {true};
};

/// What has happened since the session began. The counters wrap around.
struct Counters {
  std::uint16_t connections{0};        ///< CONNACKs that were a success.
  std::uint16_t failures{0};           ///< Attempts that failed and connections that ended unasked.
  std::uint32_t messages_sent{0};      ///< PUBLISH packets, repeated ones included.
  std::uint32_t messages_received{0};  ///< Handed to the application.
  std::uint16_t duplicates{0};         ///< Repeated messages that were not handed out again.
  std::uint16_t dropped_qos0{0};       ///< QoS 0 messages lost with a connection.
  std::uint16_t refused_inbound{0};  ///< Messages skipped, or left to the broker for want of room.
  std::uint16_t stray_acks{0};       ///< Acknowledgements of nothing that we know.
};

/// What a `not_ready` is short of.
enum class Shortage : std::uint8_t {
  none,
  bytes,     ///< Room in tx, which the broker's answers will free.
  outcomes,  ///< Room in tx that outcomes take up which nobody has read: `poll`.
  link,      ///< The connection: QoS 0 is not queued without it.
};

}  // namespace minimq

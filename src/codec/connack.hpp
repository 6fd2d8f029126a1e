// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/decoded.hpp"
#include "minimq/bytes.hpp"
#include "minimq/property.hpp"
#include "minimq/qos.hpp"

namespace minimq::codec {

/// CONNACK, with the protocol's defaults for what it does not say. Views of the packet.
struct Connack {
  bool session_present{false};
  ReasonCode reason{ReasonCode::success};
  QoS maximum_qos{QoS::exactly_once};
  bool retain_available{true};
  bool wildcard_available{true};
  bool subscription_ids_available{true};
  bool shared_available{true};
  std::uint16_t receive_maximum{65'535};
  std::uint16_t topic_alias_maximum{0};
  std::uint32_t maximum_packet_size{0};  ///< 0: no limit.
  std::optional<std::uint16_t> server_keep_alive{};
  std::optional<std::uint32_t> session_expiry{};
  std::string_view assigned_client_id{};
  std::string_view reason_string{};
  std::string_view server_reference{};
  Properties properties{};
};

/// `body` is what follows the fixed header. Errors: malformed_packet (reserved flags
/// [MQTT-3.2.2-1], lengths), protocol_error (a reason code below 0x80 that is not listed
/// [MQTT-3.2.2-8], Session Present with a refusal [MQTT-3.2.2-6], values out of range). Session
/// Present is judged against our state by the engine.
[[nodiscard]] Decoded<Connack> decode_connack(Bytes body);

/// The Session Present flag and reason code alone, where the rest does not fit the buffer: `body`
/// may be cut after two bytes.
[[nodiscard]] Decoded<Connack> decode_connack_head(Bytes body);

}  // namespace minimq::codec

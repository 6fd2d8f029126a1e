// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/limits.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// CONNACK. Views of the packet.
struct Connack {
  bool session_present{false};
  ReasonCode reason{ReasonCode::success};
  /// As the caller has set them, where the packet says nothing.
  Limits limits{};
  std::string_view assigned_client_id{};
  Properties properties{};
  std::string_view authentication_method{};  ///< Without memory: none.
  Bytes authentication_data{};
};

/// `body` is what follows the fixed header. Gives success; malformed_packet (reserved flags
/// [MQTT-3.2.2-1], lengths); protocol_error (a reason code below 0x80 that is not listed
/// [MQTT-3.2.2-8], Session Present with a refusal [MQTT-3.2.2-6], values out of range). Session
/// Present is judged against our state by the engine.
[[nodiscard]] ReasonCode decode_connack(Bytes body, Connack& connack);

/// The Session Present flag and reason code alone, where the rest does not fit the buffer: `body`
/// may be cut after two bytes.
[[nodiscard]] ReasonCode decode_connack_head(Bytes body, Connack& connack);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace minimq::codec {

/// What carries properties, as in the columns of table 2-4. Received ones are what a server sends,
/// the others what a client sends.
enum class Carrier : std::uint8_t {
  connect,  ///< What an application may add to it; the configuration has fields for the rest.
  will,
  publish,
  subscribe,
  unsubscribe,
  disconnect,
  auth,
  received_connack,
  received_publish,
  received_ack,  ///< PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK.
  received_disconnect,
  received_auth,
};

}  // namespace minimq::codec

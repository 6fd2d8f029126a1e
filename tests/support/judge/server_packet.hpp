// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "support/judge/frame.hpp"
#include "support/judge/properties.hpp"

namespace minimq::judge {

/// What a client learns from a packet of its server.
struct ServerPacket {
  enum class Type : std::uint8_t {
    connack = 2,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubrel = 6,
    pubcomp = 7,
    suback = 9,
    unsuback = 11,
    pingresp = 13,
    disconnect = 14,
    auth = 15,
  };

  /// Takes a whole packet apart. Throws a Violation for what is malformed: the server's, not the
  /// client's.
  void parse(const Frame& frame);

  Type type{};
  std::uint16_t id{0};
  unsigned qos{0};
  unsigned reason{0};
  bool session_present{false};
  Properties properties{};
};

}  // namespace minimq::judge

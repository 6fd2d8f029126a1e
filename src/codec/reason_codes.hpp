// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/reason.hpp"

namespace minimq::codec {

/// Where a reason code may stand: the columns of table 2-6, seen from a client.
enum class ReasonPlace : std::uint8_t {
  connack = 0x01,
  acknowledgement = 0x02,  ///< PUBACK and PUBREC.
  release = 0x04,          ///< PUBREL and PUBCOMP.
  suback = 0x08,
  unsuback = 0x10,
  received_disconnect = 0x20,
  sent_disconnect = 0x40,
  received_auth = 0x80,
};

[[nodiscard]] bool may_stand_in(ReasonCode code, ReasonPlace place);

}  // namespace minimq::codec

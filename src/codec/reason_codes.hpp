// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "codec/reader.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// Where a reason code may stand: the columns of table 2-6, seen from a client. CONNACK has none:
/// there every code of 0x80 and above is a refusal.
enum class ReasonPlace : std::uint8_t {
  acknowledgement = 0x01,  ///< PUBACK and PUBREC.
  release = 0x02,          ///< PUBREL and PUBCOMP.
  suback = 0x04,
  unsuback = 0x08,
  received_disconnect = 0x10,
  sent_disconnect = 0x20,
  received_auth = 0x40,
};

[[nodiscard]] bool may_stand_in(ReasonCode code, ReasonPlace place);

/// Makes the reader fail with protocol_error unless the code may stand there.
void check_reason(Reader& reader, ReasonCode code, ReasonPlace place);

}  // namespace minimq::codec

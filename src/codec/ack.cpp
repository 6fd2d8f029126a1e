// SPDX-License-Identifier: MIT
#include "codec/ack.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {

ReasonCode decode_ack(PacketType type, Bytes body, Ack& ack) {
  Reader reader{body};
  ack.packet_id = reader.packet_id();
  // What is left out is success without properties.
  if (reader.left() != 0) ack.reason = static_cast<ReasonCode>(reader.u8());
  const bool releases = type == PacketType::pubrel || type == PacketType::pubcomp;
  check_reason(reader, ack.reason, releases ? ReasonPlace::release : ReasonPlace::acknowledgement);
  if (reader.left() != 0) ack.properties = read_properties(reader, Carrier::received_ack);
  return reader.end();
}

bool may_acknowledge_with(ReasonCode reason) {
  // Only a server knows of subscribers.
  return reason != ReasonCode::no_matching_subscribers &&
         may_stand_in(reason, ReasonPlace::acknowledgement);
}

}  // namespace minimq::codec

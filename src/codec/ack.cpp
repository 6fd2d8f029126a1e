// SPDX-License-Identifier: MIT
#include "codec/ack.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {

Decoded<Ack> decode_ack(PacketType type, Bytes body) {
  Decoded<Ack> result;
  Ack& ack = *result;
  Reader reader{body};
  ack.packet_id = reader.u16();
  if (!reader.failed() && ack.packet_id == 0) reader.fail(ReasonCode::protocol_error);
  // What is left out is success without properties.
  if (reader.left() != 0) ack.reason = static_cast<ReasonCode>(reader.u8());
  const bool releases = type == PacketType::pubrel || type == PacketType::pubcomp;
  if (!may_stand_in(ack.reason, releases ? ReasonPlace::release : ReasonPlace::acknowledgement)) {
    reader.fail(ReasonCode::protocol_error);
  }
  if (reader.left() != 0) ack.properties = read_properties(reader, Carrier::received_ack);
  reader.end();
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

// In its shortest form [MQTT-3.4.2.1-M]. Without Reason String and User Properties there is nothing
// to be left out for its size [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.5.2-2], [MQTT-3.5.2-3],
// [MQTT-3.6.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-2], [MQTT-3.7.2-3].
void write_ack(Writer& writer, PacketType type, std::uint16_t packet_id, ReasonCode reason) {
  const bool has_reason = reason != ReasonCode::success;
  const unsigned flags = type == PacketType::pubrel ? 2 : 0;  // [MQTT-3.6.1-1]
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags));
  writer.u8(has_reason ? 3 : 2);
  writer.u16(packet_id);  // [MQTT-2.2.1-5]
  if (has_reason) writer.u8(static_cast<std::uint8_t>(reason));
}

bool may_acknowledge_with(ReasonCode reason) {
  // Only a server knows of subscribers.
  return reason != ReasonCode::no_matching_subscribers &&
         may_stand_in(reason, ReasonPlace::acknowledgement);
}

}  // namespace minimq::codec

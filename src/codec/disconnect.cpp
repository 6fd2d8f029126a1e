// SPDX-License-Identifier: MIT
#include "codec/disconnect.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {

ReasonCode decode_disconnect(Bytes body, Disconnect& disconnect) {
  Reader reader{body};
  // What is left out is a normal disconnection without properties.
  if (reader.left() != 0) disconnect.reason = static_cast<ReasonCode>(reader.u8());
  check_reason(reader, disconnect.reason, ReasonPlace::received_disconnect);
  if (reader.left() != 0) {
    disconnect.properties = read_properties(reader, Carrier::received_disconnect);
  }
  return reader.end();
}

void write_disconnect(Writer& writer, ReasonCode reason, std::span<const Property> properties) {
  if (!may_disconnect_with(reason)) writer.fail(Error::reason_code_invalid);
  writer.u8(0xE0);
  const std::size_t remaining_length = writer.begin_length();
  if (reason != ReasonCode::normal_disconnection || !properties.empty()) {
    writer.u8(static_cast<std::uint8_t>(reason));
  }
  if (!properties.empty()) {
    write_properties(writer, Carrier::disconnect, properties, Error::property_invalid);
  }
  writer.end_length(remaining_length);
}

bool may_disconnect_with(ReasonCode reason) {
  return may_stand_in(reason, ReasonPlace::sent_disconnect);
}

}  // namespace minimq::codec

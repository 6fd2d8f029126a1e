// SPDX-License-Identifier: MIT
#include "codec/disconnect.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {

Decoded<Disconnect> decode_disconnect(Bytes body) {
  Decoded<Disconnect> result;
  Disconnect& disconnect = *result;
  Reader reader{body};
  // What is left out is a normal disconnection without properties.
  if (reader.left() != 0) disconnect.reason = static_cast<ReasonCode>(reader.u8());
  if (!may_stand_in(disconnect.reason, ReasonPlace::received_disconnect)) {
    reader.fail(ReasonCode::protocol_error);
  }
  if (reader.left() != 0) {
    disconnect.properties = read_properties(reader, Carrier::received_disconnect);
  }
  for (const Property& property : disconnect.properties) {
    const PropertyId id = property.id();
    if (id == PropertyId::reason_string) disconnect.reason_string = property.text();
    if (id == PropertyId::server_reference) disconnect.server_reference = property.text();
    if (id == PropertyId::session_expiry_interval) reader.fail(ReasonCode::protocol_error);
  }
  reader.end();
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

Result<std::size_t> measure_disconnect(ReasonCode reason, std::span<const Property> properties) {
  if (!may_stand_in(reason, ReasonPlace::sent_disconnect)) {
    return std::unexpected{Error::reason_code_invalid};
  }
  const Result<std::size_t> size = measure_properties(properties, Carrier::disconnect);
  if (!size) return size;
  if (*size == 0) return std::size_t{reason == ReasonCode::normal_disconnection ? 0u : 1u};
  const std::size_t remaining_length = 1 + property_block_size(*size);
  if (remaining_length > remaining_length_max) return std::unexpected{Error::packet_too_large};
  return remaining_length;
}

void write_disconnect(Writer& writer, ReasonCode reason, std::span<const Property> properties,
                      std::size_t remaining_length) {
  writer.u8(0xE0);
  writer.varint(static_cast<std::uint32_t>(remaining_length));
  if (remaining_length != 0) writer.u8(static_cast<std::uint8_t>(reason));
  if (!properties.empty()) write_property_block(writer, properties);
}

}  // namespace minimq::codec

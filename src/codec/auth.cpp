// SPDX-License-Identifier: MIT
#include "codec/auth.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {

Decoded<Auth> decode_auth(Bytes body) {
  Decoded<Auth> result;
  if (body.empty()) return result;  // success, and nothing to say about it

  Auth& auth = *result;
  Reader reader{body};
  auth.reason = static_cast<ReasonCode>(reader.u8());
  if (!may_stand_in(auth.reason, ReasonPlace::received_auth)) {
    reader.fail(ReasonCode::protocol_error);
  }
  auth.properties = read_properties(reader, Carrier::received_auth);
  bool has_method = false;
  for (const Property& property : auth.properties) {
    if (property.id() == PropertyId::authentication_method) {
      auth.method = property.text();
      has_method = true;
    }
    if (property.id() == PropertyId::authentication_data) auth.data = property.bytes();
  }
  reader.end();
  if (!has_method) reader.fail(ReasonCode::protocol_error);
  if (reader.failed()) result = std::unexpected{reader.error()};
  return result;
}

Result<std::size_t> measure_auth(ReasonCode reason, std::span<const Property> properties) {
  if (reason != ReasonCode::continue_authentication && reason != ReasonCode::re_authenticate) {
    return std::unexpected{Error::reason_code_invalid};
  }
  const Result<std::size_t> size = measure_properties(properties, Carrier::auth);
  if (!size) return size;
  bool has_method = false;
  for (const Property& property : properties) {
    if (property.id() == PropertyId::authentication_method) has_method = true;
  }
  if (!has_method) return std::unexpected{Error::property_invalid};
  const std::size_t remaining_length = 1 + property_block_size(*size);
  if (remaining_length > remaining_length_max) return std::unexpected{Error::packet_too_large};
  return remaining_length;
}

void write_auth(Writer& writer, ReasonCode reason, std::span<const Property> properties,
                std::size_t remaining_length) {
  writer.u8(0xF0);
  writer.varint(static_cast<std::uint32_t>(remaining_length));
  writer.u8(static_cast<std::uint8_t>(reason));
  write_property_block(writer, properties);
}

void write_auth(GatherWriter& writer, ReasonCode reason, std::span<const Property> properties) {
  const std::size_t size = properties_size(properties);
  writer.u8(0xF0);
  writer.varint(static_cast<std::uint32_t>(1 + property_block_size(size)));
  writer.u8(static_cast<std::uint8_t>(reason));
  writer.varint(static_cast<std::uint32_t>(size));
  write_properties(writer, properties);
}

}  // namespace minimq::codec

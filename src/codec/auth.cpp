// SPDX-License-Identifier: MIT
#include "codec/auth.hpp"

#include "codec/properties.hpp"
#include "codec/reader.hpp"
#include "codec/reason_codes.hpp"

namespace minimq::codec {
namespace {

void read_auth_property(void* to, const Property& property) {
  Auth& auth = *static_cast<Auth*>(to);
  if (property.id() == PropertyId::authentication_method) auth.method = property.text();
  if (property.id() == PropertyId::authentication_data) auth.data = property.bytes();
}

}  // namespace

ReasonCode decode_auth(Bytes body, Auth& auth) {
  if (body.empty()) return ReasonCode::success;  // and nothing to say about it
  Reader reader{body};
  auth.reason = static_cast<ReasonCode>(reader.u8());
  check_reason(reader, auth.reason, ReasonPlace::received_auth);
  (void)read_properties(reader, Carrier::received_auth, &read_auth_property, &auth);
  const ReasonCode code = reader.end();
  const bool has_method = auth.method.data() != nullptr;
  return code == ReasonCode::success && !has_method ? ReasonCode::protocol_error : code;
}

void write_auth(Writer& writer, ReasonCode reason, std::span<const Property> properties) {
  writer.u8(0xF0);
  const std::size_t remaining_length = writer.begin_length();
  writer.u8(static_cast<std::uint8_t>(reason));
  write_properties(writer, Carrier::auth, properties, Error::property_invalid);
  writer.end_length(remaining_length);
}

}  // namespace minimq::codec

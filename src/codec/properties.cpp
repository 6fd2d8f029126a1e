// SPDX-License-Identifier: MIT
#include "codec/properties.hpp"

#include "codec/property_rule.hpp"

namespace minimq::codec {

Properties read_properties(Reader& reader, Carrier carrier, PropertyVisitor visit, void* context) {
  const Bytes encoded = reader.take(reader.varint());
  Reader rest{encoded};
  PropertyCheck check{carrier};
  while (rest.left() != 0) {
    const Property property = read_property(rest);
    if (rest.failed()) break;
    const ReasonCode code = check.add(property);
    if (code != ReasonCode::success) rest.fail(code);
    if (visit != nullptr) visit(context, property);
  }
  const ReasonCode code = rest.failed() ? rest.error() : check.finish();
  if (code == ReasonCode::success) return Properties{encoded};
  reader.fail(code);
  return {};
}

void PropertyWriter::add(std::span<const Property> properties, Error error) {
  for (const Property& property : properties) {
    if (writer_.measures() && check_.add(property) != ReasonCode::success) writer_.fail(error);
    if (writer_.size() > remaining_length_max) writer_.fail(Error::packet_too_large);
    if (writer_.error() != Error{}) return;
    put(property);
  }
}

void PropertyWriter::put(const Property& property) {
  const PropertyType type = property_type(property.id());
  if (is_number(type)) {
    put_number(property.id(), property.number());
    return;
  }
  writer_.u8(static_cast<std::uint8_t>(property.id()));
  if (type == PropertyType::text_pair) writer_.binary(as_bytes(property.name()), Error{});
  writer_.binary(property.bytes(), Error{});
}

void PropertyWriter::put_number(PropertyId id, std::uint32_t number) {
  const PropertyType type = property_type(id);
  writer_.u8(static_cast<std::uint8_t>(id));
  if (type == PropertyType::variable_byte) {
    writer_.varint(number);
  } else {
    writer_.number(number, static_cast<std::size_t>(type));
  }
}

void PropertyWriter::end(Error error) {
  if (check_.finish() != ReasonCode::success) writer_.fail(error);
  writer_.end_length(length_);
}

void write_properties(Writer& writer, Carrier carrier, std::span<const Property> properties,
                      Error error) {
  PropertyWriter list{writer, carrier};
  list.add(properties, error);
  list.end(error);
}

}  // namespace minimq::codec

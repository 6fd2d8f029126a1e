// SPDX-License-Identifier: MIT
#include "codec/properties.hpp"

#include "codec/property_check.hpp"
#include "codec/property_rule.hpp"

namespace minimq::codec {
namespace {

// Both writers have the same functions.
template <class AnyWriter>
void write(AnyWriter& writer, std::span<const Property> properties) {
  for (const Property& property : properties) {
    const PropertyType type = property_type(property.id());
    writer.u8(static_cast<std::uint8_t>(property.id()));
    if (type == PropertyType::variable_byte) {
      writer.varint(property.number());
    } else if (is_number(type)) {
      writer.number(property.number(), static_cast<std::size_t>(type));
    } else {
      if (type == PropertyType::text_pair) writer.text(property.name());
      writer.text(property.text());
    }
  }
}

}  // namespace

Properties read_properties(Reader& reader, Carrier carrier) {
  const Bytes encoded = reader.take(reader.varint());
  Reader rest{encoded};
  PropertyCheck check{carrier};
  while (rest.left() != 0) {
    const Property property = read_property(rest);
    if (rest.failed()) break;
    const ReasonCode code = check.add(property);
    if (code != ReasonCode::success) rest.fail(code);
  }
  const ReasonCode code = rest.failed() ? rest.error() : check.finish();
  if (code != ReasonCode::success) {
    reader.fail(code);
    return {};
  }
  return Properties{encoded};
}

Result<std::size_t> measure_properties(std::span<const Property> properties, Carrier carrier) {
  PropertyCheck check{carrier};
  return measure_properties(check, properties);
}

std::size_t properties_size(std::span<const Property> properties) {
  std::size_t size = 0;
  for (const Property& property : properties) {
    size += property_size(property);
  }
  return size;
}

std::size_t property_block_size(std::size_t properties_size) {
  return varint_size(static_cast<std::uint32_t>(properties_size)) + properties_size;
}

void write_properties(Writer& writer, std::span<const Property> properties) {
  write(writer, properties);
}

void write_properties(GatherWriter& writer, std::span<const Property> properties) {
  write(writer, properties);
}

// The length is there also if nothing follows [MQTT-2.2.2-1].
void write_property_block(Writer& writer, std::span<const Property> properties) {
  writer.varint(static_cast<std::uint32_t>(properties_size(properties)));
  write_properties(writer, properties);
}

}  // namespace minimq::codec

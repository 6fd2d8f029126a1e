// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/carrier.hpp"
#include "codec/property_check.hpp"
#include "codec/reader.hpp"
#include "codec/writer.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"

namespace minimq::codec {

using PropertyVisitor = void (*)(void* context, const Property& property);

/// Reads a Property Length and the properties, and checks them all: identifiers, types, ranges,
/// duplicates, texts. Shows each to `visit(context, property)`. Makes the reader fail:
/// malformed_packet for an unknown or misplaced identifier, a bad text or a length beyond the
/// packet; topic_alias_invalid for the alias 0 [MQTT-3.3.2-8]; protocol_error for a duplicate, any
/// other value out of range, and Authentication Data without a method.
[[nodiscard]] Properties read_properties(Reader& reader, Carrier carrier,
                                         PropertyVisitor visit = nullptr, void* context = nullptr);

/// Writes the properties of one packet, with the length field, which is there also if nothing
/// follows [MQTT-2.2.2-1].
class PropertyWriter {
 public:
  PropertyWriter(Writer& writer, Carrier carrier)
      : writer_{writer}, check_{carrier}, length_{writer.begin_length()} {}

  /// The given error: a property does not belong to that carrier, is there twice, is out of range,
  /// is no valid text, has a value of the wrong kind, or is above 65,535 bytes.
  void add(const Property& property, Error error) { add({&property, 1}, error); }
  void add(std::span<const Property> properties, Error error);
  /// A property that is right.
  void put(const Property& property);
  void put_number(PropertyId id, std::uint32_t number);
  /// After the last. The given error: Authentication Data without a method.
  void end(Error error);

 private:
  Writer& writer_;
  PropertyCheck check_;
  std::size_t length_;
};

/// Writes a list of properties and nothing else.
void write_properties(Writer& writer, Carrier carrier, std::span<const Property> properties,
                      Error error);

}  // namespace minimq::codec

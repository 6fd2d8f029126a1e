// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/gather_writer.hpp"
#include "codec/reader.hpp"
#include "codec/writer.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"

namespace minimq::codec {

/// What carries properties, as in the columns of table 2-4. Received ones are what a server sends,
/// the others what a client sends.
enum class Carrier : std::uint8_t {
  connect,
  will,
  publish,
  subscribe,
  unsubscribe,
  disconnect,
  ack,
  auth,
  received_connack,
  received_publish,
  received_ack,  ///< PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK.
  received_disconnect,
  received_auth,
};

/// Reads a Property Length and the properties, and checks them all: identifiers, types, ranges,
/// duplicates, texts. Makes the reader fail: malformed_packet for an unknown or misplaced
/// identifier, a bad text or a length beyond the packet; topic_alias_invalid for the alias 0
/// [MQTT-3.3.2-8]; protocol_error for a duplicate, any other value out of range, and Authentication
/// Data without a method.
[[nodiscard]] Properties read_properties(Reader& reader, Carrier carrier);

/// The encoded size of properties without their length field. Errors: property_invalid, if one does
/// not belong to that carrier, is there twice, is out of range, is no valid text, has a value of
/// the wrong kind, or is above 65,535 bytes, and for Authentication Data without a method;
/// packet_too_large, if all together are above 268,435,455 bytes.
[[nodiscard]] Result<std::size_t> measure_properties(std::span<const Property> properties,
                                                     Carrier carrier);

/// The encoded size of properties that were measured before.
[[nodiscard]] std::size_t properties_size(std::span<const Property> properties);

/// The size of properties with their length field.
[[nodiscard]] std::size_t property_block_size(std::size_t properties_size);

/// Writes properties that were measured before, without their length field.
void write_properties(Writer& writer, std::span<const Property> properties);
void write_properties(GatherWriter& writer, std::span<const Property> properties);

/// The same with their length field.
void write_property_block(Writer& writer, std::span<const Property> properties);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/reader.hpp"
#include "minimq/property.hpp"

namespace minimq::codec {

/// How the value of a property is encoded. For a number of fixed size it is that size.
enum class PropertyType : std::uint8_t {
  one_byte = 1,
  two_byte = 2,
  four_byte = 4,
  variable_byte = 5,
  text,
  binary,
  text_pair,
};

[[nodiscard]] constexpr bool is_number(PropertyType type) {
  return type <= PropertyType::variable_byte;
}

/// A row of table 2-4.
struct PropertyRule {
  PropertyId id;
  PropertyType type : 7;
  bool restricted : 1;     ///< A number is not zero; a text is a topic name.
  std::uint16_t carriers;  ///< A bit for each Carrier.
};

/// The rule of an identifier; null if there is no such property.
[[nodiscard]] const PropertyRule* find_property_rule(std::uint32_t id);

/// The type of a property that is in the table.
[[nodiscard]] inline PropertyType property_type(PropertyId id) {
  return find_property_rule(static_cast<std::uint32_t>(id))->type;
}

/// A bit for each of the 27.
[[nodiscard]] std::uint32_t property_bit(const PropertyRule& rule);
[[nodiscard]] std::uint32_t property_bit(PropertyId id);

/// Reads an identifier and its value, which is not checked beyond its length. The reader fails as
/// malformed_packet if there is no such property, or the value is cut off.
[[nodiscard]] Property read_property(Reader& reader);

}  // namespace minimq::codec

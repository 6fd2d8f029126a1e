// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/properties.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// Goes through the properties of one packet, in either direction: may each of them be there?
class PropertyCheck {
 public:
  explicit PropertyCheck(Carrier carrier) : carrier_{carrier} {}

  /// Takes one more property. Gives success, or malformed_packet, protocol_error,
  /// topic_alias_invalid as read_properties() does, or packet_too_large where the encoded size
  /// exceeds what any packet can have.
  [[nodiscard]] ReasonCode add(const Property& property);
  /// Takes a property of that identifier for present, without a value.
  void reserve(PropertyId id);
  /// Asked after the last: success, or protocol_error for Authentication Data without a method.
  [[nodiscard]] ReasonCode finish() const;
  /// The encoded size of all that were added.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[nodiscard]] bool has(PropertyId id) const;

  std::size_t size_{0};
  std::uint32_t seen_{0};  // a bit for each row of the table
  Carrier carrier_;
};

/// Adds all of a list and finishes. Gives the encoded size, or the errors of measure_properties().
[[nodiscard]] Result<std::size_t> measure_properties(PropertyCheck& check,
                                                     std::span<const Property> properties);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "codec/carrier.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// Goes through the properties of one packet, in either direction: may each of them be there?
class PropertyCheck {
 public:
  explicit PropertyCheck(Carrier carrier) : carrier_{carrier} {}

  /// Takes one more property. Gives success, or malformed_packet, protocol_error,
  /// topic_alias_invalid as read_properties() does.
  [[nodiscard]] ReasonCode add(const Property& property);
  /// Asked after the last: success, or protocol_error for Authentication Data without a method.
  [[nodiscard]] ReasonCode finish() const;

 private:
  std::uint32_t seen_{0};  // a bit for each row of the table
  Carrier carrier_;
};

}  // namespace minimq::codec

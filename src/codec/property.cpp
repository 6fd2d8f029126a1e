// SPDX-License-Identifier: MIT
#include "minimq/property.hpp"

#include "codec/property_rule.hpp"
#include "codec/reader.hpp"

namespace minimq {

Properties::Iterator::Iterator(Bytes rest) : rest_{rest} {
  ++*this;
}

Properties::Iterator& Properties::Iterator::operator++() {
  codec::Reader reader{rest_};
  at_end_ = rest_.empty();
  if (!at_end_) property_ = codec::read_property(reader);
  at_end_ = at_end_ || reader.failed();
  rest_ = reader.rest();
  return *this;
}

std::optional<Property> Properties::find(PropertyId id) const {
  for (const Property& property : *this) {
    if (property.id() == id) return property;
  }
  return std::nullopt;
}

std::optional<std::string_view> Properties::user(std::string_view name) const {
  for (const Property& property : *this) {
    if (property.id() == PropertyId::user_property && property.name() == name) {
      return property.text();
    }
  }
  return std::nullopt;
}

}  // namespace minimq

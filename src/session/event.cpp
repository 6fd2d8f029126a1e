// SPDX-License-Identifier: MIT
#include "minimq/event.hpp"

namespace minimq {

namespace {

std::string_view text_of(const Properties& properties, PropertyId id) {
  const auto property = properties.find(id);
  return property ? property->text() : std::string_view{};
}

}  // namespace

std::string_view Event::reason_string() const {
  return text_of(last_words_, PropertyId::reason_string);
}

std::string_view Event::server_reference() const {
  return text_of(last_words_, PropertyId::server_reference);
}

}  // namespace minimq

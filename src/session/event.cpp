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

std::string_view Event::response_information() const {
  return text_of(last_words_, PropertyId::response_information);
}

std::string_view Outcome::reason_string() const {
  return text_of(properties_, PropertyId::reason_string);
}

std::optional<std::size_t> Outcome::first_refused() const {
  for (std::size_t index = 0; index < reasons_.size(); ++index) {
    if (is_error(reason(index))) return index;
  }
  return std::nullopt;
}

std::string_view Event::server_reference() const {
  return text_of(last_words_, PropertyId::server_reference);
}

}  // namespace minimq

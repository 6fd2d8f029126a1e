// SPDX-License-Identifier: MIT
#include "codec/topic.hpp"

#include <cstddef>

#include "codec/utf8.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t topic_size_max = 65'535;
constexpr std::string_view share_prefix = "$share/";

bool is_wildcard(char character) {
  return character == '+' || character == '#';
}

// A wildcard fills a level, and `#` the last one.
bool has_good_wildcards(std::string_view filter) {
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (!is_wildcard(filter[i])) continue;
    if (i != 0 && filter[i - 1] != '/') return false;
    const bool last = i + 1 == filter.size();
    if (!last && (filter[i] == '#' || filter[i + 1] != '/')) return false;
  }
  return true;
}

// Takes `$share/name/` off; nothing is left where that is all, or the name is bad.
std::string_view unshared(std::string_view filter) {
  std::size_t i = share_prefix.size();
  while (i < filter.size() && filter[i] != '/' && !is_wildcard(filter[i])) {
    ++i;
  }
  if (i == share_prefix.size() || i == filter.size() || filter[i] != '/') return {};
  filter.remove_prefix(i + 1);
  return filter;
}

}  // namespace

bool is_valid_topic_name(std::string_view topic) {
  return !topic.empty() && topic.size() <= topic_size_max && !has_wildcard(topic) &&
         is_sendable_utf8(topic);
}

bool has_wildcard(std::string_view topic) {
  for (const char character : topic) {
    if (is_wildcard(character)) return true;
  }
  return false;
}

FilterTraits examine_topic_filter(std::string_view filter) {
  FilterTraits traits{.valid = false, .wildcard = has_wildcard(filter), .shared = false};
  if (filter.size() > topic_size_max || !is_sendable_utf8(filter)) return traits;
  if (filter.size() >= share_prefix.size() &&
      std::string_view{filter.data(), share_prefix.size()} == share_prefix) {
    traits.shared = true;
    filter = unshared(filter);
  }
  traits.valid = !filter.empty() && has_good_wildcards(filter);
  return traits;
}

}  // namespace minimq::codec

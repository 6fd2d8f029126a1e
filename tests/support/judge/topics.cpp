// SPDX-License-Identifier: MIT
#include "support/judge/topics.hpp"

#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

constexpr std::string_view shared_head = "$share/";

// The filter behind the share name.
std::string_view without_share(std::string_view filter) {
  filter.remove_prefix(shared_head.size());
  const std::size_t end = filter.find('/');
  const std::string_view name = filter.substr(0, end);
  require(!name.empty(), "4.8.2-1", "a shared subscription without a name");
  require(!has_wildcard(name), "4.8.2-2", "a wildcard in the name of a shared subscription");
  require(end != std::string_view::npos && end + 1 < filter.size(), "4.8.2-2",
          "a shared subscription without a topic filter");
  return filter.substr(end + 1);
}

}  // namespace

bool has_wildcard(std::string_view filter) {
  return filter.find_first_of("+#") != std::string_view::npos;
}

bool is_shared(std::string_view filter) {
  return filter.starts_with(shared_head);
}

void check_topic_name(std::string_view topic, std::string_view wildcard_statement) {
  require(!topic.empty(), "4.7.3-1", "an empty topic");
  require(!has_wildcard(topic), wildcard_statement, "a wildcard in a topic");
}

void check_topic_filter(std::string_view filter) {
  require(!filter.empty(), "4.7.3-1", "an empty topic filter");
  if (is_shared(filter)) filter = without_share(filter);
  for (std::size_t i = 0; i < filter.size(); ++i) {
    const bool begins = i == 0 || filter[i - 1] == '/';
    const bool ends = i + 1 == filter.size();
    require(filter[i] != '#' || (begins && ends), "4.7.1-1",
            "# that is not the whole last level of a topic filter");
    require(filter[i] != '+' || (begins && (ends || filter[i + 1] == '/')), "4.7.1-2",
            "+ that is not a whole level of a topic filter");
  }
}

}  // namespace minimq::judge

// SPDX-License-Identifier: MIT
//
// Filters, and what can be asked of a broker.
#include <algorithm>

#include "simulation/model/broker.hpp"

namespace minimq::model {

bool matches(std::string_view filter, std::string_view topic) {
  if (!topic.empty() && topic[0] == '$' && !filter.starts_with('$')) return false;
  for (;;) {
    if (filter == "#") return true;
    const std::size_t filter_end = std::min(filter.find('/'), filter.size());
    const std::size_t topic_end = std::min(topic.find('/'), topic.size());
    const std::string_view level = filter.substr(0, filter_end);
    if (level != "+" && level != topic.substr(0, topic_end)) return false;
    const bool filter_ends = filter_end == filter.size();
    const bool topic_ends = topic_end == topic.size();
    if (topic_ends) return filter_ends || filter.substr(filter_end) == "/#";
    if (filter_ends) return false;
    filter.remove_prefix(filter_end + 1);
    topic.remove_prefix(topic_end + 1);
  }
}

bool Broker::subscribed(const std::string& client, const std::string& filter) const {
  const auto known = sessions_.find(client);
  return known != sessions_.end() && known->second.subscriptions.contains(filter);
}

std::uint64_t Broker::session_of(const std::string& client) const {
  const auto known = sessions_.find(client);
  return known == sessions_.end() ? 0 : known->second.number;
}

bool Broker::sent_all(const std::string& client) const {
  const auto known = sessions_.find(client);
  return known == sessions_.end() || known->second.outgoing.empty();
}

bool Broker::received_all(const std::string& client) const {
  const auto known = sessions_.find(client);
  return known == sessions_.end() || known->second.incoming.empty();
}

std::string Broker::digest() const {
  std::string text;
  const auto add = [&text](auto number) { text += std::to_string(number) + ' '; };
  for (const auto& [client, session] : sessions_) {
    text += client + (session.connection >= 0 ? " on " : " off ");
    for (const auto& [filter, subscription] : session.subscriptions)
      text += filter + ' ';
    for (const auto& [id, message] : session.incoming) {
      add(id);
      text += message.payload + ' ';
    }
    add(session.last_id);
    for (const Outgoing& outgoing : session.outgoing) {
      text += outgoing.message.payload + ' ';
      add(outgoing.qos);
      add(outgoing.id);
      add(static_cast<int>(outgoing.state));
      add(outgoing.counts ? 1 : 0);
    }
    text += "| ";
  }
  for (const Link& at : links_) {
    if (at.closing) continue;
    text += at.online ? "online " : "silent ";
    add(at.input.size());
  }
  return text;
}

}  // namespace minimq::model

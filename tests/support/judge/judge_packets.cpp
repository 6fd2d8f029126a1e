// SPDX-License-Identifier: MIT
//
// The rules about single packets that depend on what was said before.
#include <functional>

#include "support/judge/judge.hpp"
#include "support/judge/topics.hpp"

namespace minimq::judge {

// Clean Start ends the session at once [MQTT-3.1.2-4], and so does another client identifier, which
// is another session [MQTT-3.1.3-2].
void Judge::on_connect() {
  connection_.phase = Phase::connecting;
  connection_.client_id = packet_.client_id;
  connection_.keep_alive_s = packet_.keep_alive;
  const Properties& properties = packet_.properties;
  connection_.requested_expiry = properties.number(property_id::session_expiry_interval, 0);
  connection_.session_expiry = connection_.requested_expiry;
  inbound_.connection_begins(properties.number(property_id::receive_maximum, 65'535));
  if (const auto* method = properties.find(property_id::authentication_method)) {
    connection_.method = method->value;
  }
  const bool other = client_id_ && *client_id_ != connection_.client_id;
  if (packet_.clean_start || other) end_session();
}

void Judge::on_publish() {
  const Limits& limits = connection_.limits;
  require(packet_.qos <= limits.maximum_qos, "3.2.2-11", "above the server's Maximum QoS");
  require(!packet_.retain || limits.retain, "3.2.2-14", "RETAIN, and the server does not retain");
  std::string_view topic = packet_.topic;
  if (const auto* alias = packet_.properties.find(property_id::topic_alias)) {
    require(alias->number <= limits.topic_alias_maximum,
            limits.topic_alias_maximum == 0 ? "3.2.2-18" : "3.2.2-17",
            "a topic alias above the server's maximum");
    std::string& known = connection_.aliases[alias->number];
    if (!topic.empty()) known = topic;
    require(!known.empty(), "3.3.2-7", "a topic alias that stands for nothing on this connection");
    topic = known;
  }
  if (packet_.qos == 0) return;
  const std::hash<std::string_view> hash;
  outbound_.publish(packet_, (hash(topic) * 31 + hash(packet_.payload)) | 1);
}

void Judge::on_subscribe() {
  const Limits& limits = connection_.limits;
  require(limits.subscription_identifiers ||
              !packet_.properties.has(property_id::subscription_identifier),
          "3.2.2.3.12", "a Subscription Identifier, which the server does not know");
  for (const auto& filter : packet_.filters) {
    require(limits.wildcard_subscriptions || !has_wildcard(filter.filter), "3.2.2.3.11",
            "a wildcard, which the server does not know");
    require(limits.shared_subscriptions || !is_shared(filter.filter), "3.2.2.3.13",
            "a shared subscription, which the server does not know");
  }
  outbound_.request(packet_);
}

void Judge::on_disconnect() {
  connection_.phase = Phase::ended;
  const auto* expiry = packet_.properties.find(property_id::session_expiry_interval);
  if (expiry == nullptr) return;
  require(connection_.requested_expiry != 0 || expiry->number == 0, "3.14.2.2.2",
          "a session that was to end with the connection is kept at DISCONNECT");
  connection_.session_expiry = expiry->number;
}

void Judge::on_auth() {
  require(connection_.method.has_value(), "4.12.0-7",
          "AUTH, and CONNECT has no Authentication Method");
  const auto* method = packet_.properties.find(property_id::authentication_method);
  require(method != nullptr && method->value == *connection_.method, "4.12.0-5",
          "another Authentication Method than in CONNECT");
  if (packet_.reason == 0x19) {
    return require(connection_.phase == Phase::accepted, "4.12.1-1",
                   "it authenticates again, and is not connected");
  }
  require(connection_.auth_asked, "4.12.0-3", "AUTH goes on, and the server has not asked");
  connection_.auth_asked = false;
}

}  // namespace minimq::judge

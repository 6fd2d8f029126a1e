// SPDX-License-Identifier: MIT
#include "codec/name_list.hpp"
#include "minimq/error.hpp"

namespace minimq {
namespace {

using codec::NameList;

// The groups of the enumeration, each in its order.
constexpr NameList configuration_names =
    "config_client_id\n"
    "config_broker\n"
    "config_rx_too_small\n"
    "config_tx_too_small\n"
    "config_buffers_overlap\n"
    "config_buffers_too_large\n"
    "config_receive_maximum\n"
    "config_inbound_capacity\n"
    "config_maximum_packet_size\n"
    "config_credentials\n"
    "config_will\n"
    "config_property\n"
    "config_backoff\n"
    "config_timeout\n";

constexpr NameList misuse_names =
    "topic_name_invalid\n"
    "topic_filter_invalid\n"
    "response_topic_invalid\n"
    "property_invalid\n"
    "reason_code_invalid\n"
    "packet_too_large\n"
    "payload_failed\n"
    "qos_not_supported\n"
    "retain_not_supported\n"
    "wildcard_not_supported\n"
    "shared_not_supported\n"
    "subscription_id_not_supported\n"
    "session_expiry_invalid\n"
    "stopped\n"
    "not_stopped\n"
    "busy\n"
    "unknown_ticket\n"
    "no_response_topic\n"
    "stale_ack\n";

constexpr NameList capacity_names =
    "not_ready\n"
    "no_memory\n"
    "inbound_waiting\n"
    "deadline_passed\n";

constexpr NameList link_names =
    "link_closed\n"
    "link_error\n"
    "connect_refused\n"
    "host_unreachable\n"
    "host_not_found\n"
    "connect_timeout\n"
    "connack_timeout\n"
    "ping_timeout\n"
    "write_stalled\n"
    "certificate_rejected\n"
    "transport_unsupported\n";

constexpr NameList peer_names =
    "connection_refused\n"
    "disconnected_by_broker\n"
    "malformed_packet\n"
    "protocol_error\n"
    "receive_maximum_exceeded\n"
    "topic_alias_invalid\n"
    "inbound_too_large\n"
    "rx_too_small\n"
    "session_unexpected\n";

constexpr NameList ending_names =
    "session_lost\n"
    "requested\n";

// The name in a group that begins with `first`.
std::string_view name_in(NameList group, Error error, Error first) {
  return codec::name_at(group, static_cast<std::size_t>(error) - static_cast<std::size_t>(first));
}

std::string_view find_name(Error error) {
  if (error >= Error::session_lost) return name_in(ending_names, error, Error::session_lost);
  if (error >= Error::connection_refused) {
    return name_in(peer_names, error, Error::connection_refused);
  }
  if (error >= Error::link_closed) return name_in(link_names, error, Error::link_closed);
  if (error >= Error::not_ready) return name_in(capacity_names, error, Error::not_ready);
  if (error >= Error::topic_name_invalid) {
    return name_in(misuse_names, error, Error::topic_name_invalid);
  }
  if (error >= Error::config_client_id) {
    return name_in(configuration_names, error, Error::config_client_id);
  }
  return {};
}

}  // namespace

std::string_view to_string(Error error) {
  const std::string_view name = find_name(error);
  return name.empty() ? "unknown" : name;
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
#include "codec/name_list.hpp"
#include "minimq/error.hpp"

namespace minimq {
namespace {

using codec::NameList;
using namespace std::string_view_literals;

// The groups of the enumeration, each in its order.
constexpr NameList configuration_names =
    "config_client_id\0"
    "config_broker\0"
    "config_rx_too_small\0"
    "config_tx_too_small\0"
    "config_buffers_overlap\0"
    "config_buffers_too_large\0"
    "config_receive_maximum\0"
    "config_inbound_capacity\0"
    "config_maximum_packet_size\0"
    "config_credentials\0"
    "config_will\0"
    "config_property\0"
    "config_backoff\0"
    "config_timeout\0"
    "config_authenticator\0"
    "config_topic_aliases\0"sv;

constexpr NameList misuse_names =
    "topic_name_invalid\0"
    "topic_filter_invalid\0"
    "response_topic_invalid\0"
    "property_invalid\0"
    "reason_code_invalid\0"
    "packet_too_large\0"
    "payload_failed\0"
    "qos_not_supported\0"
    "retain_not_supported\0"
    "wildcard_not_supported\0"
    "shared_not_supported\0"
    "subscription_id_not_supported\0"
    "session_expiry_invalid\0"
    "stopped\0"
    "not_stopped\0"
    "busy\0"
    "unknown_ticket\0"
    "no_response_topic\0"
    "stale_ack\0"
    "topic_alias_not_supported\0"
    "no_authenticator\0"
    "not_online\0"sv;

constexpr NameList capacity_names =
    "not_ready\0"
    "no_memory\0"
    "inbound_waiting\0"
    "deadline_passed\0"sv;

constexpr NameList link_names =
    "link_closed\0"
    "link_error\0"
    "connect_refused\0"
    "host_unreachable\0"
    "host_not_found\0"
    "connect_timeout\0"
    "connack_timeout\0"
    "ping_timeout\0"
    "write_stalled\0"
    "transport_unsupported\0"
    "authentication_timeout\0"sv;

constexpr NameList tls_names =
    "certificate_expired\0"
    "certificate_not_yet_valid\0"
    "certificate_wrong_name\0"
    "certificate_untrusted\0"
    "certificate_rejected\0"
    "client_certificate_refused\0"
    "tls_error\0"sv;

constexpr NameList peer_names =
    "connection_refused\0"
    "disconnected_by_broker\0"
    "malformed_packet\0"
    "protocol_error\0"
    "receive_maximum_exceeded\0"
    "topic_alias_invalid\0"
    "inbound_too_large\0"
    "rx_too_small\0"
    "session_unexpected\0"
    "authentication_failed\0"
    "assigned_client_id_too_long\0"sv;

constexpr NameList ending_names =
    "session_lost\0"
    "requested\0"sv;

// The name in a group that begins with `first`.
std::string_view name_in(NameList group, Error error, Error first) {
  return codec::name_at(group, static_cast<std::size_t>(error) - static_cast<std::size_t>(first));
}

std::string_view find_name(Error error) {
  if (error >= Error::session_lost) return name_in(ending_names, error, Error::session_lost);
  if (error >= Error::connection_refused) {
    return name_in(peer_names, error, Error::connection_refused);
  }
  if (error >= Error::certificate_expired) {
    return name_in(tls_names, error, Error::certificate_expired);
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

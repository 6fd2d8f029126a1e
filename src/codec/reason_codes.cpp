// SPDX-License-Identifier: MIT
#include "codec/reason_codes.hpp"

namespace minimq::codec {
namespace {

using enum ReasonPlace;

struct Row {
  ReasonCode code;
  std::uint8_t places;
};

template <class... Places>
consteval std::uint8_t in(Places... places) {
  return static_cast<std::uint8_t>((0 | ... | static_cast<int>(places)));
}

constexpr Row rows[] = {
    {ReasonCode::success, in(acknowledgement, release, suback, unsuback, received_disconnect,
                             sent_disconnect, received_auth)},
    {ReasonCode::granted_qos_1, in(suback)},
    {ReasonCode::granted_qos_2, in(suback)},
    // A client's own; a broker that sends it is disconnecting all the same.
    {ReasonCode::disconnect_with_will_message, in(received_disconnect, sent_disconnect)},
    {ReasonCode::no_matching_subscribers, in(acknowledgement)},
    {ReasonCode::no_subscription_existed, in(unsuback)},
    {ReasonCode::continue_authentication, in(received_auth)},
    {ReasonCode::unspecified_error,
     in(acknowledgement, suback, unsuback, received_disconnect, sent_disconnect)},
    {ReasonCode::malformed_packet, in(received_disconnect, sent_disconnect)},
    {ReasonCode::protocol_error, in(received_disconnect, sent_disconnect)},
    {ReasonCode::implementation_specific_error,
     in(acknowledgement, suback, unsuback, received_disconnect, sent_disconnect)},
    {ReasonCode::not_authorized, in(acknowledgement, suback, unsuback, received_disconnect)},
    {ReasonCode::server_busy, in(received_disconnect)},
    {ReasonCode::server_shutting_down, in(received_disconnect)},
    // In DISCONNECT by table 2-6; the table of chapter 3.14 has forgotten it.
    {ReasonCode::bad_authentication_method, in(received_disconnect)},
    {ReasonCode::keep_alive_timeout, in(received_disconnect)},
    {ReasonCode::session_taken_over, in(received_disconnect)},
    {ReasonCode::topic_filter_invalid, in(suback, unsuback, received_disconnect)},
    {ReasonCode::topic_name_invalid, in(acknowledgement, received_disconnect, sent_disconnect)},
    {ReasonCode::packet_identifier_in_use, in(acknowledgement, suback, unsuback)},
    {ReasonCode::packet_identifier_not_found, in(release)},
    {ReasonCode::receive_maximum_exceeded, in(received_disconnect, sent_disconnect)},
    {ReasonCode::topic_alias_invalid, in(received_disconnect, sent_disconnect)},
    {ReasonCode::packet_too_large, in(received_disconnect, sent_disconnect)},
    {ReasonCode::message_rate_too_high, in(received_disconnect, sent_disconnect)},
    {ReasonCode::quota_exceeded, in(acknowledgement, suback, received_disconnect, sent_disconnect)},
    {ReasonCode::administrative_action, in(received_disconnect, sent_disconnect)},
    {ReasonCode::payload_format_invalid, in(acknowledgement, received_disconnect, sent_disconnect)},
    {ReasonCode::retain_not_supported, in(received_disconnect)},
    {ReasonCode::qos_not_supported, in(received_disconnect)},
    {ReasonCode::use_another_server, in(received_disconnect)},
    {ReasonCode::server_moved, in(received_disconnect)},
    {ReasonCode::shared_subscriptions_not_supported, in(suback, received_disconnect)},
    {ReasonCode::connection_rate_exceeded, in(received_disconnect)},
    {ReasonCode::maximum_connect_time, in(received_disconnect)},
    {ReasonCode::subscription_identifiers_not_supported, in(suback, received_disconnect)},
    {ReasonCode::wildcard_subscriptions_not_supported, in(suback, received_disconnect)},
};

}  // namespace

bool may_stand_in(ReasonCode code, ReasonPlace place) {
  for (const Row& row : rows) {
    if (row.code == code) return (row.places & static_cast<std::uint8_t>(place)) != 0;
  }
  return false;
}

void check_reason(Reader& reader, ReasonCode code, ReasonPlace place) {
  if (!may_stand_in(code, place)) reader.fail(ReasonCode::protocol_error);
}

}  // namespace minimq::codec

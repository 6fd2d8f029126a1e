// SPDX-License-Identifier: MIT
#include "session/retry.hpp"

namespace minimq {

namespace {

// What the broker answered CONNECT with, or disconnected us with; among others [MQTT-3.1.3-8],
// [MQTT-3.1.4-3], [MQTT-3.2.2-12], [MQTT-3.2.2-13], [MQTT-4.12.0-1], [MQTT-4.12.0-4].
Retry retry_class(ReasonCode reason) {
  switch (reason) {
    case ReasonCode::success:
    case ReasonCode::disconnect_with_will_message:
    case ReasonCode::unspecified_error:
    case ReasonCode::implementation_specific_error:
    case ReasonCode::server_unavailable:
    case ReasonCode::server_busy:
    case ReasonCode::server_shutting_down:
    case ReasonCode::keep_alive_timeout:
    case ReasonCode::receive_maximum_exceeded:
    case ReasonCode::topic_alias_invalid:
    case ReasonCode::packet_too_large:
    case ReasonCode::message_rate_too_high:
    case ReasonCode::quota_exceeded:
    case ReasonCode::administrative_action:
    case ReasonCode::connection_rate_exceeded:
    case ReasonCode::maximum_connect_time: return Retry::soon;
    case ReasonCode::granted_qos_1:
    case ReasonCode::granted_qos_2:
    case ReasonCode::no_matching_subscribers:
    case ReasonCode::no_subscription_existed:
    case ReasonCode::continue_authentication:
    case ReasonCode::re_authenticate:
    case ReasonCode::malformed_packet:
    case ReasonCode::protocol_error:
    case ReasonCode::unsupported_protocol_version:
    case ReasonCode::client_identifier_not_valid:
    case ReasonCode::bad_user_name_or_password:
    case ReasonCode::not_authorized:
    case ReasonCode::banned:
    case ReasonCode::bad_authentication_method:
    case ReasonCode::session_taken_over:
    case ReasonCode::topic_filter_invalid:
    case ReasonCode::topic_name_invalid:
    case ReasonCode::packet_identifier_in_use:
    case ReasonCode::packet_identifier_not_found:
    case ReasonCode::payload_format_invalid:
    case ReasonCode::retain_not_supported:
    case ReasonCode::qos_not_supported:
    case ReasonCode::use_another_server:
    case ReasonCode::server_moved:
    case ReasonCode::shared_subscriptions_not_supported:
    case ReasonCode::subscription_identifiers_not_supported:
    case ReasonCode::wildcard_subscriptions_not_supported: break;
  }
  return Retry::slowly;
}

// A certificate that is not yet valid is not among them: it is our clock that will be set.
bool is_about_certificates(Error error) {
  return error == Error::certificate_expired || error == Error::certificate_wrong_name ||
         error == Error::certificate_untrusted || error == Error::certificate_rejected ||
         error == Error::client_certificate_refused;
}

}  // namespace

Retry retry_class(Cause cause) {
  const Error error = cause.error;
  if (error == Error::connection_refused || error == Error::disconnected_by_broker) {
    return retry_class(cause.reason);
  }
  if (error == Error::receive_maximum_exceeded) return Retry::resume;
  const bool lasting = error == Error::malformed_packet || error == Error::protocol_error ||
                       error == Error::rx_too_small || error == Error::transport_unsupported ||
                       is_about_certificates(error) || error == Error::authentication_failed ||
                       error == Error::assigned_client_id_too_long;
  return lasting ? Retry::slowly : Retry::soon;
}

}  // namespace minimq

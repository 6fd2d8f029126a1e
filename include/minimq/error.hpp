// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace minimq {

/// Everything that can be wrong, grouped by whose fault it is. What a broker says about an
/// operation is data, not an error of this kind: see ReasonCode.
enum class Error : std::uint8_t {
  // Configuration: `Session::config_error()` names the first one found; nothing is ever sent.
  config_client_id = 1,        ///< The client id is longer than 65,535 bytes, or not valid UTF-8.
  config_broker,               ///< The broker's text could not be parsed, or there is none.
  config_rx_too_small,         ///< rx is smaller than `rx_size_min`.
  config_tx_too_small,         ///< tx is smaller than `tx_size_min(inbound_capacity)`.
  config_buffers_overlap,      ///< rx and tx share bytes.
  config_buffers_too_large,    ///< rx or tx is larger than 2 GiB.
  config_receive_maximum,      ///< The Receive Maximum is zero.
  config_inbound_capacity,     ///< The inbound table holds less than twice the Receive Maximum.
  config_maximum_packet_size,  ///< The announced Maximum Packet Size is below rx, or is not used.
  config_credentials,    ///< User name or password too long, or the user name is not valid UTF-8.
  config_will,           ///< The will's topic or payload is bad, or too long.
  config_property,       ///< A property that does not belong in CONNECT or the will, or a bad one.
  config_backoff,        ///< A backoff bound is zero, or its minimum exceeds its maximum.
  config_timeout,        ///< A deadline of zero, or one of more than 24 hours.
  config_authenticator,  ///< The Authentication Method is too long, or not valid UTF-8.
  config_topic_aliases,  ///< Inbound topic aliases together with Oversize::skip.

  // Misuse: the call was refused, and nothing changed.
  topic_name_invalid = 32,  ///< Empty, wildcard, control or non-character, ill-formed UTF-8, or
                            ///< above 65,535 bytes.
  topic_filter_invalid,     ///< An empty list, or a filter that breaks the rules of chapter 4.7
                            ///< or 4.8.
  response_topic_invalid,   ///< As topic_name_invalid, for the Response Topic.
  property_invalid,     ///< A property that does not belong in this packet, twice, or out of range.
  reason_code_invalid,  ///< This reason code is not one that a client may send here.
  packet_too_large,     ///< Larger than the whole tx, or than the broker's Maximum Packet Size.
  payload_failed,     ///< The payload callable reported a failure, or wrote more than it was given.
  qos_not_supported,  ///< The broker's Maximum QoS is lower, and no downgrade is configured.
  retain_not_supported,           ///< The broker does not store retained messages.
  wildcard_not_supported,         ///< The broker does not take wildcard subscriptions.
  shared_not_supported,           ///< The broker does not take shared subscriptions.
  subscription_id_not_supported,  ///< The broker does not take subscription identifiers.
  session_expiry_invalid,         ///< The Session Expiry Interval may not be raised from zero at
                                  ///< DISCONNECT.
  stopped,                        ///< The session is stopped; `start()` leaves that state.
  not_stopped,                    ///< This may be changed only while the session is stopped.
  busy,               ///< A second poller, or a call from inside a payload callable or `drive`.
  unknown_ticket,     ///< No operation of that ticket awaits an outcome: stale, or taken already.
  no_response_topic,  ///< The message does not ask for a reply.
  stale_ack,          ///< The message was acknowledged, or its connection is gone.
  topic_alias_not_supported,  ///< The alias is above the broker's Topic Alias Maximum.
  no_authenticator,           ///< The configuration has no authenticator.
  not_online,                 ///< There is no connection to the broker.

  // Capacity: states, not failures.
  not_ready = 64,   ///< No room in tx now; see `Session::shortage()`. Try again later.
  no_memory,        ///< The arena of coroutine frames, or a fixed storage, is too small.
  inbound_waiting,  ///< Nothing can arrive before the inbound message that is held is released.
  deadline_passed,  ///< The deadline given to this wait passed; the operation goes on.

  // The link.
  link_closed = 96,        ///< The peer closed the connection.
  link_error,              ///< The transport failed; it knows the details.
  connect_refused,         ///< The broker's host refused the connection.
  host_unreachable,        ///< No route to the broker's host.
  host_not_found,          ///< The broker's name could not be resolved.
  connect_timeout,         ///< The transport was not open in time.
  connack_timeout,         ///< No CONNACK in time.
  ping_timeout,            ///< No PINGRESP in time.
  write_stalled,           ///< The transport took no byte for too long.
  transport_unsupported,   ///< The transport cannot open a broker of this form.
  authentication_timeout,  ///< No answer to a re-authentication in time.

  // TLS. The transport has its library's own code. Nothing of MQTT was sent.
  certificate_expired = 112,   ///< A certificate of the broker is not valid any more.
  certificate_not_yet_valid,   ///< A certificate of the broker is not valid yet; or our clock is
                               ///< slow.
  certificate_wrong_name,      ///< The broker's certificate is for another host.
  certificate_untrusted,       ///< No known authority vouches for the broker's certificate.
  certificate_rejected,        ///< The broker's certificate cannot be used for another reason.
  client_certificate_refused,  ///< The broker wants a client certificate, or another one.
  tls_error,                   ///< The handshake or a record failed for another reason.

  // The peer.
  connection_refused = 128,  ///< CONNACK with a reason code of 0x80 or above.
  disconnected_by_broker,    ///< The broker sent DISCONNECT.
  malformed_packet,          ///< The broker's bytes could not be parsed (0x81).
  protocol_error,            ///< The broker broke a rule of the protocol (0x82).
  receive_maximum_exceeded,  ///< The broker sent more than the inbound table holds (0x93).
  topic_alias_invalid,       ///< The broker used a topic alias, none being permitted (0x94).
  inbound_too_large,         ///< The broker sent a packet above our Maximum Packet Size (0x95).
  rx_too_small,              ///< The CONNACK does not fit rx.
  session_unexpected,  ///< The broker has a session that we know nothing about; the next is clean.
  authentication_failed,  ///< The authenticator does not accept what the broker said, or gave up.
  assigned_client_id_too_long,  ///< The client id that the broker assigned does not fit.

  // How an operation ended without an answer.
  session_lost =
      160,    ///< The broker has lost the session; the message may or may not have arrived.
  requested,  ///< The application asked for it (`disconnect`, `reconnect_now`).
};

template <class T>
using Result = std::expected<T, Error>;

/// The enumerator's name, for logs. A NUL follows it. It is not linked unless it is called.
[[nodiscard]] std::string_view to_string(Error error);

}  // namespace minimq

// SPDX-License-Identifier: MIT
//
// mbedTLS's codes by our names.
#include <minimq/mbedtls/tls_transport.hpp>

#include "compatibility.hpp"

namespace minimq::mbedtls {

namespace {

// Fatal alerts about the certificate that we sent, or did not send.
constexpr bool is_about_our_certificate(unsigned alert) {
  constexpr unsigned certificate_required = 116;  // RFC 8446, unknown to mbedTLS 2.28.
  switch (alert) {
    case MBEDTLS_SSL_ALERT_MSG_NO_CERT:
    case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
    case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
    case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
    case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
    case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
    case certificate_required: return true;
    default: return false;
  }
}

// The broker's certificate could not be read: MBEDTLS_ERR_X509_... with or without a code of a
// lower layer.
constexpr bool is_about_reading_a_certificate(int code) {
  const int high = -code & 0x7F80;
  if (high == -MBEDTLS_ERR_X509_ALLOC_FAILED) return false;
  return high >= -MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && high <= -MBEDTLS_ERR_X509_FATAL_ERROR;
}

}  // namespace

// From now on reads and writes return this.
Error TlsTransport::fail(int code) {
  library_error_ = lower_error_ && code == MBEDTLS_ERR_SSL_CONN_EOF ? 0 : code;
  failed_ = cause_of(code);
  return *failed_;
}

Error TlsTransport::cause_of(int code) const {
  switch (code) {
    case MBEDTLS_ERR_SSL_CONN_EOF: return lower_error_.value_or(Error::link_closed);
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return Error::link_closed;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return cause_of_alert();
    case MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED: return Error::certificate_untrusted;
    default: break;
  }
  constexpr std::uint32_t unknown = MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_MISSING;
  constexpr std::uint32_t dated_or_named =
      MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_CN_MISMATCH;
  // Whom nobody vouches for may write what they like into the other fields.
  if ((flags_ & unknown) != 0) return Error::certificate_untrusted;
  if ((flags_ & ~dated_or_named) != 0) return Error::certificate_rejected;
  if ((flags_ & MBEDTLS_X509_BADCERT_EXPIRED) != 0) return Error::certificate_expired;
  if ((flags_ & MBEDTLS_X509_BADCERT_FUTURE) != 0) return Error::certificate_not_yet_valid;
  if (flags_ != 0) return Error::certificate_wrong_name;
  return is_about_reading_a_certificate(code) ? Error::certificate_rejected : Error::tls_error;
}

Error TlsTransport::cause_of_alert() const {
  const unsigned alert = ssl_.MINIMQ_MBEDTLS_PRIVATE(in_msg)[1];
  if (is_about_our_certificate(alert)) return Error::client_certificate_refused;
  // Servers of TLS 1.2 say no more than this to those who come without a certificate. What else
  // fails a handshake so does it earlier.
  const bool after_ours = state_ == State::handshaking &&
                          ssl_.MINIMQ_MBEDTLS_PRIVATE(state) > MBEDTLS_SSL_CLIENT_CERTIFICATE;
  if (alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE && after_ours)
    return Error::client_certificate_refused;
  return Error::tls_error;
}

}  // namespace minimq::mbedtls

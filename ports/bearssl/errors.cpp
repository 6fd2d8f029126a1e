// SPDX-License-Identifier: MIT
#include <minimq/bearssl/errors.hpp>

#include <bearssl.h>

namespace minimq::bearssl {

namespace {

constexpr int alert_certificate_required = 116;  // of TLS 1.3, but some send it anyway

// Whether this alert, of a broker that asked for a certificate, is about that certificate. A broker
// that got none calls it a failed handshake.
bool is_about_certificate(int alert) {
  return alert == BR_ALERT_HANDSHAKE_FAILURE || alert == alert_certificate_required ||
         alert == BR_ALERT_UNKNOWN_CA || alert == BR_ALERT_ACCESS_DENIED ||
         (alert >= BR_ALERT_BAD_CERTIFICATE && alert <= BR_ALERT_CERTIFICATE_UNKNOWN);
}

}  // namespace

Error to_error(int library_error, Error date_error, bool certificate_requested) {
  switch (library_error) {
    case BR_ERR_OK: return Error::link_closed;  // close_notify
    case BR_ERR_X509_EXPIRED: return date_error;
    case BR_ERR_X509_TIME_UNKNOWN: return Error::certificate_not_yet_valid;
    case BR_ERR_X509_BAD_SERVER_NAME: return Error::certificate_wrong_name;
    case BR_ERR_X509_NOT_TRUSTED:
    case BR_ERR_X509_BAD_SIGNATURE:
    case BR_ERR_X509_DN_MISMATCH:
    case BR_ERR_X509_NOT_CA: return Error::certificate_untrusted;
    case BR_ERR_WRONG_KEY_USAGE: return Error::certificate_rejected;
    default: break;
  }
  if (library_error > BR_ERR_X509_OK && library_error < BR_ERR_X509_NOT_TRUSTED)
    return Error::certificate_rejected;
  const int alert = library_error - BR_ERR_RECV_FATAL_ALERT;
  const bool received = alert >= 0 && library_error < BR_ERR_SEND_FATAL_ALERT;
  if (received && certificate_requested && is_about_certificate(alert))
    return Error::client_certificate_refused;
  return Error::tls_error;
}

}  // namespace minimq::bearssl

// SPDX-License-Identifier: MIT
#include "tls_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace minimq::asio {

namespace {

Error certificate_error(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return Error::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return Error::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return Error::certificate_wrong_name;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED: return Error::certificate_untrusted;
    default: return Error::certificate_rejected;
  }
}

// The broker's alerts about what we have shown it. A handshake_failure says so only where a
// certificate was asked for: TLS 1.2 has no better word for one that is missing.
bool is_about_client(int reason, bool certificate_requested) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return true;
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: return certificate_requested;
    default: return false;
  }
}

}  // namespace

Error tls_error(const TlsFailure& failure) {
  if (ERR_GET_LIB(failure.code) != ERR_LIB_SSL) return Error::tls_error;
  const int reason = ERR_GET_REASON(failure.code);
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) return certificate_error(failure.verify_result);
  if (is_about_client(reason, failure.certificate_requested))
    return Error::client_certificate_refused;
  return Error::tls_error;
}

}  // namespace minimq::asio

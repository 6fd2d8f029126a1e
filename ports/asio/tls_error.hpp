// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>

namespace minimq::asio {

/// What OpenSSL's first error code of a failed handshake or record means.
struct TlsFailure {
  unsigned long code{0};
  long verify_result{0};              ///< X509_V_...
  bool certificate_requested{false};  ///< The broker has asked for a client certificate.
};
[[nodiscard]] Error tls_error(const TlsFailure& failure);

}  // namespace minimq::asio

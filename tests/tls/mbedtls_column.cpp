// SPDX-License-Identifier: MIT
#if defined(MINIMQ_WITH_MBEDTLS)
#include <minimq/mbedtls/tls_transport.hpp>

#include "tls/over_posix.hpp"

namespace minimq::tls_test {

Dialled dial_mbedtls(const Dial& dial) {
  mbedtls::TlsConfig config{.authorities = dial.authorities.c_str(),
                            .server_name = dial.server_name};
  if (!dial.certificate.empty()) {
    config.certificate = dial.certificate.c_str();
    config.private_key = dial.private_key.c_str();
  }
  return dial_over_posix(dial,
                         [&](Transport& lower) { return mbedtls::TlsTransport{lower, config}; });
}

}  // namespace minimq::tls_test
#endif

// SPDX-License-Identifier: MIT
#if defined(MINIMQ_WITH_BEARSSL)
#include "tls/bearssl_device.hpp"
#include "tls/over_posix.hpp"

namespace minimq::tls_test {

Dialled dial_bearssl(const Dial& dial) {
  BearSslDevice device{dial.authorities};
  if (!dial.certificate.empty()) device.show(dial.certificate, dial.private_key);
  bearssl::TlsConfig config = device.config();
  config.server_name = dial.server_name;
  return dial_over_posix(dial,
                         [&](Transport& lower) { return bearssl::TlsTransport{lower, config}; });
}

}  // namespace minimq::tls_test
#endif

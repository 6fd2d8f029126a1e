// SPDX-License-Identifier: MIT
#if defined(MINIMQ_WITH_ASIO)
#include "tls/over_asio.hpp"

namespace minimq::tls_test {

namespace {

Dialled dial_asio(const Dial& dial, asio::TlsVersion version) {
  OverAsio device{{.host = dial.host, .port = dial.port},
                  {.authorities = dial.authorities,
                   .certificate = dial.certificate,
                   .private_key = dial.private_key,
                   .server_name = dial.server_name,
                   .minimum_version = version,
                   .maximum_version = version}};
  const Event::Kind kind = device.next();
  Dialled result{.offered = device.above.offered(),
                 .sent = device.below.sent(),
                 .library_error = device.tls.library_error()};
  if (kind != Event::Kind::connected) result.refused = device.error;
  return result;
}

}  // namespace

Dialled dial_asio_tls_1_2(const Dial& dial) {
  return dial_asio(dial, asio::TlsVersion::tls_1_2);
}
Dialled dial_asio_tls_1_3(const Dial& dial) {
  return dial_asio(dial, asio::TlsVersion::tls_1_3);
}

}  // namespace minimq::tls_test
#endif

// SPDX-License-Identifier: MIT
#include "tls/dial.hpp"

namespace minimq::tls_test {

#if defined(MINIMQ_WITH_MBEDTLS)
Dialled dial_mbedtls(const Dial& dial);
#endif
#if defined(MINIMQ_WITH_BEARSSL)
Dialled dial_bearssl(const Dial& dial);
#endif
#if defined(MINIMQ_WITH_ASIO)
Dialled dial_asio_tls_1_2(const Dial& dial);
Dialled dial_asio_tls_1_3(const Dial& dial);
#endif

std::vector<Column> columns() {
  return {
#if defined(MINIMQ_WITH_MBEDTLS)
      {.port = "mbedtls", .cell = 1, .dial = dial_mbedtls},
#endif
#if defined(MINIMQ_WITH_BEARSSL)
      {.port = "bearssl", .cell = 2, .dial = dial_bearssl},
#endif
#if defined(MINIMQ_WITH_ASIO)
      {.port = "asio_1_2", .cell = 3, .dial = dial_asio_tls_1_2},
      {.port = "asio_1_3", .cell = 4, .dial = dial_asio_tls_1_3, .refused_late = true},
#endif
  };
}

}  // namespace minimq::tls_test

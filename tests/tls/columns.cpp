// SPDX-License-Identifier: MIT
#include "tls/dial.hpp"

namespace minimq::tls_test {

#if defined(MINIMQ_WITH_MBEDTLS)
Dialled dial_mbedtls(const Dial& dial);
#endif
#if defined(MINIMQ_WITH_BEARSSL)
Dialled dial_bearssl(const Dial& dial);
#endif

std::vector<Column> columns() {
  return {
#if defined(MINIMQ_WITH_MBEDTLS)
      {.port = "mbedtls", .dial = dial_mbedtls},
#endif
#if defined(MINIMQ_WITH_BEARSSL)
      {.port = "bearssl", .dial = dial_bearssl},
#endif
  };
}

}  // namespace minimq::tls_test

// SPDX-License-Identifier: MIT
#include "tls/dial.hpp"

namespace minimq::tls_test {

#if defined(MINIMQ_WITH_MBEDTLS)
Dialled dial_mbedtls(const Dial& dial);
#endif

std::vector<Column> columns() {
  return {
#if defined(MINIMQ_WITH_MBEDTLS)
      {.port = "mbedtls", .dial = dial_mbedtls},
#endif
  };
}

}  // namespace minimq::tls_test

// SPDX-License-Identifier: MIT
#pragma once

#include <mbedtls/version.h>

// What differs between mbedTLS 2.28 and 3.6.

#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define MINIMQ_MBEDTLS_PRIVATE(member) member
#else
#include <mbedtls/private_access.h>
#define MINIMQ_MBEDTLS_PRIVATE(member) MBEDTLS_PRIVATE(member)
#endif

#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define MINIMQ_MBEDTLS_TLS_1_3 1
#else
#define MINIMQ_MBEDTLS_TLS_1_3 0
#endif

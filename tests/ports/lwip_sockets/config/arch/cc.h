// SPDX-License-Identifier: MIT
// What lwIP asks of a compiler and a platform; on the host, under test.
#pragma once

#include <stddef.h>
#include <sys/time.h>

#ifdef __cplusplus
extern "C" {
#endif
/// Says what failed and aborts.
void lwip_test_panic(const char* what);
/// Memory that the sanitizers watch, and that a test may refuse.
void* lwip_test_malloc(size_t size);
void* lwip_test_calloc(size_t count, size_t size);
void lwip_test_free(void* memory);
/// The same numbers in each run.
unsigned int lwip_test_random(void);
/// Aborts if the caller is not in lwIP's own context.
void lwip_test_core_locked(void);
#ifdef __cplusplus
}
#endif

#define LWIP_PLATFORM_DIAG(message) \
  do {                              \
  } while (0)
#define LWIP_PLATFORM_ASSERT(what) lwip_test_panic(what)
#define LWIP_RAND() lwip_test_random()
#define LWIP_NO_CTYPE_H 1

// SPDX-License-Identifier: MIT
// What lwIP asks of a compiler and a platform.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif
/// Says what failed and ends the program.
__attribute__((noreturn)) void firmware_panic(const char* what);
/// 32 bits from the board's entropy.
unsigned int firmware_random(void);
#ifdef __cplusplus
}
#endif

#define LWIP_PLATFORM_DIAG(message) \
  do {                              \
  } while (0)
#define LWIP_PLATFORM_ASSERT(what) firmware_panic(what)
#define LWIP_RAND() firmware_random()
#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_UNISTD_H 1

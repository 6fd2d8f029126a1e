// SPDX-License-Identifier: MIT
// lwIP on the host: as on a device, but every pcb, segment and pbuf is a block of its own, so that
// the address sanitizer sees one that is used after it is gone.
#pragma once

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0

#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define mem_clib_malloc lwip_test_malloc
#define mem_clib_calloc lwip_test_calloc
#define mem_clib_free lwip_test_free

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 4
#define LWIP_RAW 0
#define LWIP_TCP 1
#define TCP_MSS 536
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 16
#define TCP_QUEUE_OOSEQ 0
#define MEMP_NUM_TCP_SEG 64
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_STATS 0

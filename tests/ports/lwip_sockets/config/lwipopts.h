// SPDX-License-Identifier: MIT
// lwIP with an operating system on the host: its own thread, sockets, a loopback interface. Every
// block of memory is one of its own, so that the address sanitizer sees one that is used after it
// is gone. The functions of sockets are macros with the usual names, as is lwIP's default.
#pragma once

#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#ifndef LWIP_TCPIP_CORE_LOCKING
#define LWIP_TCPIP_CORE_LOCKING 1
#endif
#define LWIP_ASSERT_CORE_LOCKED() lwip_test_core_locked()

#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define mem_clib_malloc lwip_test_malloc
#define mem_clib_calloc lwip_test_calloc
#define mem_clib_free lwip_test_free

#define LWIP_SOCKET 1
#define LWIP_NETCONN 1
#define LWIP_ERRNO_STDINCLUDE
#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_SO_RCVTIMEO 1
#define LWIP_SO_LINGER 1
#define MEMP_NUM_NETCONN 12
#define TCPIP_MBOX_SIZE 64
#define DEFAULT_TCP_RECVMBOX_SIZE 16
#define DEFAULT_UDP_RECVMBOX_SIZE 4
#define DEFAULT_ACCEPTMBOX_SIZE 8

#define LWIP_IPV4 1
#ifndef LWIP_IPV6
#define LWIP_IPV6 1
#endif
#define IPV6_FRAG_COPYHEADER 1
#define LWIP_DNS 1
#define LWIP_RAW 0
#define LWIP_TCP 1
#define TCP_MSS 536
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 16
#define TCP_SYNMAXRTX 2
#define MEMP_NUM_TCP_SEG 64
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_STATS 0

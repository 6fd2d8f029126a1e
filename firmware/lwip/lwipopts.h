// SPDX-License-Identifier: MIT
// lwIP without an operating system and without a heap of the C library: one TCP connection or two,
// DNS, a static address.
#pragma once

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0

#define MEM_ALIGNMENT 4
#define MEM_SIZE 8192
#define PBUF_POOL_SIZE 8
#define MEMP_NUM_TCP_PCB 3
#define MEMP_NUM_TCP_PCB_LISTEN 1
#define MEMP_NUM_TCP_SEG 16

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_DHCP 0
#define LWIP_DNS 1
#define LWIP_RAW 0
#define LWIP_TCP 1
#define TCP_MSS 1460
#define TCP_WND (3 * TCP_MSS)
#define TCP_SND_BUF (2 * TCP_MSS)
#define TCP_SND_QUEUELEN 12
#define TCP_QUEUE_OOSEQ 0

#define LWIP_STATS 0
#define LWIP_NETIF_HOSTNAME 0

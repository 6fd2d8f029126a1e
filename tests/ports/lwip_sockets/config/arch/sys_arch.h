// SPDX-License-Identifier: MIT
// The operating system as lwIP sees it: handles to what host/sys_arch.cpp is made of.
#pragma once

typedef struct lwip_test_semaphore* sys_sem_t;
typedef struct lwip_test_mutex* sys_mutex_t;
typedef struct lwip_test_mailbox* sys_mbox_t;
typedef int sys_thread_t;
typedef int sys_prot_t;

#define sys_sem_valid(handle) (*(handle) != 0)
#define sys_sem_set_invalid(handle) (*(handle) = 0)
#define sys_mutex_valid(handle) (*(handle) != 0)
#define sys_mutex_set_invalid(handle) (*(handle) = 0)
#define sys_mbox_valid(handle) (*(handle) != 0)
#define sys_mbox_set_invalid(handle) (*(handle) = 0)

// SPDX-License-Identifier: MIT
//
// The operating system that lwIP asks for, made of the host's threads. Its clock can be moved on.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <lwip/sys.h>
#include <lwip/tcpip.h>
#include <mutex>
#include <thread>

#include "ports/lwip_sockets/host/clock.hpp"

struct lwip_test_semaphore {
  std::mutex mutex;
  std::condition_variable changed;
  unsigned count{0};
};

struct lwip_test_mutex {
  std::mutex mutex;
  std::atomic<std::thread::id> owner;
};

struct lwip_test_mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<void*> messages;
  std::size_t capacity{0};
};

namespace minimq::lwip_sockets::test {

namespace {

std::atomic<std::uint32_t> added_ms{0};
std::atomic<bool> starving{false};
std::atomic<unsigned> refused{0};

}  // namespace

void let_pass(std::uint32_t ms) {
  added_ms += ms;
  // lwIP's thread looks at its timers after a message, so that a second one has seen them.
  sys_sem_t seen;
  ::sys_sem_new(&seen, 0);
  for (int i = 0; i < 2; ++i) {
    ::tcpip_callback([](void* sem) { ::sys_sem_signal(static_cast<sys_sem_t*>(sem)); }, &seen);
    ::sys_arch_sem_wait(&seen, 0);
  }
  ::sys_sem_free(&seen);
}

void starve(bool on) {
  starving = on;
}

unsigned refusals() {
  return refused;
}

}  // namespace minimq::lwip_sockets::test

namespace {

using namespace minimq::lwip_sockets::test;

// Waits until `met`, at most that long (0: without limit), and returns whether it is.
template <class Condition>
bool wait_until(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                std::uint32_t timeout_ms, Condition met) {
  if (timeout_ms != 0) return changed.wait_for(lock, std::chrono::milliseconds{timeout_ms}, met);
  changed.wait(lock, met);
  return true;
}

std::recursive_mutex& short_protection() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace

extern "C" {

void sys_init() {}

u32_t sys_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return static_cast<u32_t>(ms) + added_ms;
}

err_t sys_sem_new(sys_sem_t* sem, u8_t count) {
  *sem = new lwip_test_semaphore;
  (*sem)->count = count;
  return ERR_OK;
}

void sys_sem_free(sys_sem_t* sem) {
  delete *sem;
}

void sys_sem_signal(sys_sem_t* sem) {
  // Under the lock, because who is woken may delete it.
  const std::scoped_lock lock{(*sem)->mutex};
  ++(*sem)->count;
  (*sem)->changed.notify_one();
}

u32_t sys_arch_sem_wait(sys_sem_t* sem, u32_t timeout) {
  std::unique_lock lock{(*sem)->mutex};
  lwip_test_semaphore& semaphore = **sem;
  if (!wait_until(semaphore.changed, lock, timeout, [&] { return semaphore.count > 0; }))
    return SYS_ARCH_TIMEOUT;
  --semaphore.count;
  return 0;
}

err_t sys_mutex_new(sys_mutex_t* mutex) {
  *mutex = new lwip_test_mutex;
  return ERR_OK;
}

void sys_mutex_free(sys_mutex_t* mutex) {
  delete *mutex;
}

void sys_mutex_lock(sys_mutex_t* mutex) {
  if ((*mutex)->owner == std::this_thread::get_id()) lwip_test_panic("locked twice");
  (*mutex)->mutex.lock();
  (*mutex)->owner = std::this_thread::get_id();
}

void sys_mutex_unlock(sys_mutex_t* mutex) {
  (*mutex)->owner = std::thread::id{};
  (*mutex)->mutex.unlock();
}

err_t sys_mbox_new(sys_mbox_t* mailbox, int size) {
  *mailbox = new lwip_test_mailbox;
  (*mailbox)->capacity = static_cast<std::size_t>(size);
  return ERR_OK;
}

void sys_mbox_free(sys_mbox_t* mailbox) {
  delete *mailbox;
}

void sys_mbox_post(sys_mbox_t* mailbox, void* message) {
  lwip_test_mailbox& box = **mailbox;
  std::unique_lock lock{box.mutex};
  box.changed.wait(lock, [&] { return box.messages.size() < box.capacity; });
  box.messages.push_back(message);
  box.changed.notify_all();
}

err_t sys_mbox_trypost(sys_mbox_t* mailbox, void* message) {
  lwip_test_mailbox& box = **mailbox;
  const std::scoped_lock lock{box.mutex};
  if (box.messages.size() >= box.capacity) return ERR_MEM;
  box.messages.push_back(message);
  box.changed.notify_all();
  return ERR_OK;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t* mailbox, void* message) {
  return sys_mbox_trypost(mailbox, message);
}

u32_t sys_arch_mbox_fetch(sys_mbox_t* mailbox, void** message, u32_t timeout) {
  lwip_test_mailbox& box = **mailbox;
  std::unique_lock lock{box.mutex};
  if (!wait_until(box.changed, lock, timeout, [&] { return !box.messages.empty(); }))
    return SYS_ARCH_TIMEOUT;
  void* const taken = box.messages.front();
  box.messages.pop_front();
  box.changed.notify_all();
  if (message != nullptr) *message = taken;
  return 0;
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t* mailbox, void** message) {
  lwip_test_mailbox& box = **mailbox;
  const std::scoped_lock lock{box.mutex};
  if (box.messages.empty()) return SYS_MBOX_EMPTY;
  if (message != nullptr) *message = box.messages.front();
  box.messages.pop_front();
  box.changed.notify_all();
  return 0;
}

sys_thread_t sys_thread_new(const char*, lwip_thread_fn function, void* argument, int, int) {
  std::thread{function, argument}.detach();
  return 0;
}

sys_prot_t sys_arch_protect() {
  short_protection().lock();
  return 0;
}

void sys_arch_unprotect(sys_prot_t) {
  short_protection().unlock();
}

void lwip_test_core_locked() {
#if LWIP_TCPIP_CORE_LOCKING
  if (lock_tcpip_core != nullptr && lock_tcpip_core->owner != std::this_thread::get_id())
    lwip_test_panic("the raw API outside lwIP's context");
#endif
}

void lwip_test_panic(const char* what) {
  std::fprintf(stderr, "lwIP: %s\n", what);
  std::abort();
}

void* lwip_test_malloc(size_t size) {
  // lwIP aborts without memory for a timer, so that much it always gets.
  constexpr std::size_t timer_size = 40;
  if (starving && size > timer_size) {
    ++refused;
    return nullptr;
  }
  return std::malloc(size);
}

void* lwip_test_calloc(size_t count, size_t size) {
  void* const block = lwip_test_malloc(count * size);
  if (block != nullptr) std::fill_n(static_cast<unsigned char*>(block), count * size, 0);
  return block;
}

void lwip_test_free(void* memory) {
  std::free(memory);
}

unsigned int lwip_test_random() {
  static std::atomic<unsigned int> state{1};
  return state = state * 1'664'525 + 1'013'904'223;
}
}

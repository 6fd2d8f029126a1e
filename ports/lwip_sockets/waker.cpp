// SPDX-License-Identifier: MIT
#include <minimq/lwip_sockets/waker.hpp>

#include <array>
#include <cstddef>
#include <lwip/pbuf.h>
#include <lwip/sys.h>
#include <lwip/udp.h>

#include "lwip_context.hpp"
#include "socket_address.hpp"

#if !LWIP_NETIF_LOOPBACK || !LWIP_UDP
#error "wake() needs LWIP_NETIF_LOOPBACK and LWIP_UDP in lwipopts.h"
#endif

namespace minimq::lwip_sockets {

namespace {

constexpr std::uint32_t memory_tries_max = 1'000;  // with a millisecond between them

ip_addr_t loopback() {
  ip_addr_t address;
  ip_addr_set_loopback(!LWIP_IPV4, &address);
  return address;
}

}  // namespace

Waker::Listener::Listener(Waker& waker) : waker_{waker}, next_{waker.listeners_} {
  waker.listeners_ = this;
}

Waker::Listener::~Listener() {
  Listener** link = &waker_.listeners_;
  while (*link != this)
    link = &(*link)->next_;
  *link = next_;
}

Waker::Waker() {
  if (begin() || descriptor_ < 0) return;
  ::lwip_close(descriptor_);
  descriptor_ = -1;
}

Waker::~Waker() {
  if (descriptor_ < 0) return;
  // What could not run is tried again: the pcb must not stay behind.
  while (in_lwip([this] {
           ::udp_remove(sender_);
           return err_t{ERR_OK};
         }) != ERR_OK)
    ::sys_msleep(1);
  ::lwip_close(descriptor_);
}

bool Waker::begin() {
  SocketAddress name;
  socklen_t size = fill(name, loopback(), /*port=*/0);
  descriptor_ = ::lwip_socket(name.any.sa_family, SOCK_DGRAM, 0);
  if (descriptor_ < 0 || !never_block(descriptor_)) return false;
  if (::lwip_bind(descriptor_, &name.any, size) != 0) return false;
  if (::lwip_getsockname(descriptor_, &name.any, &size) != 0) return false;
  port_ = port_of(name);
  const err_t made = in_lwip([this]() -> err_t {
    sender_ = ::udp_new();
    return sender_ == nullptr ? ERR_MEM : ERR_OK;
  });
  return made == ERR_OK;
}

void Waker::wake() {
  if (descriptor_ < 0) return;
  for (std::uint32_t i = 0; i < memory_tries_max; ++i) {
    if (in_lwip([this]() -> err_t { return post() ? ERR_OK : ERR_MEM; }) == ERR_OK) return;
    ::sys_msleep(1);
  }
}

// The other half of poll_ended(): either this sees that the loop's wait is over, or the loop sees
// what the caller has done before it called.
bool Waker::pending() const {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return pending_.load(std::memory_order_relaxed);
}

void Waker::poll_ended() {
  pending_.store(false, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

// In lwIP's context. One datagram on its way is enough, however often this is called.
bool Waker::post() {
  if (descriptor_ < 0 || pending()) return true;
  pbuf* const datagram = ::pbuf_alloc(PBUF_TRANSPORT, 1, PBUF_RAM);
  if (datagram == nullptr) return false;
  *static_cast<std::byte*>(datagram->payload) = std::byte{1};
  const ip_addr_t self = loopback();
  pending_.store(true, std::memory_order_relaxed);
  const bool sent = ::udp_sendto(sender_, datagram, &self, port_) == ERR_OK;
  if (!sent) pending_.store(false, std::memory_order_relaxed);
  ::pbuf_free(datagram);
  return sent;
}

void Waker::drain() {
  std::array<std::byte, 4> emptied;
  while (::lwip_recv(descriptor_, emptied.data(), emptied.size(), 0) > 0) {
  }
  for (Listener* listener = listeners_; listener != nullptr; listener = listener->next_)
    listener->woken();
}

}  // namespace minimq::lwip_sockets

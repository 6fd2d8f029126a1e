// SPDX-License-Identifier: MIT
#include "ports/lwip/stack.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <lwip/init.h>
#include <lwip/pbuf.h>
#include <lwip/sys.h>
#include <utility>

namespace minimq::lwip::test {

namespace {

std::uint32_t clock_ms = 0;
std::function<bool(std::size_t)> may_have;
std::size_t block_count = 0;

}  // namespace

void Stack::start() {
  static const bool started = [] {
    ::lwip_init();
    return true;
  }();
  ASSERT_TRUE(started);
}

std::uint32_t& Stack::clock() {
  return clock_ms;
}

std::function<bool(std::size_t)>& Stack::memory() {
  return may_have;
}

std::size_t Stack::blocks() {
  return block_count;
}

bool Stack::packets_wait() {
  for (const netif* interface = netif_list; interface != nullptr; interface = interface->next)
    if (interface->loop_first != nullptr) return true;
  return false;
}

void HostPlatform::sleep(Duration at_most) {
  if (Stack::packets_wait()) return;
  ++sleeps;
  clock_ms += static_cast<std::uint32_t>(at_most.count());
}

void HostPlatform::entropy(std::span<std::byte> space) {
  std::ranges::fill(space, std::byte{0x5a});
}

DeadNetwork::DeadNetwork() {
  Stack::start();
  ip4_addr_t address;
  ip4_addr_t mask;
  IP4_ADDR(&address, 192, 0, 2, 1);
  IP4_ADDR(&mask, 255, 255, 255, 0);
  const auto ignore_all = [](netif* interface) -> err_t {
    interface->mtu = 1500;
    interface->output = [](netif*, pbuf*, const ip4_addr_t*) -> err_t { return ERR_OK; };
    return ERR_OK;
  };
  ::netif_add(&interface_, &address, &mask, nullptr, nullptr, ignore_all, nullptr);
  ::netif_set_up(&interface_);
  ::netif_set_link_up(&interface_);
}

DeadNetwork::~DeadNetwork() {
  ::netif_remove(&interface_);
}

Peer::Peer(bool reading) : reading_{reading} {
  Stack::start();
  tcp_pcb* const pcb = ::tcp_new();
  EXPECT_EQ(::tcp_bind(pcb, IP_ADDR_ANY, 0), ERR_OK);
  listener_ = ::tcp_listen(pcb);
  ::tcp_arg(listener_, this);
  ::tcp_accept(listener_, accepted);
}

Peer::~Peer() {
  let_go();
  ::tcp_close(listener_);
}

err_t Peer::accepted(void* self, tcp_pcb* pcb, err_t) {
  auto& peer = *static_cast<Peer*>(self);
  peer.let_go();
  peer.pcb_ = pcb;
  peer.ended_ = peer.reset_ = false;
  ::tcp_arg(pcb, self);
  ::tcp_recv(pcb, received);
  ::tcp_err(pcb, lost);
  tcp_nagle_disable(pcb);
  return ERR_OK;
}

err_t Peer::received(void* self, tcp_pcb* pcb, pbuf* data, err_t) {
  auto& peer = *static_cast<Peer*>(self);
  if (data == nullptr) {
    peer.ended_ = true;
    return ERR_OK;
  }
  for (const pbuf* part = data; part != nullptr; part = part->next)
    peer.text_.append(static_cast<const char*>(part->payload), part->len);
  if (peer.reading_)
    ::tcp_recved(pcb, data->tot_len);
  else
    peer.unread_ += data->tot_len;
  ::pbuf_free(data);
  return ERR_OK;
}

void Peer::lost(void* self, err_t) {
  auto& peer = *static_cast<Peer*>(self);
  peer.pcb_ = nullptr;
  peer.reset_ = true;
}

std::size_t Peer::send(std::string_view text) {
  const std::size_t size = std::min(text.size(), std::size_t{tcp_sndbuf(pcb_)});
  if (size == 0) return 0;
  if (::tcp_write(pcb_, text.data(), static_cast<u16_t>(size), TCP_WRITE_FLAG_COPY) != ERR_OK)
    return 0;
  EXPECT_EQ(::tcp_output(pcb_), ERR_OK);
  return size;
}

void Peer::read_on() {
  reading_ = true;
  ::tcp_recved(pcb_, static_cast<u16_t>(std::exchange(unread_, 0)));
}

void Peer::close() {
  tcp_pcb* const pcb = std::exchange(pcb_, nullptr);
  ::tcp_arg(pcb, nullptr);
  ::tcp_recv(pcb, nullptr);
  ::tcp_err(pcb, nullptr);
  EXPECT_EQ(::tcp_close(pcb), ERR_OK);
}

void Peer::reset() {
  tcp_pcb* const pcb = std::exchange(pcb_, nullptr);
  ::tcp_err(pcb, nullptr);
  ::tcp_abort(pcb);
}

void Peer::let_go() {
  if (pcb_ != nullptr) reset();
}

}  // namespace minimq::lwip::test

extern "C" {

u32_t sys_now() {
  return minimq::lwip::test::clock_ms;
}

void lwip_test_panic(const char* what) {
  std::fprintf(stderr, "lwIP: %s\n", what);
  std::abort();
}

void* lwip_test_malloc(size_t size) {
  using namespace minimq::lwip::test;
  if (may_have && !may_have(size)) return nullptr;
  void* const block = std::malloc(size);
  if (block != nullptr) ++block_count;
  return block;
}

void* lwip_test_calloc(size_t count, size_t size) {
  void* const block = lwip_test_malloc(count * size);
  if (block != nullptr) std::fill_n(static_cast<unsigned char*>(block), count * size, 0);
  return block;
}

void lwip_test_free(void* memory) {
  if (memory != nullptr) --minimq::lwip::test::block_count;
  std::free(memory);
}

unsigned int lwip_test_random() {
  static unsigned int state = 1;
  state = state * 1'664'525 + 1'013'904'223;
  return state;
}
}

// SPDX-License-Identifier: MIT
#include "board/board.hpp"

#include <array>
#include <bit>
#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <netif/ethernet.h>

#include "board/clock.hpp"
#include "board/lan9118.hpp"
#include "board/semihosting.hpp"

namespace firmware {

namespace {

constexpr Lan9118::Address hardware_address{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr int frames_per_poll = 8;

ip4_addr_t address(std::uint8_t last) {
  ip4_addr_t result;
  IP4_ADDR(&result, 10, 0, 2, last);
  return result;
}

err_t send(netif*, pbuf* frame) {
  return Lan9118::send(*frame) ? ERR_OK : ERR_BUF;
}

err_t start_interface(netif* interface) {
  interface->name[0] = 'e';
  interface->name[1] = 'n';
  interface->mtu = 1500;
  interface->hwaddr_len = hardware_address.size();
  for (std::size_t i = 0; i < hardware_address.size(); ++i)
    interface->hwaddr[i] = hardware_address[i];
  interface->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
  interface->output = ::etharp_output;
  interface->linkoutput = send;
  return Lan9118::start(hardware_address) ? ERR_OK : ERR_IF;
}

// Nothing is missed between the last look and the sleep: with interrupts masked, one that becomes
// pending still ends `wfi`.
void wait_for_interrupt() {
  asm volatile("cpsid i" ::: "memory");
  if (!Lan9118::frame_waits()) asm volatile("wfi" ::: "memory");
  asm volatile("cpsie i" ::: "memory");
}

}  // namespace

Board::Board() {
  start_clock();
  ::lwip_init();
  const ip4_addr_t own = address(15);
  const ip4_addr_t gateway = address(2);
  ip4_addr_t mask;
  IP4_ADDR(&mask, 255, 255, 255, 0);
  if (::netif_add(&interface_, &own, &mask, &gateway, nullptr, start_interface, ::ethernet_input) ==
      nullptr) {
    ::firmware_panic("no Ethernet controller");
  }
  ::netif_set_default(&interface_);
  ::netif_set_up(&interface_);
  const ip_addr_t name_server = IPADDR4_INIT_BYTES(10, 0, 2, 3);
  ::dns_setserver(0, &name_server);
}

void Board::poll() {
  for (int count = 0; count < frames_per_poll; ++count) {
    pbuf* const frame = Lan9118::receive();
    if (frame == nullptr) return;
    if (interface_.input(frame, &interface_) != ERR_OK) ::pbuf_free(frame);
  }
}

// SysTick wakes it every millisecond, to look at the clock and go back to sleep.
void Board::sleep(minimq::Duration at_most) {
  const std::uint32_t begin = milliseconds();
  while (!Lan9118::frame_waits() && minimq::Duration{milliseconds() - begin} < at_most)
    wait_for_interrupt();
}

void Board::entropy(std::span<std::byte> space) {
  if (!host_random(space)) ::firmware_panic("no entropy");
}

}  // namespace firmware

extern "C" unsigned int firmware_random() {
  std::array<std::byte, sizeof(unsigned int)> bytes;
  if (!firmware::host_random(bytes)) firmware_panic("no entropy");
  return std::bit_cast<unsigned int>(bytes);
}

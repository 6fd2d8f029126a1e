// SPDX-License-Identifier: MIT
#include "board/lan9118.hpp"

#include <algorithm>
#include <cstring>
#include <lwip/pbuf.h>

#include "board/mps2.hpp"

namespace firmware {

namespace {

constexpr mps2::Register at(std::uintptr_t offset) {
  return mps2::Register{mps2::ethernet + offset};
}

constexpr mps2::Register rx_data = at(0x00);
constexpr mps2::Register tx_data = at(0x20);
constexpr mps2::Register rx_status = at(0x40);
constexpr mps2::Register tx_status = at(0x48);
constexpr mps2::Register interrupt_config = at(0x54);
constexpr mps2::Register interrupt_status = at(0x58);
constexpr mps2::Register interrupt_enable = at(0x5c);
constexpr mps2::Register byte_test = at(0x64);
constexpr mps2::Register fifo_interrupts = at(0x68);
constexpr mps2::Register tx_config = at(0x70);
constexpr mps2::Register hardware_config = at(0x74);
constexpr mps2::Register rx_fill = at(0x7c);
constexpr mps2::Register tx_fill = at(0x80);
constexpr mps2::Register mac_command = at(0xa4);
constexpr mps2::Register mac_data = at(0xa8);

constexpr std::uint32_t status_fifo_level = 1U << 3;
constexpr std::uint32_t checksum_size = 4;

// Registers of the MAC lie behind a command register.
void write_mac(std::uint32_t index, std::uint32_t value) {
  constexpr std::uint32_t busy = 1U << 31;
  mac_data.write(value);
  mac_command.write(busy | index);
  while ((mac_command.read() & busy) != 0) {
  }
}

void skip(std::uint32_t words) {
  for (; words != 0; --words)
    static_cast<void>(rx_data.read());
}

void enable_interrupt(unsigned number) {
  const mps2::Register set_enable{0xe000e100 + 4 * (number / 32)};
  set_enable.write(1U << (number % 32));
}

}  // namespace

bool Lan9118::start(const Address& address) {
  if (byte_test.read() != 0x87654321) return false;
  hardware_config.write(1);  // software reset
  while ((hardware_config.read() & 1) != 0) {
  }
  write_mac(2, std::uint32_t{address[4]} | std::uint32_t{address[5]} << 8);
  write_mac(3, std::uint32_t{address[0]} | std::uint32_t{address[1]} << 8 |
                   std::uint32_t{address[2]} << 16 | std::uint32_t{address[3]} << 24);
  tx_config.write(2);
  constexpr std::uint32_t full_duplex = 1U << 20;
  constexpr std::uint32_t transmit = 1U << 3;
  constexpr std::uint32_t receive = 1U << 2;
  write_mac(1, full_duplex | transmit | receive);
  fifo_interrupts.write(0);       // from the first frame on
  interrupt_config.write(0x111);  // enabled, active high, push-pull
  interrupt_status.write(~0U);
  interrupt_enable.write(status_fifo_level);
  enable_interrupt(mps2::ethernet_irq);
  return true;
}

bool Lan9118::frame_waits() {
  return (rx_fill.read() >> 16 & 0xff) != 0;
}

pbuf* Lan9118::receive() {
  if (!frame_waits()) return nullptr;
  constexpr std::uint32_t frame_error = 1U << 15;
  const std::uint32_t status = rx_status.read();
  const std::uint32_t size = status >> 16 & 0x3fff;
  std::uint32_t words = (size + 3) / 4;
  if ((status & frame_error) != 0 || size <= checksum_size) {
    skip(words);
    return nullptr;
  }
  pbuf* const frame =
      ::pbuf_alloc(PBUF_RAW, static_cast<std::uint16_t>(size - checksum_size), PBUF_POOL);
  for (pbuf* part = frame; part != nullptr; part = part->next) {
    auto* place = static_cast<std::uint8_t*>(part->payload);
    for (std::uint32_t left = part->len; left != 0;) {
      const std::uint32_t word = rx_data.read();
      const std::uint32_t count = std::min<std::uint32_t>(left, sizeof word);
      std::memcpy(place, &word, count);
      place += count;
      left -= count;
      --words;
    }
  }
  skip(words);
  return frame;
}

bool Lan9118::send(const pbuf& frame) {
  const std::uint32_t size = frame.tot_len;
  if ((tx_fill.read() & 0xffff) < size + 16) return false;
  constexpr std::uint32_t first_and_last = 3U << 12;
  tx_data.write(first_and_last | size);
  tx_data.write(size);
  std::uint32_t word = 0;
  unsigned shift = 0;
  for (const pbuf* part = &frame; part != nullptr; part = part->next) {
    const auto* bytes = static_cast<const std::uint8_t*>(part->payload);
    for (std::uint32_t i = 0; i < part->len; ++i) {
      word |= std::uint32_t{bytes[i]} << shift;
      shift += 8;
      if (shift == 32) {
        tx_data.write(word);
        word = 0;
        shift = 0;
      }
    }
  }
  if (shift != 0) tx_data.write(word);
  static_cast<void>(tx_status.read());
  return true;
}

}  // namespace firmware

// Its only effect is that `wfi` ends.
extern "C" void firmware_ethernet_interrupt() {
  firmware::interrupt_status.write(firmware::status_fifo_level);
}

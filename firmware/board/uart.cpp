// SPDX-License-Identifier: MIT
#include "board/uart.hpp"

#include <array>

#include "board/mps2.hpp"

namespace firmware {

namespace {

constexpr mps2::Register data{mps2::uart + 0x00};
constexpr mps2::Register state{mps2::uart + 0x04};
constexpr mps2::Register control{mps2::uart + 0x08};
constexpr mps2::Register divider{mps2::uart + 0x10};
constexpr std::uint32_t transmit_full = 1;
constexpr std::uint32_t transmit_enable = 1;

}  // namespace

void print(std::string_view text) {
  if (control.read() != transmit_enable) {
    divider.write(16);
    control.write(transmit_enable);
  }
  for (const char letter : text) {
    while ((state.read() & transmit_full) != 0) {
    }
    data.write(static_cast<unsigned char>(letter));
  }
}

void print(std::uint32_t number) {
  std::array<char, 10> digits;
  std::size_t first = digits.size();
  do {
    digits[--first] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(std::string_view{digits.data() + first, digits.size() - first});
}

}  // namespace firmware

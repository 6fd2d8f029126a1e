// SPDX-License-Identifier: MIT
#include "board/clock.hpp"

#include "board/mps2.hpp"

namespace firmware {

namespace {

constexpr mps2::Register control{0xe000e010};
constexpr mps2::Register reload{0xe000e014};
constexpr mps2::Register current{0xe000e018};
constexpr std::uint32_t enable = 1;
constexpr std::uint32_t interrupt = 2;
constexpr std::uint32_t processor_clock = 4;

volatile std::uint32_t elapsed_ms = 0;

void start(std::uint32_t period, std::uint32_t flags) {
  control.write(0);
  reload.write(period - 1);
  current.write(0);
  control.write(enable | processor_clock | flags);
}

}  // namespace

void start_clock() {
  start(cycles_per_ms(), interrupt);
}

std::uint32_t milliseconds() {
  return elapsed_ms;
}

std::uint32_t cycle_counter() {
  return current.read();
}

std::uint32_t cycles_per_ms() {
  return mps2::clock_hz / 1'000;
}

void free_running_counter() {
  start(counter_mask + 1, 0);
}

}  // namespace firmware

extern "C" void firmware_tick() {
  firmware::elapsed_ms = firmware::elapsed_ms + 1;
}

// lwIP's clock.
extern "C" std::uint32_t sys_now() {
  return firmware::milliseconds();
}

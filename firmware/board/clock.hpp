// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace firmware {

/// Starts SysTick with a thousand interrupts in a second.
void start_clock();

/// Milliseconds since start_clock(); wraps after 49 days.
[[nodiscard]] std::uint32_t milliseconds();

/// SysTick's own counter: counts down from `cycles_per_ms() - 1` to zero.
[[nodiscard]] std::uint32_t cycle_counter();
[[nodiscard]] std::uint32_t cycles_per_ms();

/// Stops the interrupts and lets the counter run over its whole 24 bits, to measure with.
void free_running_counter();
inline constexpr std::uint32_t counter_mask = 0xffffff;

}  // namespace firmware

extern "C" void firmware_tick();

// SPDX-License-Identifier: MIT
//
// From reset to main, for any Cortex-M.
#include "board/start.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "board/clock.hpp"
#include "board/lan9118.hpp"
#include "board/mps2.hpp"
#include "board/semihosting.hpp"
#include "board/uart.hpp"

// The addresses of these are what the linker script gives.
extern "C" std::uint32_t firmware_data_load[];
extern "C" std::uint32_t firmware_data_begin[];
extern "C" std::uint32_t firmware_data_end[];
extern "C" std::uint32_t firmware_bss_begin[];
extern "C" std::uint32_t firmware_bss_end[];
extern "C" std::uint32_t firmware_stack_begin[];
extern "C" std::uint32_t firmware_stack_end[];

extern "C" int main();

namespace {

constexpr std::uint32_t paint = 0xa5a5a5a5;

std::uint32_t* stack_pointer() {
  std::uint32_t* pointer;
  asm volatile("mov %0, sp" : "=r"(pointer));
  return pointer;
}

// Interrupts push below the stack pointer while this runs; what they leave is painted over or
// counts, as it should.
[[gnu::noinline]] void paint_stack() {
  for (volatile std::uint32_t* word = firmware_stack_begin; word < stack_pointer(); ++word)
    *word = paint;
}

}  // namespace

extern "C" [[noreturn]] void firmware_reset() {
  std::memcpy(firmware_data_begin, firmware_data_load,
              reinterpret_cast<std::uintptr_t>(firmware_data_end) -
                  reinterpret_cast<std::uintptr_t>(firmware_data_begin));
  std::memset(firmware_bss_begin, 0,
              reinterpret_cast<std::uintptr_t>(firmware_bss_end) -
                  reinterpret_cast<std::uintptr_t>(firmware_bss_begin));
  paint_stack();
  firmware::exit(main());
}

extern "C" [[noreturn]] void firmware_panic(const char* what) {
  firmware::print("panic: ");
  firmware::print(what);
  firmware::print("\n");
  firmware::exit(98);
}

extern "C" [[noreturn]] void firmware_fault() {
  firmware::print("fault\n");
  firmware::exit(99);
}

// What the compiler calls for a virtual function that has no body.
extern "C" [[noreturn]] void __cxa_pure_virtual() {
  firmware_panic("pure virtual call");
}

namespace {

using Handler = void (*)();

// The first word is the initial stack pointer, then come the exceptions 1 to 15, then interrupts.
struct Vectors {
  const void* stack;
  std::array<Handler, 15 + 64> handlers;
};

constexpr Vectors make_vectors() {
  Vectors vectors{.stack = firmware_stack_end, .handlers = {}};
  vectors.handlers.fill(firmware_fault);
  vectors.handlers[0] = firmware_reset;
  vectors.handlers[14] = firmware_tick;
  vectors.handlers[15 + firmware::mps2::ethernet_irq] = firmware_ethernet_interrupt;
  return vectors;
}

[[gnu::section(".vectors"), gnu::used]] constexpr Vectors vectors = make_vectors();

}  // namespace

namespace firmware {

std::size_t stack_peak() {
  const std::uint32_t* word = firmware_stack_begin;
  while (word < firmware_stack_end && *word == paint)
    ++word;
  return static_cast<std::size_t>(firmware_stack_end - word) * sizeof *word;
}

std::size_t repaint_stack() {
  paint_stack();
  return static_cast<std::size_t>(firmware_stack_end - stack_pointer()) * sizeof(std::uint32_t);
}

}  // namespace firmware

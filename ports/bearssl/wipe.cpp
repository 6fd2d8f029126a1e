// SPDX-License-Identifier: MIT
#include <minimq/bearssl/wipe.hpp>

#include <algorithm>
#include <array>

namespace minimq::bearssl {

namespace {

// More than BearSSL's deepest calls take.
constexpr std::size_t stack_size = sizeof(void*) == 4 ? 3'072 : 8'192;

}  // namespace

void wipe(std::span<std::byte> bytes) {
  std::ranges::fill(bytes, std::byte{0});
  // For all the compiler knows, somebody reads it here.
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

[[gnu::noinline]] void wipe_stack() {
  std::array<std::byte, stack_size> stack;
  wipe(stack);
}

}  // namespace minimq::bearssl

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// Where things are on the boards that QEMU calls mps2-an385, mps2-an386 and mps2-an505.
namespace firmware::mps2 {

#ifdef FIRMWARE_AN505
inline constexpr std::uintptr_t uart = 0x50200000;
inline constexpr std::uintptr_t ethernet = 0x52000000;
inline constexpr unsigned ethernet_irq = 48;
inline constexpr std::uint32_t clock_hz = 20'000'000;
#else
inline constexpr std::uintptr_t uart = 0x40004000;
inline constexpr std::uintptr_t ethernet = 0x40200000;
inline constexpr unsigned ethernet_irq = 13;
inline constexpr std::uint32_t clock_hz = 25'000'000;
#endif

/// A register of 32 bits. Reading and writing are calls, so none is optimised away or doubled.
class Register {
 public:
  explicit constexpr Register(std::uintptr_t address) : address_{address} {}
  [[nodiscard]] std::uint32_t read() const { return *pointer(); }
  void write(std::uint32_t value) const { *pointer() = value; }

 private:
  [[nodiscard]] volatile std::uint32_t* pointer() const {
    return reinterpret_cast<volatile std::uint32_t*>(address_);
  }
  std::uintptr_t address_;
};

}  // namespace firmware::mps2

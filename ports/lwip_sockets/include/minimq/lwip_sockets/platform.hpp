// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace minimq::lwip_sockets {

/// What a board gives beside lwIP, its operating system and `sys_now()`. Nothing here has a
/// default: a board whose entropy was forgotten does not compile.
class Platform {
 public:
  /// Fills `space` with bytes that differ between devices and between boots, so that a fleet does
  /// not share its jitter and packet ids. They need not be secret.
  virtual void entropy(std::span<std::byte> space) = 0;

 protected:
  Platform() = default;
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;
  ~Platform() = default;
};

}  // namespace minimq::lwip_sockets

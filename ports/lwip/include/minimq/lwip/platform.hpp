// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>

#include <cstddef>
#include <span>

namespace minimq::lwip {

/// What a board gives beside lwIP itself and its `sys_now()`. Nothing here has a default: a board
/// whose entropy was forgotten does not compile.
class Platform {
 public:
  /// Hands frames that the network has received to lwIP (`netif->input`): a bounded number of them,
  /// so that a busy network starves nothing else. The rest waits for the next call.
  virtual void poll() = 0;

  /// Sleeps for at most that time (more than zero), with `wfi` for example, and returns as soon as
  /// an interrupt may have brought a frame or anything else that the program waits for. It must not
  /// sleep while frames wait for `poll`. Returning early costs a turn of the loop and nothing else.
  virtual void sleep(Duration at_most) = 0;

  /// Fills `space` with bytes that differ between devices and between boots, so that a fleet does
  /// not share its jitter and packet ids. They need not be secret.
  virtual void entropy(std::span<std::byte> space) = 0;

 protected:
  Platform() = default;
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;
  ~Platform() = default;
};

}  // namespace minimq::lwip

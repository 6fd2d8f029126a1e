// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

struct pbuf;

namespace firmware {

/// The Ethernet controller of the board, with an interrupt for received frames.
class Lan9118 {
 public:
  using Address = std::array<std::uint8_t, 6>;

  /// Resets and starts it. False if there is none.
  [[nodiscard]] static bool start(const Address& address);

  /// Whether a frame waits to be received.
  [[nodiscard]] static bool frame_waits();

  /// The next frame in a pbuf of lwIP's pool, which the caller owns; null if there is none, or no
  /// memory for it: then the frame is dropped.
  [[nodiscard]] static pbuf* receive();

  /// Sends a frame; false if the controller's buffer is full.
  [[nodiscard]] static bool send(const pbuf& frame);
};

}  // namespace firmware

extern "C" void firmware_ethernet_interrupt();

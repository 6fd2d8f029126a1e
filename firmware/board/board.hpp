// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip/platform.hpp>

#include <lwip/netif.h>

namespace firmware {

/// The board with its clock running and its network up: 10.0.2.15 in QEMU's user network, where
/// 10.0.2.2 is the host's loopback and 10.0.2.3 a name server.
class Board final : public minimq::lwip::Platform {
 public:
  Board();

  void poll() override;
  void sleep(minimq::Duration at_most) override;
  void entropy(std::span<std::byte> space) override;

 private:
  netif interface_{};
};

}  // namespace firmware

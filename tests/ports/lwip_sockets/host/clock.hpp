// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace minimq::lwip_sockets::test {

/// Moves lwIP's clock on, and waits until it has done what was to be done by then.
void let_pass(std::uint32_t ms);

/// From now on lwIP gets no memory for packets, or again.
void starve(bool on);
/// How often it got none.
[[nodiscard]] unsigned refusals();

}  // namespace minimq::lwip_sockets::test

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace minimq::fuzz {

/// Changes the packets in the first `size` bytes of `space`, as the number says, and returns how
/// many bytes they have then.
std::size_t mutate_stream(std::span<std::uint8_t> space, std::size_t size, unsigned random);

}  // namespace minimq::fuzz

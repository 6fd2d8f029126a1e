// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace minimq::bearssl {

/// Overwrites secrets with zeros; the compiler does not leave it out.
void wipe(std::span<std::byte> bytes);

/// Overwrites what BearSSL's functions have left on the stack: keys, and numbers to compute with
/// them.
void wipe_stack();

}  // namespace minimq::bearssl

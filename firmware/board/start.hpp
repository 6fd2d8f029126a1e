// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace firmware {

/// How much of the stack was ever in use, in bytes. The start-up code has painted it.
[[nodiscard]] std::size_t stack_peak();

/// Paints what lies below the caller's frame anew, so that stack_peak() tells of what comes now,
/// and returns how much is in use here.
std::size_t repaint_stack();

}  // namespace firmware

/// Says what is wrong and ends the program.
extern "C" [[noreturn]] void firmware_panic(const char* what);

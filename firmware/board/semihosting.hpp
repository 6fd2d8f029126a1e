// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// What a debugger, or QEMU, does for a program on request.
namespace firmware {

/// Ends the program; `status` becomes QEMU's exit status.
[[noreturn]] void exit(int status);

/// The n-th word of the command line (`-semihosting-config arg=...`), 0 being the program's name;
/// empty if there are not so many.
[[nodiscard]] std::string_view argument(std::size_t index);

/// Fills `space` from the host's /dev/urandom; false if that is not possible.
[[nodiscard]] bool host_random(std::span<std::byte> space);

}  // namespace firmware

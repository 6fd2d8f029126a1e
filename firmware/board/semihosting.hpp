// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
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

/// The beginning of a file of the host, as far as it fits into `space`; empty if there is none.
[[nodiscard]] std::span<const std::byte> host_file(std::string_view path,
                                                   std::span<std::byte> space);

/// The host's date, in seconds since 1970 UTC.
[[nodiscard]] std::uint32_t host_date();

}  // namespace firmware

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace firmware {

/// Writes to the first UART, waiting where it must.
void print(std::string_view text);
void print(std::uint32_t number);

/// Several things and the end of the line.
template <class... Parts>
void print_line(const Parts&... parts) {
  (print(parts), ...);
  print("\n");
}

}  // namespace firmware

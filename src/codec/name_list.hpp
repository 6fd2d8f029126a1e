// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace minimq::codec {

/// A list of names, one to a line. It takes less flash than an array of views, and no relocations.
using NameList = std::string_view;

/// The name on that line, the first one being 0; empty beyond the end.
[[nodiscard]] constexpr std::string_view name_at(NameList list, std::size_t line) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] != '\n') continue;
    if (line == 0) return {list.data() + start, i - start};
    --line;
    start = i + 1;
  }
  return {};
}

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace minimq::codec {

/// A list of names, each with a NUL behind it. It takes less flash than an array of views, and no
/// relocations.
using NameList = std::string_view;

/// The name of that index, which a NUL follows; empty beyond the end.
[[nodiscard]] constexpr std::string_view name_at(NameList list, std::size_t index) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] != '\0') continue;
    if (index == 0) return {list.data() + start, i - start};
    --index;
    start = i + 1;
  }
  return "";
}

}  // namespace minimq::codec

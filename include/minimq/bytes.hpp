// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace minimq {

/// Bytes that somebody else owns.
using Bytes = std::span<const std::byte>;

/// The pieces of one gather write, in their order on the wire; none of them empty.
using TxSpans = std::span<const Bytes>;

/// The bytes of a text.
[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

/// Bytes shown as a text, without any check.
[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace minimq

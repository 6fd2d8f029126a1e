// SPDX-License-Identifier: MIT
#include "support/judge/frame.hpp"

#include <algorithm>

#include "support/judge/violation.hpp"

namespace minimq::judge {

std::optional<Frame> first_frame(Bytes bytes) {
  std::size_t head = 1;  // up to the last byte of the remaining length
  for (;; ++head) {
    if (head >= bytes.size()) return std::nullopt;
    if (std::to_integer<unsigned>(bytes[head]) < 128) break;
    require(head < 4, "1.5.5", "a remaining length of more than four bytes");
  }
  const std::size_t length = Reader{bytes.subspan(1, head)}.variable();
  if (bytes.size() - head - 1 < length) return std::nullopt;
  return Frame{.first = std::to_integer<unsigned>(bytes[0]),
               .body = bytes.subspan(head + 1, length),
               .size = head + 1 + length};
}

void Framer::keep(Bytes rest) {
  if (begun_.empty()) {
    begun_.assign(rest.begin(), rest.end());
  } else {
    const auto done = static_cast<std::ptrdiff_t>(begun_.size() - rest.size());
    begun_.erase(begun_.begin(), begun_.begin() + done);
  }
}

}  // namespace minimq::judge

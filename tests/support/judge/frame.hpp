// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "support/judge/reader.hpp"

namespace minimq::judge {

/// The fixed header of a packet, and what follows it.
struct Frame {
  unsigned first{0};  ///< The first byte: type and flags.
  Bytes body{};
  std::size_t size{0};  ///< Of the whole packet, in bytes.
};

/// The packet that begins these bytes; nothing while it is incomplete. Throws a Violation for a
/// remaining length that is not minimal, or of more than four bytes.
std::optional<Frame> first_frame(Bytes bytes);

/// Cuts a stream, which comes in pieces of any size, into packets.
class Framer {
 public:
  /// Calls `packet(const Frame&)` for each packet that these bytes complete; its body lives until
  /// then. Throws what `first_frame` and `packet` throw.
  template <class Packet>
  void feed(Bytes bytes, Packet&& packet) {
    if (!begun_.empty()) {  // The rest of what was begun is copied, all else is read in place.
      begun_.insert(begun_.end(), bytes.begin(), bytes.end());
      bytes = begun_;
    }
    while (const auto frame = first_frame(bytes)) {
      bytes = bytes.subspan(frame->size);
      packet(*frame);
    }
    keep(bytes);
  }
  /// The bytes of a packet that is not complete.
  [[nodiscard]] Bytes begun() const { return begun_; }
  void clear() { begun_.clear(); }

 private:
  void keep(Bytes rest);

  std::vector<std::byte> begun_;
};

}  // namespace minimq::judge

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace minimq::judge {

using Bytes = std::span<const std::byte>;

/// Takes bytes apart from the front; throws a Violation for what is not there or not well-formed.
/// Texts and data are views of the bytes.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_{bytes} {}

  unsigned byte();
  std::uint16_t two();
  std::uint32_t four();
  /// A Variable Byte Integer in its shortest form [MQTT-1.5.5-1].
  std::uint32_t variable();
  Bytes take(std::size_t count);
  /// Data behind a length of two bytes.
  std::string_view binary();
  /// UTF-8 [MQTT-1.5.4-1] without U+0000 [MQTT-1.5.4-2] behind a length of two bytes.
  std::string_view text();
  /// All that is left.
  std::string_view all();
  /// A packet identifier, which is never zero [MQTT-2.2.1-3].
  std::uint16_t packet_id();
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  Bytes rest_;
};

}  // namespace minimq::judge

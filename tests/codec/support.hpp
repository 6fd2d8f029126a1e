// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/writer.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/reason.hpp"
#include "support/hex.hpp"

namespace minimq::codec {

using minimq::testing::as_hex;
using minimq::testing::hex;
using minimq::testing::to_hex;

/// A copy at the end of a heap block of its size, so that AddressSanitizer sees every read beyond
/// it.
class Tight {
 public:
  explicit Tight(Bytes bytes) : memory_{new std::byte[bytes.size()]}, size_{bytes.size()} {
    std::copy(bytes.begin(), bytes.end(), memory_.get());
  }
  [[nodiscard]] Bytes bytes() const { return {memory_.get(), size_}; }
  [[nodiscard]] std::string_view text() const { return as_text(bytes()); }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_;
};

/// Measures what `write(Writer&)` writes.
template <class F>
Writer measured(F write) {
  Writer writer;
  write(writer);
  return writer;
}

template <class F>
Error writing_error(F write) {
  return measured(write).error();
}

/// Measures what `write(Writer&)` writes, gives it so much room, and then what it wrote.
template <class F>
std::vector<std::byte> written_bytes(F write) {
  Writer writer = measured(write);
  const std::size_t size = writer.size();
  std::vector<std::byte> space(size);
  writer.into(space);
  write(writer);
  if (writer.size() != size) return {};
  return space;
}

/// The same in hex, or the number of the error.
template <class F>
std::string written(F write) {
  const Error error = writing_error(write);
  if (error != Error{}) return "error " + std::to_string(static_cast<int>(error));
  return to_hex(written_bytes(write));
}

/// What follows the fixed header of a packet with a Remaining Length below 128.
inline Bytes body(const std::vector<std::byte>& packet) {
  return Bytes{packet}.subspan(2);
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

inline void append(std::vector<std::byte>& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// The bytes of a Variable Byte Integer, by the algorithm of chapter 1.5.5.
inline std::vector<std::byte> varint_bytes(std::size_t value) {
  std::vector<std::byte> bytes;
  do {
    auto encoded = static_cast<std::byte>(value % 128);
    value /= 128;
    if (value > 0) encoded |= std::byte{128};
    bytes.push_back(encoded);
  } while (value > 0);
  return bytes;
}

}  // namespace minimq::codec

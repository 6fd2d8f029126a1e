// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace minimq::tls {

/// Where the random numbers of TLS come from. Unlike `Transport::entropy` they must be secret: a
/// hardware generator, or a seed that was written in production and is changed at each boot.
class EntropySource {
 public:
  /// Fills all of `space` with bytes that nobody else can know; false if it cannot now, and then
  /// the connection is refused with Error::tls_error.
  [[nodiscard]] virtual bool fill(std::span<std::byte> space) = 0;

 protected:
  EntropySource() = default;
  EntropySource(const EntropySource&) = delete;
  EntropySource& operator=(const EntropySource&) = delete;
  ~EntropySource() = default;
};

}  // namespace minimq::tls

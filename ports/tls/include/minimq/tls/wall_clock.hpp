// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

namespace minimq::tls {

/// The date, which the validity of certificates is measured by. A device without a battery does
/// not know it after the boot; then the answer is nothing, and the connection is refused with
/// Error::certificate_not_yet_valid before anything is sent, until the clock has been set.
class WallClock {
 public:
  /// Seconds since the beginning of 1970, UTC; nothing if the date is not known.
  [[nodiscard]] virtual std::optional<std::chrono::sys_seconds> date() = 0;

 protected:
  WallClock() = default;
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;
  ~WallClock() = default;
};

}  // namespace minimq::tls

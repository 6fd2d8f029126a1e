// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>

#include <array>
#include <cstddef>
#include <signal.h>

namespace minimq::posix {

class EventLoop;

/// The signals that stop a loop, and what handled them before.
class StopSignals {
 public:
  static constexpr std::size_t capacity = 4;

  StopSignals() = default;
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// Restores the earlier handlers.
  ~StopSignals();

  /// As EventLoop::stop_on().
  [[nodiscard]] Result<void> add(EventLoop& loop, int signal);

 private:
  struct Entry {
    int signal;
    struct sigaction before;
  };

  std::array<Entry, capacity> entries_{};
  std::size_t count_{0};
};

}  // namespace minimq::posix

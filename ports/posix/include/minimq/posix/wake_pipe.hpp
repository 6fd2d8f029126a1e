// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/source.hpp>
#include <minimq/transport.hpp>

namespace minimq::posix {

/// Ends a poll(2) from elsewhere: the self-pipe of a loop.
class WakePipe final : private Waiter {
 public:
  explicit WakePipe(PollSet& set);
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;
  ~WakePipe();

  /// False if the process had no descriptor left for the pipe; then nothing can be woken.
  [[nodiscard]] bool valid() const { return source_.descriptor() >= 0; }

  /// Ends the poll(2) under way, or else the next one. May be called from any thread and from a
  /// signal handler; keeps errno. Many calls may count as one.
  void wake();

 private:
  void ready() override;

  Source source_;
  int read_end_{-1};
  int write_end_{-1};
};

}  // namespace minimq::posix

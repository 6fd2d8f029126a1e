// SPDX-License-Identifier: MIT
#pragma once

#include <array>

namespace minimq::posix {

/// Ends a poll(2) from elsewhere: the self-pipe of a loop.
class WakePipe {
 public:
  WakePipe();
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;
  ~WakePipe();

  /// What becomes readable; -1 if the process had no descriptor left for the pipe.
  [[nodiscard]] int descriptor() const { return ends_[0]; }

  /// Ends the poll(2) under way, or else the next one. May be called from any thread and from a
  /// signal handler; keeps errno. Many calls may count as one.
  void wake();

  /// Takes out what wake() has put in. Of very many calls something may stay; it ends the next
  /// turn.
  void drain();

  /// The loop says that its poll(2) is over; a pipe does not mind.
  void poll_ended() {}

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace minimq::posix

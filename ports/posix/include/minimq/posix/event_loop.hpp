// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/error.hpp>
#include <minimq/posix/sleep.hpp>
#include <minimq/posix/source.hpp>
#include <minimq/posix/stop_signals.hpp>
#include <minimq/posix/timer.hpp>
#include <minimq/sockets/event_loop.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <span>

namespace minimq::posix {

using sockets::Operation;
using sockets::RootTask;

/// One thread's event loop over poll(2): it drives any number of transports, sessions, timers and
/// coroutines, PollSet::capacity descriptors in all, and owns the arena of the coroutine frames.
/// Its clock is CLOCK_MONOTONIC. sockets::EventLoop, which it is, has the functions that run it.
///
/// One thread only; wake() and stop() may be called from any thread and from a signal handler.
/// Everything registered with it must be gone before it is. It neither copies nor moves. Nothing
/// here uses the heap.
class EventLoop : public sockets::EventLoop {
 public:
  static constexpr std::size_t frame_bytes = 4096;

  /// Coroutine frames come from `frame_bytes` bytes inside the loop.
  EventLoop() : frames_{}, arena_{frames_} {}
  /// Coroutine frames come from `frames`, which must outlive the loop.
  explicit EventLoop(std::span<std::byte> frames) : arena_{frames} {}

  /// Where the frames of coroutines live that have this loop among their parameters.
  [[nodiscard]] Arena& frame_arena() { return arena_; }

  /// Calls stop() when the process receives `signal`, as in `loop.stop_on(SIGINT)`. The destructor
  /// of the loop restores the earlier handlers. One loop of a process can do this, for at most
  /// StopSignals::capacity signals. Errors: busy (another loop does it), no_memory (too many),
  /// link_error (the system refuses this signal).
  [[nodiscard]] Result<void> stop_on(int signal) { return signals_.add(*this, signal); }

 private:
  // A signal handler may wait for nothing.
  static_assert(std::atomic<bool>::is_always_lock_free);

  StopSignals signals_;
  alignas(std::max_align_t) std::array<std::byte, frame_bytes> frames_;
  Arena arena_;
};

}  // namespace minimq::posix

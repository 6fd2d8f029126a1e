// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>
#include <minimq/transport.hpp>

#include <optional>

namespace minimq::sockets {

class EventLoop;
class TimerQueue;

namespace detail {

/// A place in a circular list: alone, it is its own neighbour.
struct TimerLink {
  TimerLink* previous{this};
  TimerLink* next{this};

  [[nodiscard]] bool alone() const { return next == this; }
  void unlink();
  void insert_before(TimerLink& place);
};

}  // namespace detail

/// One call at a point in time. It is registered by address, so it neither copies nor moves, and
/// its destructor cancels it. It must not outlive the loop.
class Timer : private detail::TimerLink {
 public:
  explicit Timer(EventLoop& loop);
  explicit Timer(TimerQueue& queue) : queue_{queue} {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  /// Calls `waiter.ready()` once, from the loop and never from inside this call, as soon as the
  /// deadline is reached: in the next turn, if it has passed already. A running timer starts anew.
  void start(Instant deadline, Waiter& waiter);

  /// Takes the call back. Nothing happens if the timer is not running.
  void cancel();

  [[nodiscard]] bool running() const { return !alone(); }

 private:
  friend class TimerQueue;

  TimerQueue& queue_;
  Instant deadline_{};
  Waiter* waiter_{nullptr};
};

/// The running timers, the earliest first; those with the same deadline in the order of their
/// start. Starting one takes time linear in their number, everything else is constant.
class TimerQueue {
 public:
  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue() = default;

  /// Changes whenever a timer starts, ends, or is cancelled.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  /// Ends every timer whose deadline is `now` or earlier. One that is started meanwhile waits for
  /// the next call, so that this one always ends.
  void fire(Instant now);

 private:
  friend class Timer;

  detail::TimerLink pending_;
  detail::TimerLink due_;
};

}  // namespace minimq::sockets

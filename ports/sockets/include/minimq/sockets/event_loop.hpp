// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/sockets/sleep.hpp>
#include <minimq/sockets/source.hpp>
#include <minimq/sockets/system.hpp>
#include <minimq/sockets/timer.hpp>
#include <minimq/sockets/wake_source.hpp>
#include <minimq/time.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace minimq::sockets {

namespace detail {

template <class T>
struct AsResult {
  using Type = Result<T>;
};
template <class T>
struct AsResult<Result<T>> {
  using Type = Result<T>;
};

}  // namespace detail

/// Something that can be waited for: an operation of a session, or a Sleep.
template <class T>
concept Operation = requires(T& operation) {
  operation.start();
  { operation.done() } -> std::convertible_to<bool>;
  operation.await_resume();
};

/// The first coroutine of a program: a `Task`.
template <class T>
concept RootTask = std::movable<T> && requires(T& task) {
  task.start();
  { task.done() } -> std::convertible_to<bool>;
  task.result();
};

/// One thread's event loop over sockets: it drives any number of transports, sessions, timers and
/// coroutines, PollSet::capacity descriptors in all. What a program uses is the EventLoop of its
/// port, which adds the arena of the coroutine frames.
///
/// One thread only, wake() and stop() excepted. Everything registered with it must be gone before
/// it is. It neither copies nor moves. Nothing here uses the heap.
class EventLoop {
 public:
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// The port's clock in whole milliseconds, rounded down, so that no deadline seems reached early.
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// One turn: waits until something can be done, but not beyond `deadline` (none: without limit;
  /// one that has passed: not at all), and does it, each ready descriptor and each due timer once.
  /// It may return early. For super-loops: run it after `session.drive(loop.now())`.
  /// Errors: busy (called from inside the loop), link_error (no descriptor for wake(), or the
  /// system could not wait).
  [[nodiscard]] Result<void> run_once(std::optional<Instant> deadline = std::nullopt);

  /// Turns until stop(). Errors: as run_once().
  [[nodiscard]] Result<void> run();

  /// Starts `task`, takes turns until it has finished, and returns its outcome. stop() ends it
  /// earlier: the task is destroyed before this returns, which cancels whatever it awaits.
  /// Errors, beside the task's own: as run_once(), no_memory (the arena had no room for the task),
  /// stopped (by stop()).
  template <RootTask Root>
    requires std::is_rvalue_reference_v<Root&&>
  [[nodiscard]] auto run(Root&& task) -> detail::AsResult<decltype(task.result())>::Type;

  /// Starts `operation`, takes turns until it is done, and returns what awaiting it gives, as a
  /// Result: the blocking form of `co_await operation`. Errors, beside the operation's own: as
  /// run_once(), stopped (by stop()); an operation that is not a temporary is still under way
  /// then. After busy it was not started.
  template <class Op>
    requires Operation<std::remove_reference_t<Op>>
  [[nodiscard]] auto run_until(Op&& operation)
      -> detail::AsResult<decltype(operation.await_resume())>::Type;

  /// Ends the wait of the turn under way, or of the next one, without any other effect. May be
  /// called from any thread, and from where else the port says.
  void wake() { waker().wake(); }

  /// Makes run(), run_until() and run_once() return after the turn under way, and from now on
  /// without waiting, until restart(). May be called from wherever wake() may.
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  /// Lets the loop run again after stop().
  void restart() { stopped_.store(false, std::memory_order_release); }

  /// `co_await loop.sleep(2s)`: the time counts from this call and is never cut short. A delay of
  /// zero lets everything else that is ready run once.
  Sleep sleep(Duration delay);
  /// `co_await loop.sleep_until(deadline)`.
  Sleep sleep_until(Instant deadline) { return {*this, deadline}; }

  /// How many turns there were so far: how often it asked what is ready.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }

  /// What wake() is made of, for other parts of the port.
  [[nodiscard]] Waker& waker() { return wake_source_.waker(); }

 protected:
  EventLoop() : wake_source_{sources_} {}
  ~EventLoop() = default;

 private:
  friend class Source;
  friend class Timer;

  // Marks the time in which user code may be called, so that a nested run is refused.
  class Running {
   public:
    explicit Running(EventLoop& loop) : loop_{loop} { loop_.running_ = true; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { loop_.running_ = false; }

   private:
    EventLoop& loop_;
  };

  [[nodiscard]] Result<void> turn(std::optional<Instant> deadline);

  PollSet sources_;
  TimerQueue timers_;
  WakeSource wake_source_;
  Clock clock_;
  std::uint64_t turns_{0};
  std::atomic<bool> stopped_{false};  // only loaded and stored, which needs no lock on any CPU
  bool running_{false};
};

template <RootTask Root>
  requires std::is_rvalue_reference_v<Root&&>
auto EventLoop::run(Root&& task) -> detail::AsResult<decltype(task.result())>::Type {
  if (running_) return std::unexpected(Error::busy);
  const Running running{*this};
  Root root{std::forward<Root>(task)};
  static_cast<void>(root.start());  // Of a task without memory, result() tells.
  while (!root.done()) {
    if (stopped()) return std::unexpected(Error::stopped);
    if (const Result<void> turned = turn(std::nullopt); !turned)
      return std::unexpected(turned.error());
  }
  return root.result();
}

template <class Op>
  requires Operation<std::remove_reference_t<Op>>
auto EventLoop::run_until(Op&& operation)
    -> detail::AsResult<decltype(operation.await_resume())>::Type {
  if (running_) return std::unexpected(Error::busy);
  const Running running{*this};
  static_cast<void>(operation.start());
  while (!operation.done()) {
    if (stopped()) return std::unexpected(Error::stopped);
    if (const Result<void> turned = turn(std::nullopt); !turned)
      return std::unexpected(turned.error());
  }
  if constexpr (std::is_void_v<decltype(operation.await_resume())>) {
    operation.await_resume();
    return {};
  } else {
    return operation.await_resume();
  }
}

}  // namespace minimq::sockets

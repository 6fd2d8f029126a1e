// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/error.hpp>
#include <minimq/lwip/platform.hpp>
#include <minimq/lwip/sleep.hpp>
#include <minimq/lwip/source.hpp>
#include <minimq/time.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace minimq::lwip {

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

/// The main loop of a device without an operating system: it hands received frames to lwIP, runs
/// lwIP's timers, drives any number of transports, sessions, timers and coroutines, and sleeps in
/// between. lwIP is used with NO_SYS=1, initialised by the board before the first turn.
///
/// Everything runs in the main program; an interrupt may call stop() and nothing else. Everything
/// registered with the loop must be gone before it is. It neither copies nor moves.
class EventLoop {
 public:
  /// For super-loops: without coroutines no arena is needed.
  explicit EventLoop(Platform& platform) : EventLoop{platform, {}} {}
  /// Coroutine frames come from `frames`, which must outlive the loop.
  EventLoop(Platform& platform, std::span<std::byte> frames);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() = default;

  /// Where the frames of coroutines live that have this loop among their parameters.
  [[nodiscard]] Arena& frame_arena() { return arena_; }

  /// lwIP's `sys_now()`, extended to 64 bits. A turn takes at most a day, so no wrap is missed.
  [[nodiscard]] Instant now();

  /// One turn: sleeps until something can be done, but not beyond `deadline` (none: without limit;
  /// one that has passed: not at all), then hands received frames to lwIP, runs lwIP's timers, and
  /// tells each waiter whose wait is over, once. It may return early: whatever came for lwIP ends
  /// it. For super-loops: `loop.run_once(session.next_deadline())`. Error: busy (called from inside
  /// the loop).
  Result<void> run_once(std::optional<Instant> deadline = std::nullopt);

  /// Starts `task`, takes turns until it has finished, and returns its outcome. stop() ends it
  /// earlier: the task is destroyed before this returns, which cancels whatever it awaits.
  /// Errors, beside the task's own: busy, no_memory (the arena had no room for the task), stopped.
  template <RootTask Root>
    requires std::is_rvalue_reference_v<Root&&>
  [[nodiscard]] auto run(Root&& task) -> detail::AsResult<decltype(task.result())>::Type;

  /// Starts `operation`, takes turns until it is done, and returns what awaiting it gives, as a
  /// Result. Errors, beside the operation's own: busy (it was not started), stopped (an operation
  /// that is not a temporary is still under way).
  template <class Op>
    requires Operation<std::remove_reference_t<Op>>
  [[nodiscard]] auto run_until(Op&& operation)
      -> detail::AsResult<decltype(operation.await_resume())>::Type;

  /// Makes run() and run_until() return after the turn under way, until restart(). May be called
  /// from an interrupt.
  void stop() { stopped_.store(true, std::memory_order_release); }
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  /// Lets the loop run again after stop().
  void restart() { stopped_.store(false, std::memory_order_release); }

  /// `co_await loop.sleep(2s)`: the time counts from this call and is never cut short. A delay of
  /// zero lets everything else that is ready run once.
  Sleep sleep(Duration delay);
  /// `co_await loop.sleep_until(deadline)`.
  Sleep sleep_until(Instant deadline) { return {*this, deadline}; }

  /// How many turns there were so far.
  [[nodiscard]] std::uint32_t turns() const { return turn_; }

  [[nodiscard]] Platform& platform() { return platform_; }

 private:
  friend class Source;

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

  void turn(std::optional<Instant> deadline);
  void sleep_before(std::optional<Instant> deadline);
  [[nodiscard]] Source* next_due(Instant now) const;

  Platform& platform_;
  Source* sources_{nullptr};
  std::uint32_t turn_{0};
  std::uint32_t ticks_{0};  // the last sys_now() seen
  Instant now_{};
  std::atomic<bool> stopped_{false};  // only loaded and stored, which needs no lock on any CPU
  bool running_{false};
  Arena arena_;
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
    turn(std::nullopt);
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
    turn(std::nullopt);
  }
  if constexpr (std::is_void_v<decltype(operation.await_resume())>) {
    operation.await_resume();
    return {};
  } else {
    return operation.await_resume();
  }
}

}  // namespace minimq::lwip

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/error.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <expected>
#include <type_traits>
#include <utility>

namespace minimq {

namespace detail {

template <class T>
concept IsArena = std::convertible_to<T*, Arena*>;

template <class T>
concept HasFrameArena = requires(T& object) {
  { object.frame_arena() } -> std::convertible_to<Arena&>;
};

template <class T>
concept GivesArena = IsArena<T> || HasFrameArena<T>;

/// The arena that `parameter` itself is, or null.
template <class T>
Arena* arena_itself([[maybe_unused]] T& parameter) noexcept {
  if constexpr (IsArena<T>) return &parameter;
  return nullptr;
}

/// The arena that `parameter` owns, or null.
template <class T>
Arena* arena_inside([[maybe_unused]] T& parameter) noexcept {
  if constexpr (!IsArena<T> && HasFrameArena<T>)
    return &static_cast<Arena&>(parameter.frame_arena());
  return nullptr;
}

/// Resumes whoever awaits the finished coroutine. Only a coroutine that had suspended has a
/// continuation: one that finished at once returns to its parent, which goes on by itself, so a
/// loop over such children does not grow the stack. No handle is returned, because symmetric
/// transfer grows the stack or does not compile on small targets.
struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
    // The resumed parent may destroy this very frame: nothing of it is used after the call.
    const std::coroutine_handle<> continuation = finished.promise().continuation;
    if (continuation) continuation.resume();
  }
  void await_resume() const noexcept {}
};

/// What the promises of all tasks share.
struct TaskPromiseBase {
  std::coroutine_handle<> continuation;
  bool started = false;

  /// Takes the frame from the arena among the coroutine's parameters. It accepts any parameters so
  /// that no compiler looks further and finds the heap.
  template <class... Parameters>
  static void* operator new(std::size_t bytes, Parameters&... parameters) noexcept {
    static_assert((GivesArena<Parameters> || ...),
                  "minimq::Task: no parameter of this coroutine gives an arena for its frame; "
                  "pass a minimq::Arena& or an object that has a member Arena& frame_arena()");
    Arena* arena = nullptr;
    ((arena = arena != nullptr ? arena : arena_itself(parameters)), ...);
    ((arena = arena != nullptr ? arena : arena_inside(parameters)), ...);
    return arena != nullptr ? arena->allocate(bytes) : nullptr;
  }
  // Inlined, or gcc 12 without optimisation warns in every coroutine that this is not the
  // counterpart of a template.
  [[gnu::always_inline]] static void operator delete(void* frame, std::size_t) noexcept {
    Arena::release(frame);
  }

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  T outcome = std::unexpected(Error::not_ready);

  template <std::convertible_to<T> U = T>
  void return_value(U&& value) noexcept {
    outcome = static_cast<T>(std::forward<U>(value));
  }
  [[nodiscard]] T take_outcome() noexcept { return std::move(outcome); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  void return_void() const noexcept {}
  [[nodiscard]] Result<void> take_outcome() const noexcept { return {}; }
};

}  // namespace detail

/// What a Task can return: nothing, or a type that can also say `Error::no_memory`, as `Result<U>`
/// can. So a task that got no memory always has an answer.
template <class T>
concept TaskOutcome =
    std::is_void_v<T> || (std::movable<T> && std::convertible_to<std::unexpected<Error>, T>);

/// A coroutine whose frame lies in an Arena, never on the heap.
///
/// The arena is looked for among the coroutine's parameters, where the object of a member function
/// counts as the first: an `Arena&` at any place (after std::allocator_arg, for example) or
/// else the first object that has a member `Arena& frame_arena()`, as an event loop does. Types
/// must be complete there. A coroutine without such a parameter does not compile. If the arena is
/// full, the call gives an *empty* task and Arena::failed() counts it. (An optimiser may put the
/// frame of a task that never leaves the calling function into that function's own memory.)
///
/// A task starts when it is awaited, or by start(); then it runs on the caller's stack until it
/// first suspends. Awaiting it or calling result() gives its Outcome: a `Task<Result<U>>` gives
/// `Result<U>`, a `Task<>` gives `Result<void>`. An empty task is finished, its outcome is
/// `Error::no_memory`. Taking the outcome frees the frame and leaves the task empty.
///
/// Destroying a task cancels it: its locals, and the awaitables it is suspended in, are destroyed.
/// Never destroy a task from code that it is running. What a parameter or a lambda capture refers
/// to must live as long as the task; alignment above that of std::max_align_t is not supported
/// inside a task. One thread only. An exception that leaves the coroutine ends the program.
template <class T = void>
class [[nodiscard]] Task {
  static_assert(TaskOutcome<T>,
                "minimq::Task<T>: T must be void or a minimq::Result<U>, so that a task which got "
                "no memory has an answer");

 public:
  struct promise_type;
  class Awaiter;

  /// What awaiting gives: T itself, or `Result<void>` for void.
  using Outcome = std::conditional_t<std::is_void_v<T>, Result<void>, T>;

  /// An empty task.
  Task() noexcept = default;
  Task(Task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  /// Cancels what this task held before.
  Task& operator=(Task&& other) noexcept {
    Task old{std::exchange(frame_, std::exchange(other.frame_, nullptr))};
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  /// Runs a task that nobody awaits until its first suspension; nothing if it has been started.
  /// Errors: no_memory if the task is empty.
  [[nodiscard]] Result<void> start() noexcept;

  /// Whether there is a coroutine in it: false after a refused allocation, after a move, and once
  /// it was awaited or its outcome was taken.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(frame_); }
  [[nodiscard]] bool empty() const noexcept { return !frame_; }

  /// Whether nothing is left to run. True for an empty task, so that waiting for it ends.
  [[nodiscard]] bool done() const noexcept { return !frame_ || frame_.done(); }

  /// Takes the outcome of a finished task, frees its frame and leaves it empty.
  /// Errors, beside the coroutine's own: no_memory if it is empty, not_ready if it is not done().
  [[nodiscard]] Outcome result() noexcept;

  /// `co_await child(...)` or `co_await std::move(task)` starts the task, unless that has happened,
  /// and completes with its Outcome when it has finished. The awaiting coroutine owns the task from
  /// then on: cancelling one cancels the other. The outcome of a Task<> may be ignored; a refused
  /// frame is counted by Arena::failed() all the same.
  Awaiter operator co_await() && noexcept { return Awaiter{std::move(*this)}; }
  Awaiter operator co_await() & = delete;

 private:
  using Frame = std::coroutine_handle<promise_type>;

  explicit Task(Frame frame) noexcept : frame_{frame} {}

  void resume_first() noexcept {
    if (!std::exchange(frame_.promise().started, true)) frame_.resume();
  }

  Frame frame_;
};

template <class T>
struct Task<T>::promise_type : detail::TaskPromise<T> {
  [[nodiscard]] Task get_return_object() noexcept { return Task{Frame::from_promise(*this)}; }
  [[nodiscard]] static Task get_return_object_on_allocation_failure() noexcept { return Task{}; }
};

template <class T>
Result<void> Task<T>::start() noexcept {
  if (!frame_) return std::unexpected(Error::no_memory);
  resume_first();
  return {};
}

template <class T>
typename Task<T>::Outcome Task<T>::result() noexcept {
  if (!frame_) return std::unexpected(Error::no_memory);
  if (!frame_.done()) return std::unexpected(Error::not_ready);
  const Task finished = std::move(*this);
  return finished.frame_.promise().take_outcome();
}

template <class T>
class Task<T>::Awaiter {
 public:
  explicit Awaiter(Task&& task) noexcept : task_{std::move(task)} {}
  Awaiter(const Awaiter&) = delete;
  Awaiter& operator=(const Awaiter&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return task_.done(); }

  /// True if the task is suspended: then it resumes `parent` when it finishes.
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> parent) noexcept {
    task_.resume_first();
    if (task_.done()) return false;
    task_.frame_.promise().continuation = parent;
    return true;
  }

  Outcome await_resume() noexcept
    requires std::is_void_v<T>
  {
    return task_.result();
  }
  [[nodiscard]] Outcome await_resume() noexcept
    requires(!std::is_void_v<T>)
  {
    return task_.result();
  }

 private:
  Task task_;
};

}  // namespace minimq

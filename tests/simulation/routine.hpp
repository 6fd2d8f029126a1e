// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdlib>
#include <utility>

namespace minimq::simulation {

/// A coroutine that runs until it ends or until its owner destroys it. Not minimq::Task, so that
/// any coroutine type is seen to do. Its frame is on the heap, which a test may use.
class Routine {
 public:
  struct promise_type {
    Routine get_return_object() {
      return Routine{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    static std::suspend_never initial_suspend() noexcept { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
  };

  Routine() = default;
  explicit Routine(std::coroutine_handle<promise_type> handle) : handle_{handle} {}
  Routine(Routine&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  Routine& operator=(Routine&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Routine(const Routine&) = delete;
  Routine& operator=(const Routine&) = delete;
  ~Routine() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool done() const { return !handle_ || handle_.done(); }

 private:
  std::coroutine_handle<promise_type> handle_{};
};

}  // namespace minimq::simulation

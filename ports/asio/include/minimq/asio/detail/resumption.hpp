// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace minimq::asio::detail {

/// A coroutine that stands for a callback, because the library's operations resume coroutines and
/// know no callbacks: it is resumed once, runs to its end, and is gone. Who never resumes it
/// destroys it.
class Resumption {
 public:
  struct promise_type {  // NOLINT: the language names it
    Resumption get_return_object() {
      return Resumption{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };

  explicit Resumption(std::coroutine_handle<> handle) : handle_{handle} {}
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;
  ~Resumption() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] std::coroutine_handle<> handle() const { return handle_; }
  /// It has been resumed: it destroys itself.
  void release() { handle_ = nullptr; }

 private:
  std::coroutine_handle<> handle_;
};

}  // namespace minimq::asio::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/timer.hpp>
#include <minimq/time.hpp>
#include <minimq/transport.hpp>

#include <coroutine>

namespace minimq::sockets {

/// The operation behind `co_await loop.sleep(2s)`; also for `loop.run_until(loop.sleep(2s))`.
///
/// *Completes* when the deadline is reached, never early. *Cancellation*: destroy it, or the
/// coroutine that awaits it. *Lifetimes*: the loop must outlive it.
class [[nodiscard]] Sleep final : private Waiter {
 public:
  Sleep(EventLoop& loop, Instant deadline) : deadline_{deadline}, timer_{loop} {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() = default;

  void start() {
    done_ = false;
    timer_.start(deadline_, *this);
  }
  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> sleeper) noexcept {
    sleeper_ = sleeper;
    start();
  }
  void await_resume() const noexcept {}

 private:
  void ready() override {
    done_ = true;
    // The sleeper may destroy this object: nothing of it is used after the call.
    if (sleeper_) sleeper_.resume();
  }

  Instant deadline_;
  Timer timer_;
  std::coroutine_handle<> sleeper_{};
  bool done_{false};
};

}  // namespace minimq::sockets

// SPDX-License-Identifier: MIT
#include <minimq/sockets/event_loop.hpp>

#include <algorithm>
#include <limits>

namespace minimq::sockets {

namespace {

// How long the wait may be. The clock is rounded down, so after a wait of the difference it
// shows the deadline or a later time: no turn is taken too early, and none in vain.
int timeout_ms(std::optional<Instant> deadline, std::optional<Instant> timer, Instant now) {
  if (!deadline || (timer && *timer < *deadline)) deadline = timer;
  if (!deadline) return -1;
  if (*deadline <= now) return 0;
  const std::int64_t wait_ms = (*deadline - now).count();
  return static_cast<int>(std::min(wait_ms, std::int64_t{std::numeric_limits<int>::max()}));
}

}  // namespace

Result<void> EventLoop::run_once(std::optional<Instant> deadline) {
  if (running_) return std::unexpected(Error::busy);
  const Running running{*this};
  return turn(deadline);
}

Result<void> EventLoop::run() {
  if (running_) return std::unexpected(Error::busy);
  const Running running{*this};
  while (!stopped()) {
    if (const Result<void> turned = turn(std::nullopt); !turned) return turned;
  }
  return {};
}

void EventLoop::stop() {
  stopped_.store(true, std::memory_order_release);
  wake();
}

Sleep EventLoop::sleep(Duration delay) {
  if (delay <= Duration::zero()) return sleep_until(now());
  // now() is rounded down; counting from the next millisecond makes the delay a full one.
  const Instant start = now() + Duration{1};
  return sleep_until(delay > Instant::max() - start ? Instant::max() : start + delay);
}

Result<void> EventLoop::turn(std::optional<Instant> deadline) {
  if (!wake_source_.valid()) return std::unexpected(Error::link_error);
  ++turns_;
  const int timeout = stopped() ? 0 : timeout_ms(deadline, timers_.next_deadline(), now());
  const Result<void> polled = sources_.poll(timeout);
  waker().poll_ended();
  timers_.fire(now());
  return polled;
}

}  // namespace minimq::sockets

// SPDX-License-Identifier: MIT
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/stop_signals.hpp>

#include <atomic>
#include <expected>

namespace minimq::posix {

namespace {

// A signal handler has no other way to find its loop.
constinit std::atomic<EventLoop*> stopped_loop{nullptr};
static_assert(std::atomic<EventLoop*>::is_always_lock_free);

void stop_loop(int) {
  if (EventLoop* const loop = stopped_loop.load(std::memory_order_acquire)) loop->stop();
}

}  // namespace

Result<void> StopSignals::add(EventLoop& loop, int signal) {
  if (count_ == capacity) return std::unexpected(Error::no_memory);
  EventLoop* owner = nullptr;
  if (!stopped_loop.compare_exchange_strong(owner, &loop) && owner != &loop)
    return std::unexpected(Error::busy);

  struct sigaction action{};
  action.sa_handler = stop_loop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  Entry& entry = entries_[count_];
  if (::sigaction(signal, &action, &entry.before) != 0) {
    if (count_ == 0) stopped_loop.store(nullptr);
    return std::unexpected(Error::link_error);
  }
  entry.signal = signal;
  ++count_;
  return {};
}

StopSignals::~StopSignals() {
  if (count_ == 0) return;
  // Backwards, so that a signal that was added twice gets its first handler back.
  while (count_ > 0) {
    const Entry& entry = entries_[--count_];
    ::sigaction(entry.signal, &entry.before, nullptr);
  }
  stopped_loop.store(nullptr);
}

}  // namespace minimq::posix

// SPDX-License-Identifier: MIT
#include <minimq/lwip/event_loop.hpp>

#include <algorithm>
#include <lwip/sys.h>
#include <lwip/timeouts.h>

namespace minimq::lwip {

namespace {

// So that now() meets every wrap of the 32-bit clock.
constexpr Duration sleep_max{24 * 3'600 * 1'000};

}  // namespace

EventLoop::EventLoop(Platform& platform, std::span<std::byte> frames)
    : platform_{platform}, ticks_{::sys_now()}, now_{Duration{ticks_}}, arena_{frames} {}

Instant EventLoop::now() {
  const std::uint32_t ticks = ::sys_now();
  now_ += Duration{ticks - ticks_};
  ticks_ = ticks;
  return now_;
}

Result<void> EventLoop::run_once(std::optional<Instant> deadline) {
  if (running_) return std::unexpected(Error::busy);
  const Running running{*this};
  turn(deadline);
  return {};
}

Sleep EventLoop::sleep(Duration delay) {
  if (delay <= Duration::zero()) return sleep_until(now());
  // now() is rounded down; counting from the next millisecond makes the delay a full one.
  const Instant start = now() + Duration{1};
  return sleep_until(delay > Instant::max() - start ? Instant::max() : start + delay);
}

void EventLoop::turn(std::optional<Instant> deadline) {
  if (!stopped()) sleep_before(deadline);
  platform_.poll();
  ::sys_check_timeouts();
  ++turn_;
  const Instant time = now();
  while (Source* const source = next_due(time)) {
    // The waiter may destroy the source: nothing of it is used after the call.
    std::exchange(source->waiter_, nullptr)->ready();
  }
}

void EventLoop::sleep_before(std::optional<Instant> deadline) {
  const Instant time = now();
  Instant until = std::min(deadline.value_or(Instant::max()), time + sleep_max);
  // Nothing is sleeping until lwIP has no timer: then it says 0xffffffff, which is 49 days.
  until = std::min(until, time + Duration{::sys_timeouts_sleeptime()});
  for (const Source* source = sources_; source != nullptr; source = source->next_) {
    if (source->waiter_ == nullptr) continue;
    if (source->possible()) return;
    until = std::min(until, source->deadline_);
  }
  if (until > time) platform_.sleep(until - time);
}

// The first source whose wait began before this turn and is over.
Source* EventLoop::next_due(Instant time) const {
  for (Source* source = sources_; source != nullptr; source = source->next_) {
    if (source->waiter_ == nullptr || source->turn_ == turn_) continue;
    if (source->deadline_ <= time || source->possible()) return source;
  }
  return nullptr;
}

Source::Source(EventLoop& loop) : loop_{loop}, next_{loop.sources_} {
  loop.sources_ = this;
}

Source::~Source() {
  Source** link = &loop_.sources_;
  while (*link != this)
    link = &(*link)->next_;
  *link = next_;
}

void Source::begin_wait(std::optional<Instant> deadline, Waiter& waiter) {
  waiter_ = &waiter;
  deadline_ = deadline.value_or(Instant::max());
  turn_ = loop_.turn_;
}

void Source::end_wait(const Waiter& waiter) {
  if (waiter_ == &waiter) waiter_ = nullptr;
}

}  // namespace minimq::lwip

// SPDX-License-Identifier: MIT
#include <minimq/sockets/event_loop.hpp>
#include <minimq/sockets/timer.hpp>

#include <optional>

namespace minimq::sockets {

Timer::Timer(EventLoop& loop) : Timer{loop.timers_} {}

void Timer::start(Instant deadline, Waiter& waiter) {
  cancel();
  deadline_ = deadline;
  waiter_ = &waiter;
  // From the end, because most deadlines are later than those that are there.
  detail::TimerLink* place = &queue_.pending_;
  while (place->previous != &queue_.pending_ &&
         static_cast<Timer*>(place->previous)->deadline_ > deadline) {
    place = place->previous;
  }
  insert_before(*place);
}

void Timer::cancel() {
  unlink();
}

std::optional<Instant> TimerQueue::next_deadline() const {
  if (pending_.alone()) return std::nullopt;
  return static_cast<const Timer*>(pending_.next)->deadline_;
}

void TimerQueue::fire(Instant now) {
  while (!pending_.alone() && static_cast<Timer*>(pending_.next)->deadline_ <= now) {
    detail::TimerLink* const link = pending_.next;
    link->unlink();
    link->insert_before(due_);
  }
  while (!due_.alone()) {
    auto* const timer = static_cast<Timer*>(due_.next);
    timer->unlink();
    // The waiter may destroy the timer: nothing of it is used after the call.
    timer->waiter_->ready();
  }
}

namespace detail {

void TimerLink::unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void TimerLink::insert_before(TimerLink& place) {
  previous = place.previous;
  next = &place;
  previous->next = this;
  place.previous = this;
}

}  // namespace detail

}  // namespace minimq::sockets

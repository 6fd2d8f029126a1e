// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/time.hpp>
#include <minimq/transport.hpp>

#include <cstdint>
#include <optional>

namespace minimq::lwip {

class EventLoop;

/// Something that somebody may wait for: a connection, or a time. It is registered with its loop by
/// address as long as it lives, so it neither copies nor moves. The loop must outlive it.
class Source {
 public:
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

 protected:
  explicit Source(EventLoop& loop);
  ~Source();

  /// Calls `waiter.ready()` once, from the loop and never from inside this call, as soon as it is
  /// possible() or the deadline has passed. Replaces an earlier wait.
  void begin_wait(std::optional<Instant> deadline, Waiter& waiter);
  void end_wait(const Waiter& waiter);

  EventLoop& loop_;

 private:
  friend class EventLoop;

  /// Whether what was waited for, the deadline apart, is there.
  [[nodiscard]] virtual bool possible() const = 0;

  Source* next_;
  Waiter* waiter_{nullptr};
  Instant deadline_{Instant::max()};
  std::uint32_t turn_{0};  // in which the wait began: it belongs to the next one
};

}  // namespace minimq::lwip

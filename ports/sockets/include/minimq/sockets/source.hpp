// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/sockets/system.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace minimq::sockets {

class EventLoop;
class PollSet;

/// A descriptor that the loop may watch: a socket, a listener, a pipe. It is registered by address,
/// so it neither copies nor moves, and its destructor detaches it. It must not outlive the loop.
/// It never owns the descriptor, which must stay open while it is attached.
class Source {
 public:
  explicit Source(EventLoop& loop);
  explicit Source(PollSet& set) : set_{set} {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { detach(); }

  /// Takes one of the loop's places for `descriptor`; what was attached before is detached.
  /// Errors: no_memory (all PollSet::capacity places are taken).
  [[nodiscard]] Result<void> attach(int descriptor);

  /// Gives the place back and forgets the waiter. Nothing happens if nothing is attached.
  void detach();

  /// The attached descriptor, or -1.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Calls `waiter.ready()` once, from the loop, when a wished direction is possible or the
  /// descriptor is in trouble. Replaces an earlier wait. With no direction wished, or nothing
  /// attached, the descriptor leaves what is polled altogether, so a peer that hung up costs
  /// nothing.
  void wait(Interest interest, Waiter& waiter);

  /// Forgets the waiter, if there is one.
  void cancel();

 private:
  friend class PollSet;

  PollSet& set_;
  Waiter* waiter_{nullptr};
  int descriptor_{-1};
  std::uint16_t place_{0};
  Interest interest_{};
  bool polled_{false};  // part of the poll whose answers are being told
};

/// The sources that are attached to one loop.
class PollSet {
 public:
  /// How many descriptors one loop can watch, its own for wake() included.
  static constexpr std::size_t capacity = descriptor_count_max;

  PollSet() = default;
  PollSet(const PollSet&) = delete;
  PollSet& operator=(const PollSet&) = delete;
  ~PollSet() = default;

  /// Waits for at most `timeout_ms` (negative: without limit), then tells each source that is
  /// ready, each once. A wait that begins meanwhile belongs to the next call. A signal may end it
  /// early. Errors: link_error (the system could not wait, for lack of memory).
  [[nodiscard]] Result<void> poll(int timeout_ms);

 private:
  friend class Source;

  [[nodiscard]] static bool wants(const Source* source);

  std::array<Source*, capacity> places_{};
};

}  // namespace minimq::sockets

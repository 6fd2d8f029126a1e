// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/source.hpp>
#include <minimq/sockets/system.hpp>
#include <minimq/transport.hpp>

namespace minimq::sockets {

/// Ends a wait of the loop from elsewhere: the port's Waker, among the descriptors of the loop.
class WakeSource final : private Waiter {
 public:
  explicit WakeSource(PollSet& set) : source_{set} {
    if (waker_.descriptor() >= 0 && source_.attach(waker_.descriptor())) await_wake();
  }
  WakeSource(const WakeSource&) = delete;
  WakeSource& operator=(const WakeSource&) = delete;
  ~WakeSource() { source_.detach(); }

  /// False if the system had no descriptor left for it; then nothing can be woken.
  [[nodiscard]] bool valid() const { return source_.descriptor() >= 0; }

  [[nodiscard]] Waker& waker() { return waker_; }

 private:
  void ready() override {
    waker_.drain();
    await_wake();
  }
  void await_wake() { source_.wait({.read = true, .write = false}, *this); }

  Waker waker_;
  Source source_;
};

}  // namespace minimq::sockets

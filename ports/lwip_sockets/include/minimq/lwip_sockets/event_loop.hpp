// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/lwip_sockets/platform.hpp>
#include <minimq/sockets/event_loop.hpp>

#include <cstddef>
#include <span>

namespace minimq::lwip_sockets {

using sockets::Operation;
using sockets::PollSet;
using sockets::RootTask;
using sockets::Sleep;
using sockets::Source;
using sockets::Timer;

/// One task's event loop over lwIP's sockets: it drives any number of transports, sessions, timers
/// and coroutines. Its clock is `sys_now()`, extended to 64 bits. sockets::EventLoop, which it is,
/// has the functions that run it.
///
/// One task only; wake() and stop() may be called from any other task but lwIP's own, and not from
/// an interrupt. Made after tcpip_init() has finished. Everything registered with it must be gone
/// before it is. It neither copies nor moves. Nothing here uses the heap.
class EventLoop : public sockets::EventLoop {
 public:
  /// Coroutine frames come from `frames`; a program without coroutines needs none. Both must
  /// outlive the loop.
  explicit EventLoop(Platform& platform, std::span<std::byte> frames = {})
      : platform_{platform}, arena_{frames} {}

  /// Where the frames of coroutines live that have this loop among their parameters.
  [[nodiscard]] Arena& frame_arena() { return arena_; }

  /// wake() for lwIP's own task: for the callbacks of interfaces, DHCP or timers, where wake()
  /// would wait for itself. Where lwIP has no memory it does nothing, and the loop goes on at its
  /// next deadline.
  void wake_from_lwip() { waker().wake_from_lwip(); }

  [[nodiscard]] Platform& platform() { return platform_; }

 private:
  Platform& platform_;
  Arena arena_;
};

}  // namespace minimq::lwip_sockets

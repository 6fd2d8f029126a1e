// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

struct udp_pcb;

namespace minimq::lwip_sockets {

/// Ends an lwip_poll() from elsewhere: a datagram that a loop sends itself over the loopback
/// interface, because lwIP has no pipes.
class Waker {
 public:
  /// Who wants to know, in the loop's task, that wake() was called.
  class Listener {
   public:
    explicit Listener(Waker& waker);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   protected:
    ~Listener();

   private:
    friend class Waker;

    /// May neither create nor destroy a listener.
    virtual void woken() = 0;

    Waker& waker_;
    Listener* next_;
  };

  Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker();

  /// What becomes readable; -1 if lwIP had no socket, pcb or loopback interface left for it.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Ends the wait under way, or else the next one. May be called from any task but lwIP's own, and
  /// not from an interrupt. Many calls may count as one. While lwIP has no memory for the datagram
  /// this waits for some, at most a second; after that the loop goes on at its next deadline.
  void wake();

  /// The same for lwIP's own task, in its callbacks, and for who holds its core lock. It does not
  /// wait for memory.
  void wake_from_lwip() { static_cast<void>(post()); }

  /// Takes out what wake() has sent, and tells the listeners.
  void drain();

  /// The loop says that its wait is over: what wakes it from now on needs a new datagram.
  void poll_ended();

 private:
  [[nodiscard]] bool begin();
  [[nodiscard]] bool pending() const;
  [[nodiscard]] bool post();

  int descriptor_{-1};
  udp_pcb* sender_{nullptr};
  std::uint16_t port_{0};
  std::atomic<bool> pending_{false};  // only loaded and stored, which needs no lock on any CPU
  Listener* listeners_{nullptr};
};

}  // namespace minimq::lwip_sockets

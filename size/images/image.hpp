// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>

#include <cstddef>

/// A transport whose every answer comes from a register, so that the compiler can foresee none.
class RegisterTransport final : public minimq::Transport {
 public:
  minimq::Result<Progress> open(const minimq::Broker&) override {
    return static_cast<Progress>(register_ & 1);
  }
  minimq::Result<std::size_t> read(std::span<std::byte>) override { return register_; }
  minimq::Result<std::size_t> write(minimq::TxSpans) override { return register_; }
  void close() override {}
  void wait(minimq::Interest, std::optional<minimq::Instant>, minimq::Waiter& waiter) override {
    waiter_ = &waiter;
  }
  void cancel(minimq::Waiter&) override { waiter_ = nullptr; }
  minimq::Instant now() override { return minimq::Instant{minimq::Duration{register_}}; }
  void entropy(std::span<std::byte> space) override { space[0] = std::byte{1}; }

  /// An event loop in one line.
  void turn() {
    if (waiter_ != nullptr) waiter_->ready();
  }

 private:
  volatile std::size_t register_{0};
  minimq::Waiter* volatile waiter_{nullptr};
};

/// The super-loop that all images share; what differs is what they do with an event.
template <class Handle>
[[noreturn]] void run(Handle handle, const minimq::Extras* extras = nullptr) {
  static std::byte storage[1024];
  RegisterTransport transport;
  minimq::Session session{{.broker = minimq::Broker{"10.0.0.1", 1883},
                           .client_id = "image",
                           .buffers = minimq::Buffers::split(storage, 256),
                           .extras = extras},
                          transport};
  for (;;) {
    session.drive(transport.now());
    while (const auto event = session.next_event())
      handle(session, *event);
  }
}

extern "C" [[noreturn]] void start();

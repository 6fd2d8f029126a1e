// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include "board/clock.hpp"
#include "board/start.hpp"
#include "board/uart.hpp"

namespace firmware {

/// A TLS transport that says on the UART how each handshake has ended, and how long the processor
/// has worked on it: the cycles inside `open`, without the time in which the network was waited
/// for. `pool_peak` tells how much of the library's memory was used, if it has some.
template <class Tls>
class Observed final : public minimq::Transport {
 public:
  explicit Observed(Tls& tls, std::uint32_t (*pool_peak)() = nullptr)
      : tls_{tls}, pool_peak_{pool_peak} {}

  minimq::Result<Progress> open(const minimq::Broker& broker) override {
    const std::uint32_t begin = cycles();
    const minimq::Result<Progress> progress = tls_.open(broker);
    worked_ += cycles() - begin;
    if (progress == Progress::pending) return progress;
    if (progress) {
      print_line("secure full ", tls_.handshakes().full, " resumed ", tls_.handshakes().resumed,
                 " cycles ", worked_, " stack ", static_cast<std::uint32_t>(stack_peak()), " pool ",
                 pool_peak_ != nullptr ? pool_peak_() : 0);
    } else {
      print_line("insecure ", to_string(progress.error()), " ",
                 static_cast<std::uint32_t>(-tls_.library_error()));
    }
    worked_ = 0;
    return progress;
  }
  minimq::Result<std::size_t> read(std::span<std::byte> space) override { return tls_.read(space); }
  minimq::Result<std::size_t> write(minimq::TxSpans spans) override { return tls_.write(spans); }
  void close() override { tls_.close(); }
  void wait(minimq::Interest interest, std::optional<minimq::Instant> deadline,
            minimq::Waiter& waiter) override {
    tls_.wait(interest, deadline, waiter);
  }
  void cancel(minimq::Waiter& waiter) override { tls_.cancel(waiter); }
  minimq::Instant now() override { return tls_.now(); }
  void entropy(std::span<std::byte> space) override { tls_.entropy(space); }

 private:
  // Since the clock was started; wraps after minutes.
  static std::uint32_t cycles() {
    for (;;) {
      const std::uint32_t begin = milliseconds();
      const std::uint32_t left = cycle_counter();
      if (milliseconds() == begin) return (begin + 1) * cycles_per_ms() - left;
    }
  }

  Tls& tls_;
  std::uint32_t (*pool_peak_)();
  std::uint32_t worked_{0};
};

}  // namespace firmware

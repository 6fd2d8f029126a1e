// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <string>

namespace minimq::tls_test {

/// Keeps all that passes to the transport below, and counts what was offered and how long this
/// thread has worked in `open`.
class Recorder final : public Transport {
 public:
  explicit Recorder(Transport& lower) : lower_{lower} {}

  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] std::size_t offered() const { return offered_; }
  [[nodiscard]] std::size_t received() const { return received_; }

  [[nodiscard]] std::chrono::nanoseconds worked() const { return worked_; }

  Result<Progress> open(const Broker& broker) override {
    const auto begin = processor_time();
    const Result<Progress> progress = lower_.open(broker);
    worked_ += processor_time() - begin;
    return progress;
  }
  Result<std::size_t> read(std::span<std::byte> space) override {
    const auto count = lower_.read(space);
    received_ += count.value_or(0);
    return count;
  }
  Result<std::size_t> write(TxSpans spans) override {
    const auto count = lower_.write(spans);
    std::size_t left = count.value_or(0);
    for (const Bytes piece : spans) {
      offered_ += piece.size();
      const Bytes taken = piece.first(std::min(left, piece.size()));
      sent_ += as_text(taken);
      left -= taken.size();
    }
    return count;
  }
  void close() override { lower_.close(); }
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override {
    lower_.wait(interest, deadline, waiter);
  }
  void cancel(Waiter& waiter) override { lower_.cancel(waiter); }
  Instant now() override { return lower_.now(); }
  void entropy(std::span<std::byte> space) override { lower_.entropy(space); }

 private:
  static std::chrono::nanoseconds processor_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  }

  Transport& lower_;
  std::string sent_;
  std::size_t offered_{0};
  std::size_t received_{0};
  std::chrono::nanoseconds worked_{0};
};

}  // namespace minimq::tls_test

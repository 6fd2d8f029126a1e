// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace minimq::tls_test {

/// Keeps all that passes to the transport below, and counts what was offered.
class Recorder final : public Transport {
 public:
  explicit Recorder(Transport& lower) : lower_{lower} {}

  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] std::size_t offered() const { return offered_; }
  [[nodiscard]] std::size_t received() const { return received_; }

  Result<Progress> open(const Broker& broker) override { return lower_.open(broker); }
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
  Transport& lower_;
  std::string sent_;
  std::size_t offered_{0};
  std::size_t received_{0};
};

}  // namespace minimq::tls_test

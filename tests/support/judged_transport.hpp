// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <gtest/gtest.h>
#include <optional>
#include <span>

#include "support/judge/judge.hpp"

namespace minimq::testing {

/// A transport between a session and a real one, at which the judge listens: what the client does
/// against the specification fails the test.
class JudgedTransport final : public Transport {
 public:
  explicit JudgedTransport(Transport& inner, const judge::Judge::Options& options = {})
      : inner_{inner}, judge_{options} {}

  [[nodiscard]] const judge::Judge& judge() const { return judge_; }

  [[nodiscard]] Result<Progress> open(const Broker& broker) override {
    const auto result = inner_.open(broker);
    if (result == Progress::ready) judge_.connected();
    return result;
  }
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) override {
    const auto count = inner_.read(space);
    if (count) judge_.server_bytes(space.first(*count), time());
    return count;
  }
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) override {
    const auto count = inner_.write(spans);
    std::size_t left = count.value_or(0);
    for (const Bytes piece : spans) {
      const Bytes taken = piece.first(std::min(piece.size(), left));
      judge_.client_bytes(taken, time());
      left -= taken.size();
    }
    if (count == 0u) judge_.client_blocked(time());
    report();
    return count;
  }
  void close() override {
    inner_.close();
    judge_.closed(time());
    report();
  }
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override {
    inner_.wait(interest, deadline, waiter);
  }
  void cancel(Waiter& waiter) override { inner_.cancel(waiter); }
  [[nodiscard]] Instant now() override { return inner_.now(); }
  void entropy(std::span<std::byte> space) override { inner_.entropy(space); }

 private:
  [[nodiscard]] judge::Time time() { return inner_.now().time_since_epoch(); }
  void report() {
    for (const judge::Violation& violation : judge_.take_violations())
      ADD_FAILURE() << "the client breaks the specification: " << violation.what();
  }

  Transport& inner_;
  judge::Judge judge_;
};

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "support/manual_clock.hpp"

namespace minimq::testing {

/// The lower transport of a TLS transport in memory: a stream to a peer that the test steps. The
/// test decides how the bytes are cut up, when nothing can be done now, and where the link breaks.
/// It counts the times that somebody was woken for nothing.
class Wire final : public Transport {
 public:
  static constexpr std::size_t never = SIZE_MAX;

  struct Faults {
    std::size_t read_piece{never};   ///< Bytes of one read, at most.
    std::size_t write_piece{never};  ///< Bytes of one write, at most.
    bool stutters{false};            ///< Every other read and write can do nothing now.
    std::size_t cut_up{never};       ///< The link breaks behind so many bytes to the peer,
    std::size_t cut_down{never};     ///< or to us.
    Error cut_is{Error::link_closed};
    bool reads_go_on{false};  ///< When writing has broken, what came before can be read.
  };

  Faults faults{};
  /// Writes take nothing.
  bool blocked{false};
  /// What `open` says.
  Result<Progress> open_result{Progress::ready};

  /// For the peer: bytes that came, bytes to send, the end.
  std::string take(std::size_t bytes_max = never) {
    const std::string bytes = up_.substr(0, bytes_max);
    up_.erase(0, bytes.size());
    return bytes;
  }
  void give(std::string_view bytes) { down_ += bytes; }
  void end() { ended_ = true; }
  /// What it gave and nobody has read yet, to give again.
  std::string take_given() { return std::exchange(down_, {}); }

  /// What happened on this connection, and over all of them.
  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] std::size_t received() const { return received_; }
  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] bool was_cut() const { return cut_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::size_t unread() const { return down_.size(); }
  [[nodiscard]] const std::string& opened() const { return opened_; }
  [[nodiscard]] int wakeups() const { return wakeups_; }

  /// Wakes the waiter if what it waits for is possible; whether it was.
  bool turn() {
    if (waiter_ == nullptr) return false;
    const bool readable = open_ && (!down_.empty() || ended_ || cut_ || cut_ahead());
    const bool writable = open_ && (!blocked || cut_);
    const bool due = deadline_ && *deadline_ <= now();
    if (!due && !(interest_.read && readable) && !(interest_.write && writable)) return false;
    ++wakeups_;
    std::exchange(waiter_, nullptr)->ready();
    return true;
  }
  [[nodiscard]] bool is_waited_for() const { return waiter_ != nullptr; }
  [[nodiscard]] Interest interest() const { return interest_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }

  Result<Progress> open(const Broker& broker) override {
    EXPECT_FALSE(broker.tls()) << "the lower transport does no TLS";
    opened_ = std::string{broker.host()} + ":" + std::to_string(broker.port());
    if (open_result == Progress::ready && !open_) {
      open_ = true;
      ++connections_;
      up_.clear();
      down_.clear();
      sent_.clear();
      received_ = 0;
      ended_ = cut_ = false;
    }
    return open_result;
  }
  Result<std::size_t> read(std::span<std::byte> space) override {
    EXPECT_TRUE(open_) << "read() on a stream that is not open";
    EXPECT_FALSE(space.empty()) << "read() without space";
    if ((cut_ && !faults.reads_go_on) || cut_ahead()) return broken();
    if (stutter(read_stutter_)) return 0;
    const std::size_t count = std::min({down_.size(), space.size(), faults.read_piece,
                                        faults.cut_down - std::min(faults.cut_down, received_)});
    if (count == 0 && ended_ && down_.empty()) return std::unexpected{Error::link_closed};
    for (std::size_t i = 0; i < count; ++i)
      space[i] = static_cast<std::byte>(down_[i]);
    down_.erase(0, count);
    received_ += count;
    return count;
  }
  Result<std::size_t> write(TxSpans spans) override {
    EXPECT_TRUE(open_) << "write() on a stream that is not open";
    if (cut_ || sent_.size() >= faults.cut_up) return broken();
    if (blocked || stutter(write_stutter_)) return 0;
    std::size_t left = std::min(faults.write_piece, faults.cut_up - sent_.size());
    std::size_t count = 0;
    for (const Bytes piece : spans) {
      const Bytes taken = piece.first(std::min(left, piece.size()));
      up_ += as_text(taken);
      sent_ += as_text(taken);
      left -= taken.size();
      count += taken.size();
    }
    return count;
  }
  void close() override { open_ = false; }
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override {
    waiter_ = &waiter;
    interest_ = interest;
    deadline_ = deadline;
  }
  void cancel(Waiter& waiter) override {
    if (waiter_ == &waiter) waiter_ = nullptr;
  }
  Instant now() override { return clock_.now(); }
  void entropy(std::span<std::byte> space) override { std::ranges::fill(space, std::byte{7}); }

 private:
  [[nodiscard]] bool cut_ahead() const { return received_ >= faults.cut_down; }
  std::unexpected<Error> broken() {
    cut_ = true;
    return std::unexpected{faults.cut_is};
  }
  bool stutter(bool& flag) { return faults.stutters && (flag = !flag); }

  ManualClock clock_;
  std::string up_;
  std::string down_;
  std::string sent_;
  std::string opened_;
  std::size_t received_{0};
  int connections_{0};
  int wakeups_{0};
  bool open_{false};
  bool ended_{false};
  bool cut_{false};
  bool read_stutter_{false};
  bool write_stutter_{false};
  Waiter* waiter_{nullptr};
  Interest interest_{};
  std::optional<Instant> deadline_{};
};

}  // namespace minimq::testing

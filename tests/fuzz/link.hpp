// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "fuzz/trace.hpp"
#include "support/judge/judge.hpp"

namespace minimq::fuzz {

/// A transport in memory and in virtual time, as the MemoryTransport of the tests is, for programs
/// without GoogleTest. A breach of Transport's contract, and whatever the judge objects to, is a
/// finding.
class Link final : public Transport {
 public:
  explicit Link(bool may_know_a_session) : judge_{{.may_know_a_session = may_know_a_session}} {}

  // What the world decides.

  void set_open(Result<Progress> result) { open_result_ = result; }
  /// Bytes for the client, of which one read takes at most `piece`. Nothing if no stream is open.
  void deliver(Bytes bytes, std::size_t piece);
  void close_by_peer() { end_ = Error::link_closed; }
  /// What was not read is lost, and writes fail.
  void reset();
  /// So many bytes are taken altogether, and so many by one write.
  void limit_writes(std::size_t budget, std::size_t piece) {
    write_budget_ = budget;
    write_piece_ = piece;
  }
  void pass(Duration duration) { now_ += duration; }
  /// The device sleeps: its silence is not its own.
  void sleep(Duration duration);

  // What the client did.

  /// The bytes sent on this stream, and how many streams there were.
  [[nodiscard]] Bytes stream() const { return stream_; }
  [[nodiscard]] unsigned stream_count() const { return stream_count_; }
  [[nodiscard]] bool is_open() const { return state_ == State::open && !broken_; }
  /// Grows with every byte that moves, and with every stream that opens or closes.
  [[nodiscard]] std::uint64_t activity() const { return activity_; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] bool possible(Interest interest) const;
  [[nodiscard]] bool is_waited_for() const { return wait_.has_value(); }
  /// When the wait ends by itself.
  [[nodiscard]] std::optional<Instant> wait_deadline() const { return wait_->deadline; }
  /// Calls who waits, if the wait is over. Returns whether it was.
  bool wake();

  // Transport.

  Result<Progress> open(const Broker& broker) override;
  Result<std::size_t> read(std::span<std::byte> space) override;
  Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  Instant now() override { return now_; }
  void entropy(std::span<std::byte> space) override;

 private:
  enum class State : std::uint8_t {
    closed,
    opening,
    open,
  };
  struct Wait {
    Interest interest;
    std::optional<Instant> deadline;
    Waiter* waiter;
  };

  [[nodiscard]] judge::Time time() const { return now_.time_since_epoch(); }
  void hear_judge();

  judge::Judge judge_;
  Trace trace_;
  Instant now_{Duration{3'600'000}};
  State state_{State::closed};
  Result<Progress> open_result_{Progress::ready};
  std::deque<std::vector<std::byte>> input_{};
  std::optional<Error> end_{};  // of the stream, behind the input
  bool broken_{false};
  std::size_t write_budget_{SIZE_MAX};
  std::size_t write_piece_{SIZE_MAX};
  std::vector<std::byte> stream_{};
  unsigned stream_count_{0};
  std::optional<Wait> wait_{};
  std::uint64_t activity_{0};
  std::uint64_t calls_{0};
  std::uint32_t entropy_{1};
};

}  // namespace minimq::fuzz

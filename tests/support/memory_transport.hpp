// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "support/judge/judge.hpp"
#include "support/manual_clock.hpp"

namespace minimq::testing {

/// A transport in memory and in virtual time. The test decides what opening comes to, what arrives
/// and how it is cut, how many bytes a write takes, and how the stream ends. What the session does
/// against the contract of Transport, or against the specification, fails the test: the judge sees
/// all that is written and read.
class MemoryTransport final : public Transport {
 public:
  explicit MemoryTransport(ManualClock& clock) : clock_{clock} {}

  // What the test decides.

  /// What each `open` comes to from now on; `ready` unless said otherwise. `pending` lasts until it
  /// is replaced.
  void set_open(Result<Progress> result) { open_result_ = result; }
  /// Bytes for the client, as one piece that no read crosses, or in pieces of that size.
  void deliver(const std::vector<std::byte>& bytes, std::size_t piece_size = SIZE_MAX);
  /// The peer ends the stream behind what was delivered; writes go on to be taken.
  void close_by_peer() { end_ = Error::link_closed; }
  /// The stream breaks at once: what was delivered and not read is lost, writes fail.
  void reset();
  /// Writes take that many bytes altogether, then none.
  void set_write_budget(std::size_t bytes) { write_budget_ = bytes; }
  /// One write takes at most that many bytes.
  void set_write_piece(std::size_t bytes) { write_piece_ = bytes; }
  /// Writes take everything again.
  void take_all_writes() { write_budget_ = write_piece_ = SIZE_MAX; }
  /// Every four bytes of entropy are this number from now on; 0xFFFFFFFF makes the longest pause,
  /// 0 the shortest. Without it they are a fixed pseudo-random sequence.
  void set_entropy(std::uint32_t value) { entropy_ = value; }

  // What the session did.

  /// "host:port" for each attempt to open, pending calls for the same attempt counted once.
  [[nodiscard]] const std::vector<std::string>& opened() const { return opened_; }
  /// The bytes sent, for each stream that was ready.
  [[nodiscard]] const std::deque<std::vector<std::byte>>& streams() const { return streams_; }
  [[nodiscard]] int close_count() const { return close_count_; }
  [[nodiscard]] bool is_open() const { return state_ == State::open; }
  /// Bytes delivered and not read yet.
  [[nodiscard]] std::size_t unread() const;
  /// Grows whenever bytes move or a stream opens or closes.
  [[nodiscard]] std::size_t activity() const { return activity_; }
  /// Who sees all of it.
  [[nodiscard]] judge::Judge& judge() { return judge_; }

  // The event loop, for sessions that are awaited.

  [[nodiscard]] bool is_waited_for() const { return !waits_.empty(); }
  /// Calls whoever waits for something that is possible, until nobody does. A waiter that is called
  /// again and again without bytes moving or time passing fails the test.
  void run_until_idle();
  /// Lets time pass, stopping at each deadline.
  void advance(Duration duration);
  /// Whether a wait for this would end now.
  [[nodiscard]] bool possible(Interest interest) const;

  // Transport.

  Result<Progress> open(const Broker& broker) override;
  Result<std::size_t> read(std::span<std::byte> space) override;
  Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  Instant now() override { return clock_.now(); }
  void entropy(std::span<std::byte> space) override;

 private:
  enum class State : std::uint8_t {
    closed,
    opening,
    open,
  };
  struct Wait {
    Waiter* waiter;
    Interest interest;
    std::optional<Instant> deadline;
  };

  [[nodiscard]] bool due(const Wait& wait) const;
  [[nodiscard]] judge::Time time() const { return clock_.now().time_since_epoch(); }
  void report();

  ManualClock& clock_;
  judge::Judge judge_;
  State state_{State::closed};
  Result<Progress> open_result_{Progress::ready};
  std::deque<std::vector<std::byte>> input_;
  std::optional<Error> end_;  // of the stream, behind the input
  bool broken_{false};
  std::size_t write_budget_{SIZE_MAX};
  std::size_t write_piece_{SIZE_MAX};
  std::optional<std::uint32_t> entropy_;
  std::uint64_t entropy_state_{1};
  std::vector<std::string> opened_;
  std::deque<std::vector<std::byte>> streams_;
  int close_count_{0};
  std::size_t activity_{0};
  std::vector<Wait> waits_;
};

}  // namespace minimq::testing

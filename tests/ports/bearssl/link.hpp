// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/manual_clock.hpp"

namespace minimq::testing {

/// The lower transport: two streams in memory between a client and a server on the same thread. It
/// cuts them where the test wants, and blocks as often as it wants.
class Link final : public Transport {
 public:
  // What the test decides.

  /// One call moves at most that many bytes, in either direction.
  std::size_t piece{SIZE_MAX};
  /// Every second call moves nothing, in each direction.
  bool blocks_every_other_time{false};
  /// Writes take that many bytes altogether, then none.
  std::size_t write_budget{SIZE_MAX};
  /// Writes fail, while what the server has sent can still be read: it has closed the stream.
  bool write_fails{false};
  /// After that many bytes in this direction the stream breaks, for both.
  std::size_t cut_to_server{SIZE_MAX};
  std::size_t cut_to_client{SIZE_MAX};
  Result<Progress> open_result{Progress::ready};

  /// The server ends the stream behind what it has sent.
  void close_by_server() { ended_ = true; }
  void send_to_client(const std::string& bytes) { to_client_ += bytes; }
  [[nodiscard]] std::string take_from_client() { return std::exchange(to_server_, {}); }

  // What happened.

  [[nodiscard]] std::size_t sent() const { return sent_; }          ///< by the client, since open
  [[nodiscard]] std::size_t received() const { return received_; }  ///< by the client, since open
  [[nodiscard]] const std::string& everything_sent() const { return everything_sent_; }
  [[nodiscard]] const std::vector<std::string>& opened() const { return opened_; }
  [[nodiscard]] std::size_t unread() const { return to_client_.size(); }
  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] bool is_waited_for() const { return waiter_ != nullptr; }
  [[nodiscard]] Interest interest() const { return interest_; }
  /// Calls the waiter if what it waits for has come; false: it has not.
  bool run_once();
  ManualClock clock{};

  // Transport.

  Result<Progress> open(const Broker& broker) override;
  Result<std::size_t> read(std::span<std::byte> space) override;
  Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  Instant now() override { return clock.now(); }
  void entropy(std::span<std::byte> space) override;

 private:
  [[nodiscard]] bool blocks(bool& blocked) const;
  [[nodiscard]] bool broken() const { return sent_ >= cut_to_server || received_ >= cut_to_client; }

  bool open_{false};
  bool ended_{false};
  bool read_blocked_{false};
  bool write_blocked_{false};
  std::string to_server_;
  std::string to_client_;
  std::size_t sent_{0};
  std::size_t received_{0};
  std::string everything_sent_;
  std::vector<std::string> opened_;
  Waiter* waiter_{nullptr};
  Interest interest_{};
  std::optional<Instant> deadline_{};
  std::uint32_t entropy_state_{1};
};

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/random.hpp"

namespace minimq::simulation {

using Time = std::int64_t;  ///< In milliseconds.
inline constexpr Time never = INT64_MAX;

/// The world's clock, and the device's, which may be set and need not agree with it.
struct Clocks {
  Time world{0};
  Time offset{0};
  [[nodiscard]] Instant device() const { return Instant{Duration{world + offset}}; }
};

/// What befalls one connection.
struct Fate {
  enum class Ending : std::uint8_t {
    reset,   ///< Both ends learn it at once.
    closed,  ///< An orderly end of the stream; what is written then is lost.
    silent,  ///< Nobody is told: half open.
  };
  static constexpr std::size_t never = SIZE_MAX;

  std::optional<Error> open_error{};
  Time open_delay{0};
  bool opens{true};  ///< Otherwise it is pending for ever.
  Time latency_up{1};
  Time latency_down{1};
  std::size_t write_max{never};  ///< A write takes a random number of bytes up to this.
  std::size_t read_max{never};
  std::size_t cut_up{never};  ///< After so many bytes to the broker.
  std::size_t cut_down{never};
  Ending ending{Ending::reset};
  std::size_t block_at{never};  ///< At this byte writes begin to take nothing,
  Time block_for{0};            ///< for so long.
  std::size_t late_at{never};   ///< What comes behind this byte from the broker
  Time late_by{0};              ///< is so late.
  Time per_byte{0};             ///< A trickle from the broker.
};

/// What a link tells about itself.
class LinkObserver {
 public:
  virtual Fate next_fate(const Broker& broker) = 0;
  /// A connection is there; its number at the broker.
  virtual int link_opened() = 0;
  virtual void client_sent(std::string_view bytes) = 0;
  virtual void client_received(std::string_view bytes) = 0;
  virtual void client_closed() = 0;

 protected:
  LinkObserver() = default;
  LinkObserver(const LinkObserver&) = default;
  LinkObserver& operator=(const LinkObserver&) = default;
  ~LinkObserver() = default;
};

/// A transport over a link on which everything can go wrong. It watches that the session keeps the
/// contract of Transport.
class Link final : public Transport {
 public:
  Link(const Clocks& clocks, LinkObserver& observer, Random random)
      : clocks_{clocks}, observer_{observer}, random_{random} {}

  // The broker's end.

  struct Arrival {
    int connection;
    std::string bytes;
    bool lost;  ///< No more follows: the broker learns that the link is gone.
  };
  /// What reaches the broker by now.
  [[nodiscard]] std::optional<Arrival> next_arrival();
  void send_to_client(int connection, const std::vector<std::byte>& bytes);
  void end_by_broker(int connection);
  /// When something happens next by itself.
  [[nodiscard]] Time next_time() const;

  // The world's hand.

  void cut(Fate::Ending ending);
  [[nodiscard]] bool connected() const { return !pipes_.empty() && pipes_.back().client_open; }
  /// The connection is there, and nothing is wrong with it.
  [[nodiscard]] bool sound() const {
    return connected() && !pipes_.back().dead && !pipes_.back().client_told;
  }
  /// Whether a wait for this would end now.
  [[nodiscard]] bool possible(Interest interest) const;
  struct Wait {
    Waiter* waiter;
    Interest interest;
    std::optional<Instant> deadline;
  };
  [[nodiscard]] std::optional<Wait>& wait_of_session() { return wait_; }
  /// Grows with whatever moves.
  [[nodiscard]] std::uint64_t activity() const { return activity_; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] const std::string& broken_contract() const { return broken_contract_; }

  // Transport.

  Result<Progress> open(const Broker& broker) override;
  Result<std::size_t> read(std::span<std::byte> space) override;
  Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  Instant now() override { return clocks_.device(); }
  void entropy(std::span<std::byte> space) override;

 private:
  struct Segment {
    Time at;
    std::string bytes;
  };
  struct Pipe {
    int connection;
    Fate fate;
    std::deque<Segment> up{};
    std::deque<Segment> down{};
    std::size_t sent{0};
    std::size_t received{0};
    std::size_t queued_down{0};
    std::size_t swallowed{0};
    Time blocked_until{0};
    bool client_open{true};
    bool dead{false};                   // nothing gets through any more
    std::optional<Time> broker_told{};  // when the broker learns of the end
    std::optional<Time> client_told{};
    Error client_error{Error::link_error};
  };

  void break_down(Pipe& pipe, Fate::Ending ending);
  [[nodiscard]] bool trouble(const Pipe& pipe) const {
    return pipe.client_told && *pipe.client_told <= clocks_.world;
  }
  [[nodiscard]] bool writable(const Pipe& pipe) const;
  [[nodiscard]] std::size_t takes(Pipe& pipe, std::size_t offered);
  Pipe* pipe_of(int connection);
  void require(bool holds, const char* what) {
    if (!holds && broken_contract_.empty()) broken_contract_ = what;
  }

  const Clocks& clocks_;
  LinkObserver& observer_;
  Random random_;
  std::deque<Pipe> pipes_;  // the last one may be the client's
  std::optional<Fate> opening_;
  Time open_at_{0};
  std::optional<Wait> wait_;
  std::uint64_t activity_{0};
  std::uint64_t calls_{0};
  std::string broken_contract_;
};

}  // namespace minimq::simulation

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/link.hpp"
#include "fuzz/memory.hpp"
#include "fuzz/setup.hpp"

namespace minimq::fuzz {

/// A session and an application that uses it in every way, and keeps books: each ticket ends once,
/// nothing spins, views are where they should be, and bytes that were given back are not looked at
/// again. What is not so is a finding.
class Device {
 public:
  explicit Device(Input& input);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] Session& session() { return *session_; }
  [[nodiscard]] Link& link() { return link_; }
  /// Everything happens that can happen now.
  void run();
  /// The same until so much time has passed.
  void pass(Duration duration);

  // What the application does.

  void publish(const Publication& publication);
  /// The payload is written by a callable, which calls the session meanwhile and is refused.
  void publish_written(Publication publication, std::size_t size);
  void subscribe(std::span<const TopicFilter> filters, std::span<const Property> properties);
  void unsubscribe(std::span<const std::string_view> filters);
  /// Returns whether there was an event. The message it brings is held until the next one.
  bool take_event();
  void release();
  /// The message that is held will be acknowledged later.
  void defer();
  void acknowledge(std::size_t which, ReasonCode reason);
  void await_poll(std::optional<Duration> patience);
  void await_settled(std::size_t which, std::optional<Duration> patience);
  void await_ready(std::size_t bytes, std::optional<Duration> patience);
  void cancel_wait(std::size_t which);

  /// It is done with everything it holds and waits for.
  void let_go();
  [[nodiscard]] bool has_pending() const { return !tickets_.empty(); }
  /// What tx had room for at the beginning.
  [[nodiscard]] std::size_t tx_free_at_first() const { return tx_free_at_first_; }

 private:
  struct Accepted {
    std::uint16_t packet_id;
    Outcome::Operation operation;
    std::size_t filters;
  };
  [[nodiscard]] std::vector<Accepted>::iterator find(std::uint16_t packet_id);

  struct Wait {
    std::unique_ptr<PollOperation> poll{};
    std::unique_ptr<SettledOperation> settled{};
    std::unique_ptr<ReadyOperation> ready{};
    std::size_t bytes{0};
    [[nodiscard]] bool done() const;
  };

  void drive();
  [[nodiscard]] bool has_work();
  [[nodiscard]] std::optional<Instant> deadline(std::optional<Duration> patience);
  void accepted(Outcome::Operation operation, const Result<Ticket>& ticket,
                std::size_t filters = 0);
  void on_event(const Event& event);
  void on_message(const Event& event);
  void on_outcome(const Outcome& outcome);
  void touch_properties(const Properties& properties) const;
  void forget_held();
  void add_wait(Wait wait);
  void harvest();

  Setup setup_;
  Link link_;
  InMemory<Session> session_;
  std::size_t tx_free_at_first_;
  // Not a map, because MemorySanitizer does not see how that is written.
  std::vector<Accepted> tickets_{};
  std::optional<Message> held_{};
  std::vector<AckHandle> deferred_{};
  std::vector<Wait> waits_{};
};

}  // namespace minimq::fuzz

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/session.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/checks/inbound_wire.hpp"
#include "simulation/checks/ledger.hpp"
#include "simulation/checks/outbound_wire.hpp"
#include "simulation/model/broker.hpp"

namespace minimq::simulation {

/// A world so small that all of it can be seen: two messages each way, packets that arrive whole,
/// and a few things that can happen. No clock but the one that an action moves.
class SmallWorld final : private Transport, private model::Observer {
 public:
  enum class Action : std::uint8_t {
    publish,  ///< The application publishes its next message,
    take,     ///< or takes the next event.
    publish_elsewhere,
    to_broker,  ///< The next packet arrives,
    to_client,
    cut,
    reconnect,         ///< The next attempt begins; the broker has kept the session,
    reconnect_afresh,  ///< or has lost it.
    wait,              ///< Time passes to the next deadline.
  };
  static constexpr int action_count = 9;

  struct Bounds {
    unsigned qos{2};
    bool hands_on_at_pubrel{false};
    unsigned messages{2};  ///< Each way.
    unsigned cuts{2};
    unsigned waits{1};
  };

  explicit SmallWorld(const Bounds& bounds);
  SmallWorld(const SmallWorld&) = delete;
  SmallWorld& operator=(const SmallWorld&) = delete;
  ~SmallWorld();

  [[nodiscard]] bool possible(Action action) const;
  void perform(Action action);
  /// Everything that decides what can happen from here on: the session's memory byte for byte, the
  /// packets on their way, the broker, and what the application has seen. Equal digests of two
  /// histories therefore mean equal futures; some histories differ in no more than a counter.
  [[nodiscard]] std::uint64_t digest() const;
  /// Lets everything come to its end, without further trouble.
  void come_to_rest();
  [[nodiscard]] const std::string& violation() const { return journal_.violation(); }

 private:
  void drive();
  void take_all();
  bool take();
  void lose_link();
  void collect();
  [[nodiscard]] Session& session() const;

  // Transport
  Result<Progress> open(const Broker& broker) override;
  Result<std::size_t> read(std::span<std::byte> space) override;
  Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest, std::optional<Instant>, Waiter&) override {}
  void cancel(Waiter&) override {}
  Instant now() override { return now_; }
  void entropy(std::span<std::byte> space) override;

  // model::Observer
  void handed_on(std::uint64_t session, const model::Message& message) override;
  void queued(std::uint64_t session, const model::Outgoing& outgoing) override;
  void completed(const model::Outgoing& outgoing, unsigned reason) override;
  void discarded(const model::Outgoing& outgoing) override;
  bool in_use_by_client(std::uint16_t id) override { return outbound_.in_use(id); }
  void fault(const std::string& what) override { journal_.violate("I14", what); }

  Bounds bounds_;
  Journal journal_{};
  Ledger ledger_{journal_};
  OutboundWire outbound_{journal_, false, 3600};
  InboundWire inbound_{journal_};
  model::Broker broker_{*this, 1};
  Instant now_{};
  bool open_{false};
  bool broken_{false};
  int connection_{-1};
  std::deque<std::string> to_broker_;
  std::deque<std::string> to_client_;
  std::string unread_;
  std::string unsent_;
  std::map<std::uint32_t, unsigned> seen_;
  unsigned published_{0};
  unsigned published_elsewhere_{0};
  unsigned cuts_{0};
  unsigned waits_{0};
  bool subscribed_{false};
};

/// What an exhaustive search came to.
struct Explored {
  std::uint64_t states{0};
  std::uint64_t steps{0};
  std::size_t depth{0};
  bool complete{false};     ///< No new state is left.
  std::string violation{};  ///< And the way there.
};

/// Breadth-first through all that can happen, until no new state appears or there are as many.
[[nodiscard]] Explored explore(const SmallWorld::Bounds& bounds, std::uint64_t states_max);

[[nodiscard]] std::string_view to_string(SmallWorld::Action action);

}  // namespace minimq::simulation

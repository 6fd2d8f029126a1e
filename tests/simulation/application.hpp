// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/session.hpp>

#include <array>
#include <coroutine>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "simulation/checks/inbound_wire.hpp"
#include "simulation/checks/ledger.hpp"
#include "simulation/checks/outbound_wire.hpp"
#include "simulation/link.hpp"
#include "simulation/routine.hpp"
#include "simulation/settings.hpp"

namespace minimq::simulation {

/// Who checks what the application does and is told.
struct Checks {
  Journal& journal;
  Ledger& ledger;
  OutboundWire& outbound;
  InboundWire& inbound;
};

/// An application that does everything an application may do, at random. It takes the loop of the
/// README for its contract: it subscribes when it hears `connected`, and otherwise leaves the
/// session to itself.
class Application {
 public:
  Application(Session& session, const Settings& settings, const Checks& checks,
              const Clocks& clocks, Random random);

  static constexpr const char* main_filter = "b/#";
  /// What the client has aliases for.
  static constexpr std::array<std::string_view, 2> aliased_topics{"d/1", "d/2"};

  // The super-loop's share.

  /// Takes events until there is none, or a message is held.
  void take_events();
  // The coroutines' share.
  void start_polling() { poller_ = poll_for_ever(); }

  /// Does what is due.
  void act();
  [[nodiscard]] Time next_time() const;
  /// From now on only what brings everything to its end.
  void come_to_rest();
  /// A last message of each QoS, to be seen to arrive.
  void publish_last();
  [[nodiscard]] bool at_rest() const;
  [[nodiscard]] bool subscribed() const { return subscribed_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// What it holds keeps the session from reading.
  [[nodiscard]] bool holds() const { return clocks_.world < held_until_; }
  /// Ends its coroutines, before the session ends.
  void end();

 private:
  struct Deferred {
    AckHandle handle;
    std::uint32_t number;
    Time at;
  };
  struct Wait {
    Routine routine;
    Time cancel_at;
  };
  struct Sleep {
    Application& application;
    [[nodiscard]] static bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { application.sleeper_ = handle; }
    static void await_resume() {}
  };

  void on_event(const Event& event);
  void on_message(const Event& event);
  void on_online(bool subscribe);
  void on_outcome(const Outcome& outcome);
  void on_stopped(const Event& event);
  void act_at_random();
  void publish();
  void publish_one(QoS qos, std::size_t size);
  void publish_aliased();
  void subscribe_main();
  void change_subscriptions();
  void leave();
  void call_wrongly();
  void settle_deferred(bool all);
  void check_limits();
  Routine poll_for_ever();
  Routine wait_for(Ticket ticket, Time patience);
  Routine wait_for_room(std::size_t bytes, Time patience);

  Session& session_;
  const Settings& settings_;
  Checks checks_;
  const Clocks& clocks_;
  Random random_;
  std::list<Wait> waits_;
  std::vector<Ticket> main_tickets_;
  std::vector<Deferred> deferred_;
  Routine poller_;
  std::coroutine_handle<> sleeper_{};
  Message held_{};
  Time act_at_{0};
  Time wake_at_{0};
  Time held_until_{0};
  Time start_at_{INT64_MAX};
  Time subscribe_at_{INT64_MAX};
  std::uint64_t events_{0};
  bool resting_{false};
  bool subscribed_{false};
  bool subscribe_again_{false};  // as soon as it is online
};

}  // namespace minimq::simulation

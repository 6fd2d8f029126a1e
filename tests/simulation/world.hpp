// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/authentication.hpp>
#include <minimq/extras.hpp>
#include <minimq/session.hpp>
#include <minimq/topic_alias.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/application.hpp"
#include "simulation/authenticator.hpp"
#include "simulation/journal.hpp"
#include "simulation/link.hpp"
#include "simulation/model/broker.hpp"
#include "simulation/settings.hpp"
#include "support/judge/judge.hpp"

namespace minimq::simulation {

/// One session, one application, one broker and one link, in virtual time, with all that can
/// happen to them. The seed decides everything.
class World final : private LinkObserver, private model::Observer {
 public:
  explicit World(std::uint64_t seed, std::FILE* reader = nullptr);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// Lives until everything has come to rest, or an invariant does not hold.
  void run();

  /// Empty: all is well.
  [[nodiscard]] const std::string& violation() const { return journal_.violation(); }
  [[nodiscard]] std::uint64_t hash() const { return journal_.hash(); }
  [[nodiscard]] Time duration() const { return clocks_.world; }
  [[nodiscard]] std::uint64_t messages() const { return ledger_.messages(); }
  [[nodiscard]] unsigned connections() const { return connections_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  static constexpr std::size_t canary_size = 32;

  // world.cpp
  void begin();
  void prepare_extras();
  void live_until(Time end);
  void come_to_rest();
  /// What is not settled yet; empty: everything is.
  [[nodiscard]] std::string_view unsettled() const;
  void step();
  void move_network();
  void flush_broker();
  void run_device();
  void wake_device();
  [[nodiscard]] bool device_is_due();
  [[nodiscard]] Time device_time();
  [[nodiscard]] Time next_time();
  // happenings.cpp
  void happen();
  void publish_from_broker(bool last, unsigned qos);
  void change_limits();
  [[nodiscard]] Time after(Time mean);
  Fate next_fate(const Broker& broker) override;
  void choose_faults(Fate& fate);
  // observation.cpp
  int link_opened() override;
  void client_sent(std::string_view bytes) override;
  void client_received(std::string_view bytes) override;
  void client_closed() override;
  void on_client_packet(const judge::ClientPacket& packet);
  void on_server_packet(const ServerPacket& packet);
  void handed_on(std::uint64_t session, const model::Message& message) override;
  void queued(std::uint64_t session, const model::Outgoing& outgoing) override;
  void completed(const model::Outgoing& outgoing, unsigned reason) override;
  void discarded(const model::Outgoing& outgoing) override;
  bool in_use_by_client(std::uint16_t id) override;
  void fault(const std::string& what) override;
  void take_judgement();
  void check_clock();
  void check_memory();
  void check_attempts();
  [[nodiscard]] bool hampered() const { return hampered_; }
  // A message may come again that does not say so.
  [[nodiscard]] bool resends_without_dup() const {
    return settings_.habits.resends_without_dup || settings_.habits.repeats_messages != 0;
  }
  [[nodiscard]] std::string client() const {
    return settings_.client_id.empty() ? outbound_.connack().assigned : settings_.client_id;
  }

  Settings settings_;
  Random random_;
  Clocks clocks_;
  Journal journal_;
  Ledger ledger_;
  OutboundWire outbound_;
  InboundWire inbound_;
  judge::Judge judge_;
  model::Broker broker_;
  Link link_;
  std::vector<std::byte> memory_;  // canary, rx, canary, tx, canary
  Config config_;
  Credentials credentials_;
  std::string will_payload_;
  Will will_;
  Broker other_broker_;
  std::vector<std::byte> alias_memory_;
  std::array<OutboundAliases::Entry, Application::aliased_topics.size()> alias_entries_{};
  InboundAliases inbound_aliases_;
  OutboundAliases outbound_aliases_;
  DeviceAuthenticator authenticator_;
  Authentication authentication_{authenticator_};
  Extras extras_;
  std::optional<Session> session_;
  std::optional<Application> application_;

  std::vector<int> open_connections_;  // at the broker
  std::string sent_;                   // not a whole packet yet
  judge::ClientPacket client_packet_;  // the one that is looked at
  std::string received_;
  bool received_bad_{false};
  bool resting_{false};
  bool hampered_{false};  // the clock or the link keeps the client from keeping time
  Time asleep_until_{0};
  Time opened_at_{0};
  Time last_sent_{0};
  Time last_received_{0};
  std::optional<Time> farewell_at_;
  Time next_outage_{0};
  Time next_restart_{0};
  Time next_kick_{0};
  Time next_nap_{0};
  Time next_jump_{0};
  Time next_message_{0};
  std::uint32_t broker_numbers_{0};
  unsigned connections_{0};
  unsigned attempts_{0};
  unsigned lasting_{0};
  unsigned dropped_inbound_{0};
  bool doubted_{false};
  Time set_back_{0};  // the device's clock, altogether
  std::size_t tx_free_{0};
  unsigned idle_wakes_{0};
};

}  // namespace minimq::simulation

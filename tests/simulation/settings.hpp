// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/config.hpp>

#include <cstdint>
#include <string>

#include "simulation/link.hpp"
#include "simulation/model/types.hpp"
#include "simulation/random.hpp"

namespace minimq::simulation {

/// How the application drives its session.
enum class Driving : std::uint8_t {
  super_loop,
  coroutine,
};

/// Everything about one run that does not change while it goes on. The seed decides it.
struct Settings {
  Driving driving{Driving::super_loop};
  std::size_t rx_size{0};
  std::size_t tx_size{0};
  Config config{};  ///< Without buffers and broker.
  std::string client_id{};
  bool has_will{false};
  bool has_credentials{false};
  bool two_brokers{false};
  bool authenticates{false};          ///< With AUTH.
  std::uint16_t inbound_aliases{0};   ///< Places for the broker's topic aliases; 0: none announced.
  std::size_t alias_topic_size{0};    ///< Of each place.
  std::uint16_t outbound_aliases{0};  ///< Topics for which the client has an alias.
  model::Habits habits{};
  bool limits_vary{false};
  unsigned tight_limits{0};  ///< Per mille of the connections: a Maximum Packet Size of 1 to 40.

  // The link: per mille of the connections.
  unsigned cuts{0};
  unsigned open_errors{0};
  unsigned blocks{0};
  unsigned lateness{0};
  unsigned trickles{0};
  bool choppy{false};
  Time latency_max{1};

  // The world: milliseconds between two events on average, 0: never.
  Time between_outages{0};
  Time between_restarts{0};
  unsigned restarts_lose{0};  ///< Per mille of the restarts: all sessions are lost.
  Time between_kicks{0};
  Time between_naps{0};   ///< The device sleeps, and nothing of it runs.
  Time between_jumps{0};  ///< The device's clock is set.

  // The application.
  Time between_actions{1000};
  Time between_messages{1000};  ///< Of the broker's side.
  std::size_t payload_max{64};
  unsigned holds{0};   ///< Per mille of the messages: held for a while.
  unsigned defers{0};  ///< Acknowledged later.
  unsigned refuses{0};
  unsigned disconnects{0};  ///< Per mille of its actions.
  unsigned waits{0};        ///< Tickets that are awaited.
  Time length{60'000};      ///< Of the run, before everything is to come to rest.

  explicit Settings(std::uint64_t seed);
  [[nodiscard]] std::string text() const;

 private:
  void choose_configuration(Random& random);
  void choose_extras(Random& random);
  void choose_habits(Random& random);
  void choose_faults(Random& random);
  void choose_application(Random& random);
};

}  // namespace minimq::simulation

// SPDX-License-Identifier: MIT
#include "simulation/settings.hpp"

#include <algorithm>
#include <array>

namespace minimq::simulation {

namespace {

// Most habits are absent most of the time, so that each is also seen alone.
unsigned sometimes(Random& random, std::uint32_t one_in, unsigned rate_max) {
  return random.one_in(one_in) ? random.between(1u, rate_max) : 0;
}

Time mostly_never(Random& random, std::uint32_t one_in, Time least, Time most) {
  return random.one_in(one_in) ? random.between(least, most) : 0;
}

}  // namespace

Settings::Settings(std::uint64_t seed) {
  Random random{seed};
  choose_configuration(random);
  choose_application(random);
  Random apart{seed ^ 0xA11A5};
  choose_extras(apart);
  if (random.one_in(16)) return;  // Everything goes well.
  choose_habits(random);
  if (authenticates) habits.wrong_auth = sometimes(apart, 2, 200);
  choose_faults(random);
}

void Settings::choose_configuration(Random& random) {
  driving = random.one_in(2) ? Driving::super_loop : Driving::coroutine;
  config.receive_maximum =
      random.one_in(3) ? std::uint16_t{1} : random.between<std::uint16_t>(2, 8);
  if (random.one_in(3)) {
    config.inbound_capacity =
        static_cast<std::uint16_t>(config.receive_maximum * 2 + random.below(9));
  }
  config.subscribe_reserve = random.between<std::uint16_t>(16, 80);
  constexpr std::array<std::size_t, 6> rx_sizes{64, 65, 80, 128, 300, 1024};
  rx_size = random.pick(rx_sizes);
  const std::size_t least = tx_size_min(config.inbound_entries()) + config.subscribe_reserve;
  constexpr std::array<std::size_t, 6> more{0, 1, 40, 200, 600, 2000};
  tx_size = least + random.pick(more);
  constexpr std::array<std::uint16_t, 6> keep_alives{0, 1, 2, 10, 60, 600};
  config.keep_alive_s = random.pick(keep_alives);
  constexpr std::array<std::uint32_t, 6> expiries{0, 1, 30, 3600, 3600, 0xFFFF'FFFF};
  config.session_expiry_s = random.pick(expiries);
  client_id = random.one_in(12) ? "" : "device";
  config.connect_timeout = Milliseconds{random.between(100u, 30'000u)};
  config.connack_timeout = Milliseconds{random.between(1'000u, 10'000u)};
  config.ping_timeout = Milliseconds{random.between(1'000u, 10'000u)};
  config.backoff_min = Milliseconds{random.between(1u, 2'000u)};
  config.backoff_max = config.backoff_min + Milliseconds{random.between(0u, 120'000u)};
  config.stable_time = Milliseconds{random.between(1'000u, 60'000u)};
  config.slow_retry_min = Milliseconds{random.between(1'000u, 900'000u)};
  config.slow_retry_max = config.slow_retry_min + Milliseconds{random.between(0u, 900'000u)};
  if (random.one_in(4)) {
    config.oversize = Oversize::skip;
    if (random.one_in(2))
      config.maximum_packet_size = static_cast<std::uint32_t>(rx_size + 1 + random.below(3000));
  }
  config.on_session_lost = random.one_in(3) ? OnSessionLost::fail : OnSessionLost::publish_again;
  config.clean_start = !random.one_in(3);
  config.adopt_session = random.one_in(8);
  config.downgrade_qos = random.one_in(4);
  config.queue_qos0_offline = random.one_in(3);
  config.stop_on_permanent = random.one_in(5);
  has_will = random.one_in(3);
  has_credentials = random.one_in(3);
  two_brokers = random.one_in(4);
}

// Aliases not together with Oversize::skip, ADR 22. A place may be too small for every topic.
void Settings::choose_extras(Random& random) {
  authenticates = random.one_in(6);
  if (random.one_in(4)) outbound_aliases = random.between<std::uint16_t>(1, 2);
  if (config.oversize == Oversize::skip || !random.one_in(4)) return;
  inbound_aliases = random.between<std::uint16_t>(1, 3);
  alias_topic_size = random.one_in(8) ? 2 : 8;
  habits.uses_aliases = random.between(100u, 1000u);
}

void Settings::choose_habits(Random& random) {
  habits.hands_on_at_pubrel = random.one_in(2);
  habits.smallest_ids = random.one_in(2);
  habits.refuses_connect = sometimes(random, 6, 300);
  habits.refuses_publish = sometimes(random, 5, 200);
  habits.refuses_subscribe = sometimes(random, 8, 300);
  habits.holds_acks = sometimes(random, 5, 500);
  habits.kicks = sometimes(random, 8, 20);
  habits.accepts_then_kicks = sometimes(random, 10, 500);
  habits.resends_without_dup = random.one_in(8);
  habits.window_excess = random.one_in(8) ? random.between(1u, 20u) : 0;
  habits.repeats_acks = sometimes(random, 8, 300);
  habits.stray_acks = sometimes(random, 8, 100);
  habits.wrong_acks = sometimes(random, 12, 50);
  habits.repeats_messages = sometimes(random, 8, 200);
  // An identifier used again at once would be acknowledged by the answer to a repetition.
  if (habits.repeats_messages != 0) habits.smallest_ids = false;
  // A repetition that nobody takes outlives its exchange in rx, because acknowledgements act at
  // once: then it is new.
  if (habits.repeats_messages != 0) holds = 0;
  habits.garbage = sometimes(random, 10, 20);
  habits.oversize = sometimes(random, 12, 20);
  habits.lies_about_session = sometimes(random, 12, 500);
  habits.silent_pings = sometimes(random, 12, 300);
  habits.repeats_pings = sometimes(random, 8, 500);
  habits.falls_silent = sometimes(random, 10, 20);
  limits_vary = random.one_in(3);
  tight_limits = sometimes(random, 10, 200);
}

void Settings::choose_faults(Random& random) {
  cuts = random.one_in(2) ? 0 : random.between(50u, 1000u);
  open_errors = sometimes(random, 4, 400);
  blocks = sometimes(random, 4, 500);
  lateness = sometimes(random, 4, 300);
  trickles = sometimes(random, 12, 100);
  choppy = random.one_in(3);
  constexpr std::array<Time, 5> latencies{0, 1, 20, 300, 3000};
  latency_max = random.pick(latencies);
  between_outages = mostly_never(random, 2, 2'000, 200'000);
  between_restarts = mostly_never(random, 3, 10'000, 300'000);
  restarts_lose = random.one_in(2) ? 0 : random.between(100u, 1000u);
  between_kicks = mostly_never(random, 6, 10'000, 300'000);
  between_naps = mostly_never(random, 8, 10'000, 300'000);
  between_jumps = mostly_never(random, 8, 10'000, 300'000);
}

void Settings::choose_application(Random& random) {
  constexpr std::array<Time, 5> paces{5, 100, 1'000, 10'000, 60'000};
  between_actions = random.pick(paces);
  between_messages = random.pick(paces);
  length =
      std::clamp<Time>(random.between<Time>(20, 150) * std::min(between_actions, between_messages),
                       1'000, 6 * 3'600'000);
  if (random.one_in(20)) length *= 5;
  constexpr std::array<std::size_t, 5> sizes{12, 30, 64, 200, 900};
  payload_max = random.pick(sizes);
  holds = sometimes(random, 3, 300);
  defers = sometimes(random, 3, 300);
  refuses = sometimes(random, 6, 200);
  disconnects = sometimes(random, 4, 100);
  waits = sometimes(random, 2, 500);
}

std::string Settings::text() const {
  const auto n = [](auto number) { return std::to_string(number); };
  return std::string{driving == Driving::super_loop ? "super-loop" : "coroutines"} + ", rx " +
         n(rx_size) + ", tx " + n(tx_size) + ", receive maximum " + n(config.receive_maximum) +
         " of " + n(config.inbound_entries()) + ", keep alive " + n(config.keep_alive_s) +
         " s, expiry " + n(config.session_expiry_s) + " s, client id '" + client_id +
         "', clean start " + n(config.clean_start) + ", adopt " + n(config.adopt_session) +
         ", qos 2 at " + (habits.hands_on_at_pubrel ? "PUBREL" : "PUBLISH") + ", cuts " + n(cuts) +
         ", latency " + n(latency_max) + " ms, " + n(length / 1000) + " s long";
}

}  // namespace minimq::simulation

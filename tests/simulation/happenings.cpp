// SPDX-License-Identifier: MIT
//
// What happens to the broker, to the link and to the device's clock.
#include <algorithm>
#include <array>

#include "simulation/payload.hpp"
#include "simulation/world.hpp"

namespace minimq::simulation {

Time World::after(Time mean) {
  return mean == 0 ? INT64_MAX : clocks_.world + random_.between<Time>(1, 2 * mean);
}

void World::happen() {
  if (resting_) return;
  const Time now = clocks_.world;
  const auto is_due = [&](Time& next, Time mean) {
    if (now < next) return false;
    next = after(mean);
    return true;
  };
  if (is_due(next_outage_, settings_.between_outages)) {
    constexpr std::array endings{Fate::Ending::reset, Fate::Ending::closed, Fate::Ending::silent};
    journal_.line([] { return std::string{"~~~~~~~~~~ the link breaks"}; });
    link_.cut(random_.pick(endings));
  }
  if (is_due(next_restart_, settings_.between_restarts)) {
    const bool loses = random_.per_mille(settings_.restarts_lose);
    journal_.line([&] {
      return std::string{"~~~~~~~~~~ the broker restarts"} + (loses ? " and loses all" : "");
    });
    broker_.restart(!loses, now);
    change_limits();
  }
  if (is_due(next_kick_, settings_.between_kicks)) broker_.kick(0x98, now);
  if (is_due(next_nap_, settings_.between_naps)) {
    asleep_until_ = now + random_.between<Time>(100, random_.one_in(4) ? 3'600'000 : 20'000);
    hampered_ = true;
    journal_.line([&] {
      return "~~~~~~~~~~ the device sleeps for " + std::to_string(asleep_until_ - now) + " ms";
    });
  }
  if (is_due(next_jump_, settings_.between_jumps)) {
    constexpr std::array<Time, 5> jumps{1'000, 3'600'000, 30LL * 86'400'000, -1'000, -3'600'000};
    const Time before = clocks_.offset;
    clocks_.offset = std::max<Time>(clocks_.offset + random_.pick(jumps), -now);
    set_back_ += std::max<Time>(before - clocks_.offset, 0);
    hampered_ = true;
    journal_.line([] { return std::string{"~~~~~~~~~~ the device's clock jumps"}; });
  }
  if (is_due(next_message_, settings_.between_messages)) {
    publish_from_broker(false, random_.below(3));
  }
  flush_broker();
}

void World::publish_from_broker(bool last, unsigned qos) {
  const bool retain = !last && random_.one_in(8);
  const std::uint32_t number = from_broker | (retain ? retained : 0u) | ++broker_numbers_;
  const std::size_t size = last ? 10 : random_.between<std::size_t>(10, settings_.payload_max);
  broker_.publish({.topic = retain ? "r/" + std::to_string(random_.below(3)) : "b/1",
                   .payload = make_payload(number, size),
                   .qos = qos,
                   .retain = retain},
                  clocks_.world);
  journal_.line([&] {
    return "           from elsewhere: b" + std::to_string(broker_numbers_) + " q" +
           std::to_string(qos) + (retain ? " retained" : "");
  });
  flush_broker();
}

void World::change_limits() {
  broker_.limits = {};
  if (settings_.limits_vary) {
    if (random_.one_in(2)) broker_.limits.receive_maximum = random_.between<std::uint16_t>(1, 4);
    if (random_.one_in(4)) broker_.limits.maximum_packet_size = random_.between(40u, 200u);
    if (random_.one_in(4)) broker_.limits.maximum_qos = static_cast<std::uint8_t>(random_.below(2));
    if (random_.one_in(4)) broker_.limits.retain_available = random_.one_in(2);
    if (random_.one_in(4))
      broker_.limits.server_keep_alive = static_cast<std::uint16_t>(random_.below(20));
    if (random_.one_in(8)) broker_.limits.session_expiry_s = random_.below(100);
  }
  if (settings_.outbound_aliases != 0 && random_.one_in(2)) {
    broker_.limits.topic_alias_maximum = random_.between<std::uint16_t>(0, 3);
  }
  if (random_.per_mille(settings_.tight_limits)) {
    broker_.limits.maximum_packet_size = random_.between(1u, 40u);
  }
}

Fate World::next_fate(const Broker& broker) {
  ++attempts_;
  Fate fate;
  journal_.note("open", attempts_);
  journal_.line([&] { return "open       " + std::string{broker.host()}; });
  if (resting_) return fate;
  if (random_.one_in(2)) change_limits();
  fate.latency_up = random_.between<Time>(0, settings_.latency_max);
  fate.latency_down = random_.between<Time>(0, settings_.latency_max);
  if (settings_.choppy) {
    if (random_.one_in(2)) fate.write_max = random_.between<std::size_t>(1, 12);
    if (random_.one_in(2)) fate.read_max = random_.between<std::size_t>(1, 12);
  }
  choose_faults(fate);
  return fate;
}

void World::choose_faults(Fate& fate) {
  constexpr std::array endings{Fate::Ending::reset, Fate::Ending::closed, Fate::Ending::silent};
  if (random_.per_mille(settings_.open_errors)) {
    constexpr std::array errors{Error::connect_refused, Error::host_unreachable,
                                Error::host_not_found, Error::link_error,
                                Error::certificate_rejected};
    fate.open_delay = random_.between<Time>(0, 2'000);
    if (random_.one_in(3)) {
      fate.opens = false;
    } else {
      fate.open_error = random_.pick(errors);
    }
  }
  if (random_.per_mille(settings_.cuts)) {
    // A cut in the beginning is as likely as one later.
    const std::size_t most = random_.one_in(2) ? 80 : 1'000;
    fate.ending = random_.pick(endings);
    (random_.one_in(2) ? fate.cut_up : fate.cut_down) = random_.between<std::size_t>(1, most);
  }
  if (random_.per_mille(settings_.blocks)) {
    fate.block_at = random_.between<std::size_t>(1, 500);
    fate.block_for = random_.between<Time>(1, random_.one_in(4) ? 200'000 : 3'000);
  }
  if (random_.per_mille(settings_.lateness)) {
    fate.late_at = random_.one_in(2) ? 0 : random_.between<std::size_t>(1, 300);
    fate.late_by = random_.between<Time>(1, 20'000);
  }
  if (random_.per_mille(settings_.trickles)) {
    fate.per_byte = random_.between<Time>(1, random_.one_in(2) ? 20 : 3'000);
  }
}

}  // namespace minimq::simulation

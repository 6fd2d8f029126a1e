// SPDX-License-Identifier: MIT
//
// What the application is told, and what it does about it.
#include "simulation/application.hpp"

#include <algorithm>

#include "simulation/payload.hpp"

namespace minimq::simulation {

Application::Application(Session& session, const Settings& settings, const Checks& checks,
                         const Clocks& clocks, Random random)
    : session_{session}, settings_{settings}, checks_{checks}, clocks_{clocks}, random_{random} {}

void Application::take_events() {
  while (!holds()) {
    checks_.inbound.released();
    const auto event = session_.next_event();
    if (!event) return;
    on_event(*event);
  }
}

Routine Application::poll_for_ever() {
  for (;;) {
    while (holds())
      co_await Sleep{*this};
    checks_.inbound.released();
    std::optional<Instant> deadline;
    if (random_.one_in(4)) deadline = clocks_.device() + Duration{random_.between<Time>(0, 5'000)};
    const Event event = co_await session_.poll(deadline);
    on_event(event);
  }
}

void Application::on_event(const Event& event) {
  ++events_;
  checks_.journal.note("event", static_cast<std::uint64_t>(event.kind()));
  checks_.journal.line([&] { return "event      " + std::string{to_string(event.kind())}; });
  switch (event.kind()) {
    case Event::Kind::connected: on_online(true); break;
    case Event::Kind::reconnected: on_online(false); break;
    case Event::Kind::inbound: on_message(event); break;
    case Event::Kind::skipped:
      checks_.inbound.skipped(static_cast<unsigned>(event.message().qos()), event.skipped_size());
      break;
    case Event::Kind::settled: on_outcome(event.outcome()); break;
    case Event::Kind::stopped: on_stopped(event); break;
    case Event::Kind::disconnected: {
      checks_.journal.line([&] {
        return "           because " + std::string{to_string(event.cause().error)} + ", next in " +
               std::to_string((event.next_attempt() - clocks_.device()).count()) + " ms";
      });
      if (session_.state() == Session::State::stopped) break;
      const Duration pause = event.next_attempt() - clocks_.device();
      const auto most = std::max(settings_.config.backoff_max, settings_.config.slow_retry_max);
      checks_.journal.require(pause <= most, "I17", "a pause beyond every bound");
      break;
    }
    case Event::Kind::idle: break;
  }
}

void Application::on_online(bool subscribe) {
  check_limits();
  if (subscribe || subscribe_again_) subscribe_main();
}

// Limits come from this connection's CONNACK and nothing else.
void Application::check_limits() {
  if (session_.state() != Session::State::online) return;
  const Limits& limits = session_.limits();
  const ServerPacket& connack = checks_.outbound.connack();
  const bool same =
      limits.receive_maximum == connack.receive_maximum.value_or(65'535) &&
      limits.maximum_packet_size == connack.maximum_packet_size.value_or(0) &&
      static_cast<unsigned>(limits.maximum_qos) == connack.maximum_qos.value_or(2) &&
      limits.retain_available == (connack.retain_available.value_or(1) != 0) &&
      limits.topic_alias_maximum == connack.topic_alias_maximum.value_or(0) &&
      limits.keep_alive_s == connack.server_keep_alive.value_or(settings_.config.keep_alive_s) &&
      limits.session_expiry_s ==
          connack.session_expiry_s.value_or(settings_.config.session_expiry_s);
  checks_.journal.require(same, "I19", "the limits are not those of this CONNACK");
}

void Application::on_message(const Event& event) {
  const Message& message = event.message();
  const auto number = number_of(message.text());
  if (!number) {
    checks_.journal.violate("I4", "a payload that the broker did not send");
    return;
  }
  checks_.journal.line([&] {
    return "           " + std::string{message.topic()} + " b" +
           std::to_string(*number & ~(from_broker | retained)) + " q" +
           std::to_string(static_cast<int>(message.qos()));
  });
  checks_.inbound.taken(*number, static_cast<unsigned>(message.qos()));
  checks_.ledger.delivered(message, *number);
  if (resting_) return;
  if (message.qos() != QoS::at_most_once && random_.per_mille(settings_.defers)) {
    const AckHandle handle = message.defer_ack();
    if (handle.packet_id != 0) {
      checks_.inbound.deferred();
      deferred_.push_back({handle, *number, clocks_.world + random_.between<Time>(0, 20'000)});
    }
  }
  if (random_.per_mille(settings_.holds)) {
    held_until_ = clocks_.world + random_.between<Time>(1, 30'000);
    held_ = message;
  }
  if (random_.one_in(4)) publish();
}

void Application::on_outcome(const Outcome& outcome) {
  checks_.journal.note("outcome", outcome.ticket().packet_id(),
                       static_cast<std::uint64_t>(outcome.reason()));
  checks_.journal.line([&] {
    return "           ticket " + std::to_string(outcome.ticket().packet_id()) + ": " +
           std::string{outcome.error() ? to_string(*outcome.error()) : to_string(outcome.reason())};
  });
  checks_.ledger.settled(outcome);
  if (outcome.error()) checks_.outbound.failed(outcome.ticket().packet_id());
  const auto main = std::ranges::find(main_tickets_, outcome.ticket());
  if (main == main_tickets_.end()) return;
  main_tickets_.erase(main);
  if (outcome.ok()) {
    subscribed_ = true;
  } else if (!outcome.error()) {
    subscribe_at_ = clocks_.world + 1'000;  // The broker has refused it.
  } else if (*outcome.error() != Error::session_lost) {
    subscribe_again_ = true;  // This connection does not take it.
  }
}

void Application::on_stopped(const Event& event) {
  checks_.journal.line(
      [&] { return "           because " + std::string{to_string(event.cause().error)}; });
  checks_.journal.require(event.cause().error != Error::busy, "I18", "a poll that is busy");
  start_at_ = clocks_.world + (resting_ ? 0 : random_.between<Time>(0, 60'000));
}

void Application::act() {
  wake_at_ = INT64_MAX;
  settle_deferred(resting_);
  if (clocks_.world >= subscribe_at_) {
    subscribe_at_ = INT64_MAX;
    subscribe_main();
  }
  if (clocks_.world >= start_at_) {
    start_at_ = INT64_MAX;
    checks_.journal.line([] { return std::string{"call       start"}; });
    (void)session_.start();
  }
  std::erase_if(waits_, [this](const Wait& wait) {
    return wait.routine.done() || clocks_.world >= wait.cancel_at;
  });
  if (sleeper_ && !holds()) std::exchange(sleeper_, {}).resume();
  if (resting_ || clocks_.world < act_at_) return;
  act_at_ = clocks_.world + random_.between<Time>(1, 2 * settings_.between_actions);
  act_at_random();
}

Time Application::next_time() const {
  Time next = std::min({wake_at_, start_at_, subscribe_at_});
  if (!resting_) next = std::min(next, act_at_);
  if (holds()) next = std::min(next, held_until_);
  for (const Deferred& one : deferred_)
    next = std::min(next, one.at);
  for (const Wait& wait : waits_)
    if (!wait.routine.done()) next = std::min(next, wait.cancel_at);
  return next;
}

void Application::settle_deferred(bool all) {
  for (std::size_t i = 0; i < deferred_.size();) {
    if (!all && deferred_[i].at > clocks_.world) {
      ++i;
      continue;
    }
    const Deferred one = deferred_[i];
    deferred_.erase(deferred_.begin() + static_cast<std::ptrdiff_t>(i));
    const bool refuse = !all && random_.per_mille(settings_.refuses);
    const ReasonCode reason = refuse ? ReasonCode::not_authorized : ReasonCode::success;
    if (session_.acknowledge(one.handle, reason)) {
      checks_.inbound.acknowledged(one.handle.packet_id);
      if (refuse) checks_.ledger.refused(one.number);
    }
  }
}

void Application::come_to_rest() {
  resting_ = true;
  held_until_ = 0;
  wake_at_ = clocks_.world;
  settle_deferred(true);
  if (session_.state() == Session::State::stopped) start_at_ = clocks_.world;
}

bool Application::at_rest() const {
  return deferred_.empty() && main_tickets_.empty() && start_at_ == INT64_MAX &&
         subscribe_at_ == INT64_MAX && checks_.ledger.pending_count() == 0;
}

void Application::end() {
  waits_.clear();
  poller_ = Routine{};
}

}  // namespace minimq::simulation

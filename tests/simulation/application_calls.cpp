// SPDX-License-Identifier: MIT
//
// What the application asks for.
#include <algorithm>
#include <array>
#include <cstring>

#include "simulation/application.hpp"
#include "simulation/payload.hpp"

namespace minimq::simulation {

void Application::act_at_random() {
  if (random_.per_mille(settings_.disconnects)) return leave();
  if (settings_.authenticates && random_.one_in(12)) {
    checks_.journal.line([] { return std::string{"call       reauthenticate"}; });
    (void)session_.reauthenticate();
    return;
  }
  switch (random_.below(16)) {
    case 0: change_subscriptions(); break;
    case 1: call_wrongly(); break;
    case 2:
      if (holds() && random_.one_in(2)) {
        held_.release();
        checks_.inbound.released();
      }
      break;
    case 3:
      if (settings_.driving == Driving::coroutine && settings_.waits != 0) {
        const auto bytes = random_.between<std::size_t>(10, settings_.payload_max + 20);
        waits_.push_back({wait_for_room(bytes, random_.between<Time>(0, 20'000)),
                          clocks_.world + random_.between<Time>(1, 30'000)});
      }
      break;
    default: publish(); break;
  }
}

void Application::publish() {
  if (settings_.outbound_aliases != 0 && random_.one_in(4)) return publish_aliased();
  const auto qos = static_cast<QoS>(random_.below(3));
  publish_one(qos, random_.between<std::size_t>(10, settings_.payload_max));
}

void Application::publish_one(QoS qos, std::size_t size) {
  const std::uint32_t number = checks_.ledger.next_number();
  const std::string payload = make_payload(number, size);
  const auto writer = [&payload](std::span<std::byte> space) -> std::optional<std::size_t> {
    if (space.size() < payload.size()) return std::nullopt;
    std::memcpy(space.data(), payload.data(), payload.size());
    return payload.size();
  };
  const std::array property{Property::user("k", "v")};
  Publication publication{.topic = "d", .payload = payload, .qos = qos};
  if (!resting_) {
    if (random_.one_in(8)) publication.payload = writer;
    publication.retain = random_.one_in(16);
    publication.detached = random_.one_in(16);
    if (random_.one_in(8)) publication.properties = property;
  }
  const auto result = session_.publish(publication);
  checks_.journal.note("publish", number, result ? result->packet_id() : 0u);
  checks_.journal.line([&] {
    return "call       publish #" + std::to_string(number) + " q" +
           std::to_string(static_cast<int>(qos)) + ", " + std::to_string(size) + " bytes: " +
           (result ? "ticket " + std::to_string(result->packet_id())
                   : std::string{to_string(result.error())});
  });
  checks_.ledger.published(qos, "d", result);
  if (resting_ || !result || result->empty() || settings_.driving != Driving::coroutine) return;
  if (!random_.per_mille(settings_.waits)) return;
  const Time patience = random_.between<Time>(0, 60'000);
  waits_.push_back({wait_for(*result, patience), clocks_.world + random_.between<Time>(1, 90'000)});
}

// Now and then with an alias that is in no table.
void Application::publish_aliased() {
  const std::uint32_t number = checks_.ledger.next_number();
  const std::string payload =
      make_payload(number, random_.between<std::size_t>(10, settings_.payload_max));
  const auto alias =
      random_.between<std::uint16_t>(1, static_cast<std::uint16_t>(settings_.outbound_aliases + 1));
  const bool known = alias <= settings_.outbound_aliases;
  const auto sent = session_.publish_aliased(alias, {.payload = payload});
  checks_.journal.note("publish aliased", number, sent ? 1u : 0u);
  checks_.journal.line([&] {
    return "call       publish #" + std::to_string(number) + " with alias " +
           std::to_string(alias) + ": " + std::string{sent ? "sent" : to_string(sent.error())};
  });
  checks_.journal.require(known || !sent, "I18", "an alias that is in no table was accepted");
  const Result<Ticket> result =
      sent ? Result<Ticket>{Ticket{}} : Result<Ticket>{std::unexpected{sent.error()}};
  checks_.ledger.published(QoS::at_most_once, known ? aliased_topics[alias - 1u] : "", result);
}

void Application::publish_last() {
  for (const QoS qos : {QoS::exactly_once, QoS::at_least_once, QoS::at_most_once})
    publish_one(qos, 10);
}

void Application::subscribe_main() {
  subscribe_again_ = false;
  const auto ticket = session_.subscribe({.filter = main_filter});
  checks_.journal.note("subscribe", ticket ? ticket->packet_id() : 0u);
  checks_.journal.line([&] {
    return "call       subscribe: " + (ticket ? "ticket " + std::to_string(ticket->packet_id())
                                              : std::string{to_string(ticket.error())});
  });
  if (ticket) {
    checks_.ledger.requested(Outcome::Operation::subscribe, *ticket);
    main_tickets_.push_back(*ticket);
  } else if (ticket.error() == Error::stopped) {
    subscribe_at_ = clocks_.world + 1'000;
  } else if (ticket.error() != Error::not_ready) {  // That brings `connected` again.
    subscribe_again_ = true;
  }
}

void Application::change_subscriptions() {
  constexpr std::array<std::string_view, 4> filters{"r/#", "x/+", "r/1", "b/+"};
  const std::string_view filter = random_.pick(filters);
  const bool add = random_.one_in(2);
  const auto ticket = add ? session_.subscribe({.filter = filter}) : session_.unsubscribe(filter);
  checks_.journal.line([&] {
    return std::string{add ? "call       subscribe " : "call       unsubscribe "} +
           std::string{filter} + ": " +
           (ticket ? "ticket " + std::to_string(ticket->packet_id())
                   : std::string{to_string(ticket.error())});
  });
  if (!ticket) return;
  checks_.ledger.requested(add ? Outcome::Operation::subscribe : Outcome::Operation::unsubscribe,
                           *ticket);
}

void Application::leave() {
  constexpr std::array<std::uint32_t, 3> drains{0, 0, 5'000};
  switch (random_.below(3)) {
    case 0: {
      const bool will = random_.one_in(4);
      const auto reason =
          will ? ReasonCode::disconnect_with_will_message : ReasonCode::normal_disconnection;
      (void)session_.disconnect({.reason = reason, .drain = Milliseconds{random_.pick(drains)}});
      checks_.journal.line([] { return std::string{"call       disconnect"}; });
      break;
    }
    case 1:
      checks_.journal.line([] { return std::string{"call       reconnect_now"}; });
      (void)session_.reconnect_now();
      break;
    default:
      checks_.journal.line([] { return std::string{"call       start"}; });
      (void)session_.start();
      break;
  }
}

// Nothing of this may leave a trace.
void Application::call_wrongly() {
  const bool refused = !session_.publish({.topic = "a/+"}) && !session_.publish({.topic = ""}) &&
                       !session_.subscribe({.filter = "a#"}) &&
                       !session_.unsubscribe(std::span<const std::string_view>{}) &&
                       !session_.acknowledge({1, 0}, ReasonCode::granted_qos_1);
  checks_.journal.require(refused, "I18", "a wrong call was accepted");
}

Routine Application::wait_for(Ticket ticket, Time patience) {
  const Instant deadline = clocks_.device() + Duration{patience};
  const auto outcome = co_await session_.settled(ticket, deadline);
  ++events_;
  checks_.journal.note("awaited", ticket.packet_id(), outcome ? 1u : 0u);
  checks_.journal.line([&] {
    return "awaited    ticket " + std::to_string(ticket.packet_id()) + ": " +
           std::string{outcome ? "settled" : to_string(outcome.error())};
  });
  if (outcome) {
    on_outcome(*outcome);
  } else {
    const bool lost = outcome.error() == Error::unknown_ticket && checks_.ledger.pending(ticket);
    checks_.journal.require(!lost, "I18", "a ticket that became unknown");
  }
}

Routine Application::wait_for_room(std::size_t bytes, Time patience) {
  const Instant deadline = clocks_.device() + Duration{patience};
  const auto ready = co_await session_.ready(bytes, deadline);
  ++events_;
  checks_.journal.note("ready", ready ? 1u : 0u);
  if (ready) checks_.journal.require(session_.tx_free() >= bytes, "I18", "ready, without room");
}

}  // namespace minimq::simulation

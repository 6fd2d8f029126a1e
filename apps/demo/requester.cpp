// SPDX-License-Identifier: MIT
#include "requester.hpp"

#include <algorithm>
#include <utility>

#include "failure.hpp"

namespace demo {

using namespace std::chrono_literals;
using minimq::Event;

namespace {

constexpr const char* kDeviceTopic = "demo/in";
constexpr const char* kQuestion = "are you there?";

minimq::Config configure(const std::string& client_id, std::uint16_t port,
                         std::span<std::byte> storage) {
  return {.broker = minimq::Broker{"127.0.0.1", port},
          .client_id = client_id,
          .buffers = minimq::Buffers::split(storage, Requester::rx_size),
          .session_expiry_s = 60,
          .backoff_min = 200ms,
          .backoff_max = 1s,
          // Mosquitto 2.0 writes no session to disk that began with Clean Start.
          .clean_start = false};
}

std::string describe(minimq::Cause cause) {
  std::string words{to_string(cause.error)};
  if (cause.reason != minimq::ReasonCode::success) {
    words += ": " + std::string{to_string(cause.reason)};
  }
  return words;
}

}  // namespace

Requester::Requester(minimq::posix::EventLoop& loop, Screen& screen, std::uint16_t port,
                     Names names, const char* authority)
    : screen_{screen},
      names_{std::move(names)},
      transport_{loop},
      session_{configure(names_.client_id, port, storage_), link(authority)},
      answer_{authority == nullptr ? "ack" : kQuestion},
      task_{attend(loop, *this)} {
  if (const auto error = session_.config_error()) {
    throw Failure{"the requester's configuration is right", std::string{to_string(*error)}};
  }
  if (!task_.start()) throw Failure{"the loop has room for a coroutine", "no_memory"};
}

minimq::Transport& Requester::link([[maybe_unused]] const char* authority) {
#if defined(MINIMQ_DEMO_TLS)
  if (authority != nullptr) {
    return tls_.emplace(transport_, minimq::mbedtls::TlsConfig{.authorities = authority,
                                                               .server_name = "localhost"});
  }
#endif
  return transport_;
}

std::string Requester::tls() const {
#if defined(MINIMQ_DEMO_TLS)
  if (tls_) {
    const auto handshakes = tls_->handshakes();
    return text("%u full and %u resumed handshakes, the broker verified before a byte of MQTT",
                static_cast<unsigned>(handshakes.full), static_cast<unsigned>(handshakes.resumed));
  }
#endif
  return {};
}

minimq::Task<> Requester::attend(minimq::posix::EventLoop&, Requester& self) {
  for (;;)
    self.take(co_await self.session_.poll());
}

void Requester::take(const Event& event) {
  ++counts_[event.kind()];
  switch (event.kind()) {
    case Event::Kind::connected:
      say(event.session_present() ? "connected, to a session that may not be ours" : "connected");
      subscribe();
      break;
    case Event::Kind::reconnected:
      say("reconnected: the broker has kept the session");
      subscribed_ = true;
      break;
    case Event::Kind::disconnected:
      last_trouble_ = describe(event.cause());
      say("disconnected (" + last_trouble_ + ")");
      break;
    case Event::Kind::inbound: take_reply(event.message()); break;
    case Event::Kind::settled: take_outcome(event.outcome()); break;
    case Event::Kind::stopped: say("stopped (" + describe(event.cause()) + ")"); break;
    case Event::Kind::skipped:
    case Event::Kind::idle: break;
  }
}

void Requester::subscribe() {
  const auto ticket = session_.subscribe({.filter = names_.reply_topic});
  if (ticket) {
    ++pending_;
  } else {
    last_trouble_ = "subscribe: " + std::string{to_string(ticket.error())};
    say(last_trouble_);
  }
}

void Requester::request() {
  const std::string correlation = "request " + std::to_string(++requests_);
  asked_[correlation] = Clock::now();
  const auto ticket = session_.publish({.topic = kDeviceTopic,
                                        .payload = kQuestion,
                                        .qos = minimq::QoS::at_least_once,
                                        .response_topic = names_.reply_topic,
                                        .correlation_data = minimq::as_bytes(correlation)});
  if (!ticket) throw Failure{correlation + " is taken", std::string{to_string(ticket.error())}};
  ++pending_;
  say(correlation + " to " + kDeviceTopic);
}

minimq::Ticket Requester::publish(std::string_view topic, std::string_view payload) {
  const auto ticket =
      session_.publish({.topic = topic, .payload = payload, .qos = minimq::QoS::at_least_once});
  if (!ticket) throw Failure{"a message is taken", std::string{to_string(ticket.error())}};
  outcomes_.erase(ticket->packet_id());  // The same number may have served before.
  ++pending_;
  return *ticket;
}

void Requester::disconnect() {
  // The broker may forget the session at once.
  const std::array forget{minimq::Property::session_expiry_s(0)};
  const auto result = session_.disconnect({.properties = forget});
  if (!result) throw Failure{"the requester disconnects", std::string{to_string(result.error())}};
}

void Requester::take_reply(const minimq::Message& message) {
  const auto correlation = message.correlation_data();
  const auto asked =
      asked_.find(correlation ? std::string{minimq::as_text(*correlation)} : std::string{});
  if (asked == asked_.end() || message.text() != answer_) {
    say("something else than a reply, or one for the second time");
    return;
  }
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - asked->second).count();
  say(text("reply to %s: \"%s\", after %.2f ms", asked->first.c_str(), answer_.data(), ms));
  asked_.erase(asked);
  round_trips_.push_back(ms);
}

void Requester::take_outcome(const minimq::Outcome& outcome) {
  if (pending_ > 0) --pending_;
  if (outcome.operation() == minimq::Outcome::Operation::subscribe) subscribed_ = outcome.ok();
  const std::uint16_t id = outcome.ticket().packet_id();
  outcomes_[id] = outcome.error() ? minimq::ReasonCode::unspecified_error : outcome.reason();
}

int Requester::count(Event::Kind kind) const {
  const auto found = counts_.find(kind);
  return found == counts_.end() ? 0 : found->second;
}

std::optional<minimq::ReasonCode> Requester::outcome(minimq::Ticket ticket) const {
  const auto found = outcomes_.find(ticket.packet_id());
  if (found == outcomes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace demo

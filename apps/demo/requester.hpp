// SPDX-License-Identifier: MIT
#pragma once

#if defined(MINIMQ_DEMO_TLS)
#include <minimq/mbedtls/tls_transport.hpp>
#endif
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "screen.hpp"

namespace demo {

/// The second session: asks the device, and publishes the message that must not get lost. It is
/// an application of the library like any other.
class Requester {
 public:
  static constexpr std::size_t storage_size = 1024;
  static constexpr std::size_t rx_size = 256;

  struct Names {
    std::string client_id;
    std::string reply_topic;
  };

  /// Connects to a loopback port; over TLS if there is an authority, whose text must outlive this
  /// object. Throws Failure if the configuration is wrong.
  Requester(minimq::posix::EventLoop& loop, Screen& screen, std::uint16_t port, Names names,
            const char* authority = nullptr);

  /// Sends one more request, at QoS 1, to the device; its number is counted from 1.
  void request();
  /// Publishes at QoS 1. Throws Failure if the session refuses.
  [[nodiscard]] minimq::Ticket publish(std::string_view topic, std::string_view payload);
  void disconnect();

  [[nodiscard]] const minimq::Session& session() const { return session_; }
  /// How often an event of this kind came.
  [[nodiscard]] int count(minimq::Event::Kind kind) const;
  [[nodiscard]] bool subscribed() const { return subscribed_; }
  [[nodiscard]] int requests() const { return requests_; }
  /// Right answers to requests, each counted once.
  [[nodiscard]] int replies() const { return static_cast<int>(round_trips_.size()); }
  [[nodiscard]] const std::vector<double>& round_trips_ms() const { return round_trips_; }
  /// Operations that the broker has not answered.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// How the operation of that ticket ended, if it did.
  [[nodiscard]] std::optional<minimq::ReasonCode> outcome(minimq::Ticket ticket) const;
  [[nodiscard]] std::string last_trouble() const { return last_trouble_; }
  /// The version and the handshakes of TLS; empty without it.
  [[nodiscard]] std::string tls() const;

 private:
  using Clock = std::chrono::steady_clock;

  minimq::Transport& link(const char* authority);
  static minimq::Task<> attend(minimq::posix::EventLoop& loop, Requester& self);
  void take(const minimq::Event& event);
  void take_reply(const minimq::Message& message);
  void take_outcome(const minimq::Outcome& outcome);
  void subscribe();
  void say(const std::string& text) const { screen_.line("requester", text); }

  Screen& screen_;
  Names names_;
  std::array<std::byte, storage_size> storage_{};
  minimq::posix::TcpTransport transport_;
#if defined(MINIMQ_DEMO_TLS)
  std::optional<minimq::mbedtls::TlsTransport> tls_;
#endif
  minimq::Session session_;
  std::map<minimq::Event::Kind, int> counts_;
  std::map<std::uint16_t, minimq::ReasonCode> outcomes_;
  std::map<std::string, Clock::time_point> asked_;  // by correlation data
  std::vector<double> round_trips_;
  std::string last_trouble_{"no connection"};
  std::string_view answer_;
  std::size_t pending_{0};
  int requests_{0};
  bool subscribed_{false};
  minimq::Task<> task_;  // the last member: it uses all the others
};

}  // namespace demo

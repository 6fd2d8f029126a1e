// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <chrono>
#include <gtest/gtest.h>
#include <ostream>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

#include "brokers/support/wait.hpp"
#include "support/judged_transport.hpp"

namespace minimq {

// For the messages of failed expectations.
inline void PrintTo(ReasonCode code, std::ostream* out) {
  *out << to_string(code);
}
inline void PrintTo(Error error, std::ostream* out) {
  *out << to_string(error);
}
inline void PrintTo(Event::Kind kind, std::ostream* out) {
  *out << to_string(kind);
}

}  // namespace minimq

namespace minimq::brokers {

using namespace std::chrono_literals;

/// A message, copied.
struct Received {
  std::string topic;
  std::string payload;
  QoS qos{};
  bool retain{false};

  explicit Received(const Message& message)
      : topic{message.topic()},
        payload{message.text()},
        qos{message.qos()},
        retain{message.retain()} {}
};

struct ClientMemory {
  std::size_t rx{512};
  std::size_t tx{2048};
};

/// A session with its transport and memory, driven by blocking calls on the loop. It retries
/// quickly, so that tests are quick. The judge sees every byte that it writes and reads.
class Client {
 public:
  Client(posix::EventLoop& loop, std::string_view broker, std::string_view id, Config config = {},
         ClientMemory memory = {})
      : loop_{loop},
        broker_{broker},
        id_{id},
        storage_(memory.rx + memory.tx),
        transport_{loop},
        judged_{transport_, {.may_know_a_session = config.adopt_session, .keep_alive_slack = 1s}},
        session_{complete(config, memory.rx), judged_} {
    EXPECT_FALSE(session_.config_error()) << to_string(*session_.config_error());
  }

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] posix::EventLoop& loop() { return loop_; }
  [[nodiscard]] Instant deadline() const { return loop_.now() + patience; }

  /// The next event; Event::Kind::idle when the patience has ended.
  [[nodiscard]] Event next() {
    auto event = loop_.run_until(session_.poll(deadline()));
    return event ? *event : Event{Event::Kind::idle};
  }
  /// The next event must be of this kind.
  Event expect(Event::Kind kind) {
    Event event = next();
    EXPECT_EQ(event.kind(), kind) << id_ << ": " << describe(event);
    return event;
  }
  /// The next event that is not `disconnected` must be of this kind: for a broker that is away for
  /// an uncertain number of attempts.
  Event expect_back(Event::Kind kind) {
    for (;;) {
      Event event = next();
      if (event.kind() == Event::Kind::disconnected) continue;
      EXPECT_EQ(event.kind(), kind) << id_ << ": " << describe(event);
      return event;
    }
  }
  /// The next event must be a message.
  [[nodiscard]] Received message() { return Received{expect(Event::Kind::inbound).message()}; }
  void connect() { expect(Event::Kind::connected); }

  /// The outcome of an accepted operation; a refused one, and no outcome, is a failure.
  [[nodiscard]] Outcome settled(const Result<Ticket>& ticket) {
    if (!ticket) {
      ADD_FAILURE() << id_ << ": refused: " << to_string(ticket.error());
      return {};
    }
    const auto outcome = loop_.run_until(session_.settled(*ticket, deadline()));
    if (outcome) return *outcome;
    ADD_FAILURE() << id_ << ": not settled: " << to_string(outcome.error());
    return {Ticket{}, Outcome::Operation::publish, outcome.error()};
  }
  void subscribe(std::string_view filter, QoS qos = QoS::exactly_once) {
    const Outcome outcome = settled(session_.subscribe({.filter = filter, .maximum_qos = qos}));
    EXPECT_EQ(outcome.reason(), static_cast<ReasonCode>(qos)) << id_ << ": " << filter;
  }
  [[nodiscard]] Outcome publish(const Publication& publication) {
    return settled(session_.publish(publication));
  }
  /// DISCONNECT, and then nothing more.
  void disconnect(const DisconnectOptions& options = {}) {
    EXPECT_TRUE(session_.disconnect(options));
    EXPECT_EQ(expect(Event::Kind::stopped).cause().error, Error::requested);
  }
  /// When this object goes, its connection is reset instead of ended.
  void reset_on_close() {
    constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(transport_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  /// The link dies without a word.
  void die() { ::shutdown(transport_.descriptor(), SHUT_RDWR); }

 private:
  static std::string describe(const Event& event) {
    std::string text{to_string(event.kind())};
    text += ", cause " + std::string{to_string(event.cause().error)} + ", reason " +
            std::string{to_string(event.cause().reason)};
    if (event.kind() == Event::Kind::inbound) {
      text += ", topic " + std::string{event.message().topic()};
    }
    return text;
  }

  Config& complete(Config& config, std::size_t rx) {
    config.broker = Broker::parse(broker_);
    config.client_id = id_;
    config.buffers = Buffers::split(storage_, rx);
    if (config.backoff_min == Config{}.backoff_min) {
      config.backoff_min = 5ms;
      config.backoff_max = 50ms;
    }
    return config;
  }

  posix::EventLoop& loop_;
  std::string broker_;
  std::string id_;
  std::vector<std::byte> storage_;
  posix::TcpTransport transport_;
  testing::JudgedTransport judged_;
  Session session_;
};

}  // namespace minimq::brokers

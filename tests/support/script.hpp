// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/session.hpp>

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "support/judge/client_packet.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_transport.hpp"
#include "support/wire.hpp"

namespace minimq::testing {

using ClientPacket = judge::OwnedClientPacket;
inline constexpr QoS qos1 = QoS::at_least_once;

/// A session and the broker it talks to, played by the test, in virtual time:
///
///   Script script;
///   script.connect();
///   (void)script.session().publish({.topic = "a", .payload = "x", .qos = QoS::at_least_once});
///   const auto id = script.expect("PUBLISH q1 d0 id=* topic=a payload=x").id;
///   script.send(puback(id));
///   script.expect_event("settled publish 0x00");
///   script.advance(10s);
///
/// The session is driven as by a super-loop until an operation is awaited, then by the transport's
/// waits. Whatever breaks the specification, spins, or was sent and not expected fails the test.
class Script {
 public:
  using Where = std::source_location;

  struct Sizes {
    std::size_t rx{256};
    std::size_t tx{768};
  };

  /// What `config` leaves out is filled in: a broker, the client id "demo" (not for "") and
  /// buffers of these sizes.
  explicit Script(const Config& config = {}) : Script(config, Sizes{}) {}
  Script(const Config& config, Sizes sizes);
  ~Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  [[nodiscard]] Session& session() { return *session_; }
  [[nodiscard]] MemoryTransport& transport() { return transport_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }
  [[nodiscard]] ManualClock& clock() { return clock_; }
  /// The application ends the session.
  void end_session() { session_.reset(); }
  [[nodiscard]] bool has_session() const { return session_.has_value(); }

  /// Everything happens that can happen now.
  void run();
  void advance(Duration duration);

  // The broker's side.

  /// The client opens a stream and sends CONNECT; the broker answers. The event is left.
  ClientPacket go_online(const ConnackFields& fields = {}, Where where = Where::current());
  /// The same, and the event is taken: connected, or reconnected with Session Present.
  ClientPacket connect(const ConnackFields& fields = {}, Where where = Where::current());
  /// The next packet from the client, as `to_string(ClientPacket)`; `*` stands for anything.
  /// Properties count only if the pattern has braces.
  ClientPacket expect(std::string_view pattern, Where where = Where::current());
  /// The client sends nothing.
  void expect_nothing(Where where = Where::current());
  /// The next packet, whatever it is; nothing if there is none.
  std::optional<ClientPacket> take_packet(Where where = Where::current());
  /// All packets the client has sent, one line each.
  std::vector<std::string> take_packets(Where where = Where::current());

  /// Bytes for the client in one piece; then everything happens that can.
  template <class... Packets>
  void send(const Packet& first, const Packets&... others) {
    Packet bytes = first;
    (bytes.insert(bytes.end(), others.begin(), others.end()), ...);
    transport_.deliver(bytes);
    run();
  }
  /// The broker's end closes the stream.
  void cut();
  /// The stream breaks.
  void reset();

  // The application's side.

  /// The next event, in the form of the super-loop.
  std::optional<Event> next_event();
  /// The next event as `to_text(Event)`, by pattern as above.
  Event expect_event(std::string_view pattern, Where where = Where::current());
  void expect_no_event(Where where = Where::current());
  /// How long until the session tries to connect again, or has something else to do.
  [[nodiscard]] std::optional<Duration> next_deadline();

 private:
  void super_loop();
  [[nodiscard]] bool super_loop_has_work();

  ManualClock clock_;
  MemoryTransport transport_{clock_};
  std::vector<std::byte> rx_;
  std::vector<std::byte> tx_;
  std::optional<Session> session_;
  std::size_t stream_{0};    // of the packets that are taken next
  std::size_t position_{0};  // in it
};

/// One line:
///   connected, reconnected, idle
///   disconnected <error> [0x<reason>], stopped <error> [0x<reason>]
///   inbound q1 [dup] [retain] <topic> <payload>, skipped q1 <topic> size=<bytes>
///   settled publish 0x00, settled subscribe 0x00 0x87, settled publish session_lost
std::string to_text(const Event& event);
std::string to_text(const Outcome& outcome);

/// Whether the text is the pattern, where `*` stands for anything.
bool matches(std::string_view text, std::string_view pattern);

}  // namespace minimq::testing

namespace minimq {

// How GoogleTest prints them.
void PrintTo(Error error, std::ostream* stream);
void PrintTo(ReasonCode reason, std::ostream* stream);
void PrintTo(Event::Kind kind, std::ostream* stream);
void PrintTo(const Event& event, std::ostream* stream);

}  // namespace minimq

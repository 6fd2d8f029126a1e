// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/judge/client_packet.hpp"
#include "support/judge/frame.hpp"
#include "support/judge/inbound.hpp"
#include "support/judge/outbound.hpp"
#include "support/judge/server_packet.hpp"
#include "support/judge/violation.hpp"

namespace minimq::judge {

/// Time since any origin.
using Time = std::chrono::milliseconds;

/// Watches all bytes between one client and its servers, over any number of connections, and
/// objects to what the client must not send. Written from the MQTT 5.0 specification; it shares
/// nothing with the library that it judges.
///
///   Judge judge;
///   judge.connected();
///   judge.client_bytes(bytes);          // what the link has taken from the client
///   judge.server_bytes(bytes);          // what the client has read
///   judge.closed();
///   for (const Violation& violation : judge.violations()) ...
///
/// The order of the calls is that of the client's writes and reads. No call throws. After a
/// violation the rest of that connection is not judged. A server's misbehaviour is not the
/// client's: from a malformed packet on, only the form of the client's packets is judged, until the
/// connection ends.
class Judge {
 public:
  struct Options {
    /// The client may know a session from before the first connection.
    bool may_know_a_session{false};
    /// Bytes given to `server_bytes` may be lost with their connection before the client reads
    /// them: for who watches the link elsewhere than at the client.
    bool server_bytes_may_be_lost{false};
    /// So much longer than the keep alive time may the client be silent: for real clocks.
    Time keep_alive_slack{0};
  };

  // Defined elsewhere, else every test would compile what is needed to destroy a judge.
  Judge() : Judge(Options{}) {}
  explicit Judge(const Options& options);
  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;
  ~Judge();

  /// A network connection is there.
  void connected();
  /// Without a time, keep alive is not judged.
  void client_bytes(Bytes bytes, std::optional<Time> now = {});
  /// The client has tried to send, and the link took nothing: its silence is not its own.
  void client_blocked(Time now);
  void server_bytes(Bytes bytes, std::optional<Time> now = {});
  /// The network connection has ended, whoever ended it. Does nothing without one.
  void closed(std::optional<Time> now = {});

  /// What the client did wrong, in order.
  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }
  /// The same and forgotten.
  [[nodiscard]] std::vector<Violation> take_violations();
  /// All whole packets that were judged and found lawful.
  [[nodiscard]] std::uint64_t packets() const { return packets_; }

 private:
  enum class Phase : std::uint8_t {
    none,        // no connection
    opened,      // CONNECT has to come
    connecting,  // CONNACK has to come
    accepted,
    refused,
    ended,    // DISCONNECT was sent
    spoiled,  // by a violation
  };
  // What holds for one network connection.
  struct Connection {
    Phase phase{Phase::none};
    bool server_is_sane{true};
    bool was_accepted{false};
    bool must_close{false};  // Session Present, and there is no session.
    bool auth_asked{false};
    bool blocked{false};
    std::uint32_t session_expiry{0};    // in force
    std::uint32_t requested_expiry{0};  // in CONNECT
    std::optional<std::string> method{};
    std::string client_id{};
    Limits limits{};
    unsigned keep_alive_s{0};
    std::optional<Time> latest{};  // the end of the latest packet
    std::map<unsigned, std::string> aliases{};
  };

  // judge.cpp
  void judge_packet(const Frame& frame);
  void judge_phase() const;
  void judge_before_connack() const;
  void judge_in_session();
  void follow_client();
  void judge_sizes() const;
  void judge_silence(std::optional<Time> now);
  void break_off();
  void object(Violation violation);
  // judge_packets.cpp
  void on_connect();
  void on_publish();
  void on_subscribe();
  void on_disconnect();
  void on_auth();
  // judge_server.cpp
  void follow_server(const Frame& frame, std::optional<Time> now);
  void follow_connack(std::optional<Time> now);
  [[nodiscard]] bool connack_makes_sense() const;
  void follow_in_session();
  void end_session();

  Options options_;
  Connection connection_;
  Framer from_client_;
  Framer from_server_;
  ClientPacket packet_{};
  ServerPacket server_packet_{};
  Outbound outbound_;
  Inbound inbound_;
  bool knows_a_session_{options_.may_know_a_session};
  std::optional<std::string> client_id_{};  // of that session
  std::vector<Violation> violations_{};
  std::uint64_t packets_{0};
};

}  // namespace minimq::judge

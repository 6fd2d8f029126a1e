// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/model/types.hpp"
#include "simulation/random.hpp"

namespace minimq::model {

/// Whether a topic matches a filter, chapter 4.7.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// A broker with real session state, for any number of clients, in virtual time.
class Broker {
 public:
  using Connection = int;

  Broker(Observer& observer, std::uint64_t seed) : observer_{observer}, random_{seed} {}

  Habits habits{};
  /// What the next CONNACK says.
  Limits limits{};

  // The network.

  [[nodiscard]] Connection open(Time now);
  void receive(Connection connection, std::string_view bytes, Time now);
  /// The link is gone; the broker has noticed.
  void lost(Connection connection, Time now);
  /// What is to be sent, taken away.
  [[nodiscard]] std::vector<std::byte> take_output(Connection connection);
  /// The broker closes this connection, behind its output.
  [[nodiscard]] bool wants_close(Connection connection) const;
  /// Time passes: keep alive, expiry, wills, acknowledgements held back.
  void advance(Time now);
  [[nodiscard]] std::optional<Time> next_deadline() const;

  // What happens to a broker.

  /// A message from elsewhere.
  void publish(const Message& message, Time now);
  /// All connections end; sessions are kept or lost.
  void restart(bool keeps_sessions, Time now);
  void lose_sessions();
  void kick(unsigned reason, Time now);

  // What can be asked.

  [[nodiscard]] bool subscribed(const std::string& client, const std::string& filter) const;
  /// The number of the client's session; 0: none.
  [[nodiscard]] std::uint64_t session_of(const std::string& client) const;
  /// No message is on its way to this client; none has come from it and waits for PUBREL.
  [[nodiscard]] bool sent_all(const std::string& client) const;
  [[nodiscard]] bool received_all(const std::string& client) const;
  [[nodiscard]] int keep_alive_losses() const { return keep_alive_losses_; }
  /// For comparing states: everything that decides what the broker will do, as text.
  [[nodiscard]] std::string digest() const;

 private:
  struct Will {
    Message message;
    Time at;
  };
  struct Subscription {
    unsigned qos;
    bool no_local;
    bool retain_as_published;
  };
  struct Session {
    std::uint64_t number;
    std::map<std::string, Subscription> subscriptions{};
    std::map<std::uint16_t, Message> incoming{};  // QoS 2, before their PUBREL
    std::deque<Outgoing> outgoing{};
    std::uint16_t last_id{0};
    std::uint32_t expiry_s{0};
    std::optional<Time> expires_at{};
    std::optional<Will> will{};
    Connection connection{-1};
  };
  struct HeldAck {
    Time at;
    Packet packet;
  };
  struct Link {
    std::string client{};
    std::vector<std::byte> input{};
    std::vector<std::byte> output{};
    bool online{false};
    bool closing{false};
    bool silent{false};
    Time last_packet{0};
    unsigned keep_alive{0};
    std::uint32_t packet_size_max{0xFFFF'FFFF};
    std::size_t window{65'535};
    Limits limits{};                     // what its CONNACK said
    std::set<std::uint16_t> incoming{};  // QoS 2, of this connection
    std::string method{};                // of authentication; empty: none
    std::vector<std::byte> connect{};    // the CONNECT that waits for its end
    std::string challenge{};
    std::uint32_t rounds{0};  // still to come
    bool exchanging{false};
    std::map<std::uint32_t, std::string> client_aliases{};
    std::vector<std::string> aliases{};  // its own; as many as the client takes
    std::vector<HeldAck> held{};
    std::optional<Message> will{};
    Time will_delay{0};
  };

  // broker.cpp
  void on_connect(Connection connection, const ClientPacket& packet);
  void take_client(Connection connection, const ClientPacket& packet);
  void take_connect(Link& link, const ClientPacket& packet);
  Session& session_for(const ClientPacket& packet, const std::string& client, bool& present);
  void send_connack(Connection connection, const ClientPacket& packet, bool present,
                    const std::string& assigned);
  void end_connection(Connection connection, bool with_will);
  void end_session(const std::string& client);
  void disconnect(Connection connection, unsigned reason);
  // authenticate.cpp
  void begin_exchange(Connection connection, const ClientPacket& packet);
  [[nodiscard]] static std::string method_of(const ClientPacket& packet);
  void next_round(Connection connection);
  void break_exchange(Connection connection);
  void send_auth(Connection connection, unsigned reason, const std::string& method,
                 const std::string& data);
  void add_last_word(Connection connection, testing::WireProperties& properties);
  void on_auth(Connection connection, const ClientPacket& packet);
  // receive.cpp
  void process(Connection connection, const ClientPacket& packet);
  void on_publish(Connection connection, const ClientPacket& packet);
  void resolve(Link& link, const ClientPacket& packet, Message& message);
  void on_exactly_once(Connection connection, const ClientPacket& packet, const Message& message);
  void on_pubrel(Connection connection, const ClientPacket& packet);
  void on_ack(Connection connection, const ClientPacket& packet);
  void on_subscribe(Connection connection, const ClientPacket& packet);
  void on_unsubscribe(Connection connection, const ClientPacket& packet);
  void on_disconnect(Connection connection, const ClientPacket& packet);
  void hand_on(Connection connection, const Message& message);
  void route(const Message& message, const std::string* from);
  // send.cpp
  void send(Connection connection, const Packet& packet);
  void answer(Connection connection, const Packet& packet);
  void queue(Session& session, const Message& message, unsigned qos, bool retain);
  void send_waiting(Session& session);
  void resume(Session& session);
  void send_message(Session& session, Outgoing& outgoing, bool duplicate);
  void choose_alias(Link& link, const Message& message, testing::PublishFields& fields);
  void finish(Session& session, std::uint16_t id, unsigned reason);
  void misbehave(Connection connection);
  void send_garbage(Connection connection);
  void send_stray_ack(Connection connection);
  [[nodiscard]] std::uint16_t free_id(Session& session);

  [[nodiscard]] Link& link(Connection connection) {
    return links_.at(static_cast<std::size_t>(connection));
  }
  [[nodiscard]] Session& session(Connection connection) {
    return sessions_.at(link(connection).client);
  }
  void fault(const std::string& what) { observer_.fault("the broker saw " + what); }

  Observer& observer_;
  simulation::Random random_;
  std::deque<Link> links_;
  std::vector<Connection> open_;  // as of the last time that time went on
  ClientPacket packet_;           // the one that is processed,
  judge::Bytes raw_{};            // and its bytes
  std::map<std::string, Session> sessions_;
  std::map<std::string, Message> retained_;
  std::uint64_t last_session_{0};
  std::uint64_t last_serial_{0};
  Time now_{0};
  int keep_alive_losses_{0};
  int assigned_{0};
};

}  // namespace minimq::model

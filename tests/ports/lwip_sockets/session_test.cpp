// SPDX-License-Identifier: MIT
//
// Whole sessions over lwIP's sockets, against a broker in another thread of the same lwIP.
#include <minimq/minimq.hpp>
#include <minimq/task.hpp>

#include <thread>
#include <vector>

#include "support.hpp"
#include "support/judge/client_packet.hpp"
#include "support/judged_transport.hpp"
#include "support/wire.hpp"

namespace minimq::lwip_sockets::test {
namespace {

using Kind = Event::Kind;
using testing::Packet;

// What the broker's part of a test says and hears.
class Broker5 {
 public:
  explicit Broker5(Peer peer) : peer_{std::move(peer)} {}

  // The next packet of the client as one line, without properties; "end" at the end of the stream.
  std::string packet() {
    for (;;) {
      if (const auto packet = judge::parse_client_packet(as_bytes(received_))) {
        received_.erase(0, packet->size);
        const std::string text = to_string(*packet);
        return text.substr(0, text.find(" {"));
      }
      const std::string more = peer_.receive_some();
      if (more.empty()) return "end";
      received_ += more;
    }
  }
  void send(const Packet& packet) { EXPECT_TRUE(peer_.send(as_text(packet))); }
  std::string connect() {
    const std::string text = packet();
    send(testing::connack());
    return text;
  }
  void reset() { peer_.reset(); }

 private:
  Peer peer_;
  std::string received_;
};

std::uint16_t id_of(const std::string& line) {
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.find("id=") + 3)));
}

struct SessionTest : SocketsTest {
  alignas(std::max_align_t) std::array<std::byte, 2'048> frames{};
  EventLoop tasks{board, frames};
  TcpTransport socket{tasks};
  minimq::testing::JudgedTransport judged{socket};
  Listener listener;
  std::array<std::byte, 1'024> storage{};
  Session session{{.broker = at(listener),
                   .client_id = "demo",
                   .buffers = Buffers::split(storage, 256),
                   .backoff_min = Milliseconds{1},
                   .backoff_max = Milliseconds{5}},
                  judged};
};

// The device's part of a whole conversation: it ends when the session has stopped.
Task<> converse(EventLoop&, Session& session) {
  EXPECT_EQ((co_await session.poll()).kind(), Kind::connected);
  const auto subscribed = session.subscribe({.filter = "in"});
  const auto granted = co_await session.settled(subscribed.value());
  EXPECT_TRUE(granted && granted->ok());
  const Event event = co_await session.poll();
  EXPECT_EQ(event.kind(), Kind::inbound);
  EXPECT_EQ(event.message().topic(), "in");
  const auto published = session.publish(
      {.topic = "out", .payload = event.message().payload(), .qos = QoS::at_least_once});
  const auto outcome = co_await session.settled(published.value());
  EXPECT_TRUE(outcome && outcome->ok());
  EXPECT_TRUE(session.disconnect());
  EXPECT_EQ((co_await session.poll()).kind(), Kind::stopped);
}

TEST_F(SessionTest, ASubscriptionAMessageAndItsEcho) {
  std::jthread other{[&] {
    Broker5 broker{listener.accept()};
    EXPECT_EQ(broker.connect(), "CONNECT clean=1 id=demo");
    const std::string subscribe = broker.packet();
    EXPECT_TRUE(subscribe.starts_with("SUBSCRIBE id=")) << subscribe;
    broker.send(minimq::testing::suback(id_of(subscribe), {0}));
    broker.send(minimq::testing::publish({.topic = "in", .payload = "ping"}));
    const std::string publish = broker.packet();
    EXPECT_TRUE(publish.ends_with("topic=out payload=ping")) << publish;
    broker.send(minimq::testing::puback(id_of(publish)));
    EXPECT_EQ(broker.packet(), "DISCONNECT 0x00");
    EXPECT_EQ(broker.packet(), "end");
  }};
  ASSERT_TRUE(tasks.run(converse(tasks, session)));
  EXPECT_EQ(judged.judge().packets(), 4U) << "CONNECT, SUBSCRIBE, PUBLISH, DISCONNECT";
}

// Publishes once and stays until that is acknowledged.
Task<> publish_once(EventLoop&, Session& session) {
  const auto published =
      session.publish({.topic = "out", .payload = as_bytes("1"), .qos = QoS::at_least_once});
  const auto outcome = co_await session.settled(published.value());
  EXPECT_TRUE(outcome && outcome->ok());
}

TEST_F(SessionTest, AResetInTheMiddleIsSurvived) {
  std::jthread other{[&] {
    Broker5 first{listener.accept()};
    EXPECT_EQ(first.connect(), "CONNECT clean=1 id=demo");
    EXPECT_TRUE(first.packet().starts_with("PUBLISH"));
    first.reset();
    Broker5 second{listener.accept()};
    EXPECT_TRUE(second.connect().starts_with("CONNECT clean=0"));
    const std::string publish = second.packet();
    EXPECT_TRUE(publish.starts_with("PUBLISH")) << publish;
    second.send(minimq::testing::puback(id_of(publish)));
    EXPECT_EQ(second.packet(), "end");
  }};
  ASSERT_TRUE(tasks.run(publish_once(tasks, session)));
  socket.close();
}

TEST_F(SessionTest, ATaskOfTheSystemHandsAMessageOver) {
  // The usual way: what another task wants to send waits in a queue, and it wakes the loop.
  std::atomic<bool> wanted{false};
  std::jthread other{[&] {
    Broker5 broker{listener.accept()};
    broker.connect();
    wanted = true;
    tasks.wake();
    EXPECT_TRUE(broker.packet().ends_with("topic=out payload=now"));
    broker.reset();
  }};
  bool published = false;
  while (!published) {
    session.drive(tasks.now());
    while (session.next_event()) {
    }
    if (wanted) {
      published = session.publish({.topic = "out", .payload = as_bytes("now")}).has_value();
      session.drive(tasks.now());
    } else {
      Bell nobody;
      judged.wait(session.interest(), session.next_deadline(), nobody);
      ASSERT_TRUE(tasks.run_once());
      judged.cancel(nobody);
    }
  }
}

}  // namespace
}  // namespace minimq::lwip_sockets::test

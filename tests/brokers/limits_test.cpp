// SPDX-License-Identifier: MIT
//
// What a broker says it does not take, is not sent.
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "brokers/support/proxy.hpp"

namespace minimq::brokers {
namespace {

class ModestBroker : public ::testing::Test {
 protected:
  posix::EventLoop loop_;
  Mosquitto broker_{loop_,
                    "max_qos 1\nallow_anonymous true\nretain_available false\n"
                    "max_packet_size 200\nmax_keepalive 30\n"};
  std::string long_text_ = std::string(200, 'x');
};

TEST_F(ModestBroker, TellsItsLimits) {
  Client client{loop_, broker_.address(), "device", {.keep_alive_s = 60}};
  client.connect();
  const Limits limits = client.session().limits();
  EXPECT_EQ(limits.maximum_qos, QoS::at_least_once);
  EXPECT_FALSE(limits.retain_available);
  EXPECT_EQ(limits.maximum_packet_size, 200u);
  EXPECT_EQ(limits.keep_alive_s, 30);
  // The next PINGREQ is due by the broker's keep alive, not by ours.
  ASSERT_TRUE(client.session().next_deadline());
  EXPECT_LE(*client.session().next_deadline(), loop_.now() + 30s);
}

TEST_F(ModestBroker, LeavesAShorterKeepAliveAlone) {
  Client client{loop_, broker_.address(), "device", {.keep_alive_s = 10}};
  client.connect();
  EXPECT_EQ(client.session().limits().keep_alive_s, 10);
}

TEST_F(ModestBroker, IsNotSentWhatItRefuses) {
  Proxy link{loop_, broker_.port()};
  Client client{loop_, link.address(), "device"};
  client.connect();
  Session& session = client.session();
  EXPECT_EQ(session.publish({.topic = "a", .qos = QoS::exactly_once}).error(),
            Error::qos_not_supported);
  EXPECT_EQ(session.publish({.topic = "a", .retain = true}).error(), Error::retain_not_supported);
  EXPECT_EQ(session.publish({.topic = "a", .payload = std::string_view{long_text_}}).error(),
            Error::packet_too_large);
  // What it takes is sent, and nothing before it was.
  EXPECT_TRUE(client.publish({.topic = "a", .qos = QoS::at_least_once}).ok());
  EXPECT_EQ(link.up().arrived(PacketType::publish), 1u);
}

TEST_F(ModestBroker, FailsByNameWhatWasQueuedBefore) {
  Client client{loop_, broker_.address(), "device"};
  Session& session = client.session();
  const auto two = session.publish({.topic = "a", .qos = QoS::exactly_once});
  const auto retained = session.publish({.topic = "a", .qos = QoS::at_least_once, .retain = true});
  const auto large = session.publish(
      {.topic = "a", .payload = std::string_view{long_text_}, .qos = QoS::at_least_once});
  const auto good = session.publish({.topic = "a", .qos = QoS::at_least_once});
  ASSERT_TRUE(two && retained && large && good);
  // Three fail when the limits are known; that of the good one comes with its acknowledgement.
  std::map<std::uint16_t, Outcome> outcomes;
  while (outcomes.size() < 4) {
    const Event event = client.next();
    ASSERT_NE(event.kind(), Event::Kind::idle);
    if (event.kind() != Event::Kind::settled) continue;
    outcomes[event.outcome().ticket().packet_id()] = event.outcome();
  }
  EXPECT_EQ(outcomes[two->packet_id()].error(), Error::qos_not_supported);
  EXPECT_EQ(outcomes[retained->packet_id()].error(), Error::retain_not_supported);
  EXPECT_EQ(outcomes[large->packet_id()].error(), Error::packet_too_large);
  EXPECT_TRUE(outcomes[good->packet_id()].ok());
  EXPECT_EQ(session.counters().connections, 1);
}

// Takes events until a message has come and two operations have ended well.
QoS arriving_qos(Client& client) {
  std::optional<QoS> qos;
  for (int settled = 0; !qos || settled < 2;) {
    const Event event = client.next();
    if (event.kind() == Event::Kind::idle) break;
    if (event.kind() == Event::Kind::inbound) qos = event.message().qos();
    if (event.kind() != Event::Kind::settled) continue;
    EXPECT_TRUE(event.outcome().ok());
    ++settled;
  }
  EXPECT_TRUE(qos) << "nothing came";
  return qos.value_or(QoS::exactly_once);
}

TEST_F(ModestBroker, GetsALowerQoSWhereThatIsAllowed) {
  Client client{loop_, broker_.address(), "device", {.downgrade_qos = true}};
  ASSERT_TRUE(client.session().subscribe({.filter = "a"}));
  ASSERT_TRUE(
      client.session().publish({.topic = "a", .payload = "queued", .qos = QoS::exactly_once}));
  EXPECT_EQ(arriving_qos(client), QoS::at_least_once);
  EXPECT_TRUE(client.publish({.topic = "a", .payload = "direct", .qos = QoS::exactly_once}).ok());
  EXPECT_EQ(client.message().qos, QoS::at_least_once);
}

TEST(BrokerWithoutQoS, GetsQueuedMessagesAtQoS0) {
  posix::EventLoop loop;
  Mosquitto broker{loop, "max_qos 0\nallow_anonymous true\n"};
  Client client{loop, broker.address(), "device", {.downgrade_qos = true}};
  ASSERT_TRUE(client.session().subscribe({.filter = "a"}));
  ASSERT_TRUE(
      client.session().publish({.topic = "a", .payload = "queued", .qos = QoS::exactly_once}));
  EXPECT_EQ(arriving_qos(client), QoS::at_most_once);
}

TEST(Link, MayBeAUnixDomainSocket) {
  posix::EventLoop loop;
  Mosquitto broker{loop, "listener 0 {dir}/socket\nallow_anonymous true\n"};
  Client client{loop, "unix:" + broker.file("socket"), "device"};
  client.connect();
  client.subscribe("a");
  EXPECT_TRUE(client.publish({.topic = "a", .payload = "local", .qos = QoS::exactly_once}).ok());
  EXPECT_EQ(client.message().payload, "local");
  broker.kill();
  client.expect(
      Event::Kind::disconnected);  // An end or a reset, as the broker has read all or not.
}

TEST(Link, WithoutABrokerIsRefused) {
  posix::EventLoop loop;
  const ReservedPort nobody;
  Client client{loop, "127.0.0.1:" + std::to_string(nobody.number()), "device"};
  EXPECT_EQ(client.expect(Event::Kind::disconnected).cause().error, Error::connect_refused);
}

}  // namespace
}  // namespace minimq::brokers

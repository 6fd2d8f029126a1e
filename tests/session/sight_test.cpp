// SPDX-License-Identifier: MIT
//
// What the application can look at: states, limits, counters, high-water marks, deadlines.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

using Progress = Transport::Progress;
using State = Session::State;

TEST(Sight, StateInItsTurn) {
  Script script;
  EXPECT_EQ(script.session().state(), State::waiting);
  script.transport().set_open(Progress::pending);
  script.run();
  EXPECT_EQ(script.session().state(), State::opening);
  script.transport().set_open(Progress::ready);
  script.expect("CONNECT *");
  EXPECT_EQ(script.session().state(), State::connecting);
  script.send(connack());
  EXPECT_EQ(script.session().state(), State::online);
  script.transport().set_write_budget(0);
  ASSERT_TRUE(script.session().disconnect());
  EXPECT_EQ(script.session().state(), State::closing);
  script.transport().take_all_writes();
  script.expect("DISCONNECT 0x00");
  EXPECT_EQ(script.session().state(), State::stopped);
}

TEST(Sight, LimitsAreThoseOfTheConnackAndNothingElse) {
  Script script;
  script.connect({.properties = {receive_maximum(7), maximum_qos(1), retain_available(false),
                                 maximum_packet_size(100), topic_alias_maximum(9),
                                 wildcard_subscription_available(false),
                                 subscription_identifier_available(false),
                                 shared_subscription_available(false), server_keep_alive(30),
                                 session_expiry_interval(77)}});
  const Limits& limits = script.session().limits();
  EXPECT_EQ(limits.receive_maximum, 7);
  EXPECT_EQ(limits.maximum_qos, QoS::at_least_once);
  EXPECT_FALSE(limits.retain_available);
  EXPECT_EQ(limits.maximum_packet_size, 100u);
  EXPECT_EQ(limits.topic_alias_maximum, 9);
  EXPECT_FALSE(limits.wildcard_available);
  EXPECT_FALSE(limits.subscription_ids_available);
  EXPECT_FALSE(limits.shared_available);
  EXPECT_EQ(limits.keep_alive_s, 30);
  EXPECT_EQ(limits.session_expiry_s, 77u);
  script.cut();
  script.expect_event("disconnected link_closed");
  script.advance(1s);
  script.connect({.session_present = true});
  EXPECT_EQ(limits.receive_maximum, 65'535);
  EXPECT_EQ(limits.maximum_qos, QoS::exactly_once);
  EXPECT_TRUE(limits.retain_available);
  EXPECT_EQ(limits.maximum_packet_size, 0u);
  EXPECT_EQ(limits.topic_alias_maximum, 0);
  EXPECT_TRUE(limits.wildcard_available);
  EXPECT_TRUE(limits.subscription_ids_available);
  EXPECT_TRUE(limits.shared_available);
  EXPECT_EQ(limits.keep_alive_s, 60);
  EXPECT_EQ(limits.session_expiry_s, 3600u);
}

TEST(Sight, CountersCountWhatHasHappened) {
  Script script;
  script.connect();
  ASSERT_TRUE(script.session().publish({.topic = "a"}));
  ASSERT_TRUE(script.session().publish({.topic = "b", .qos = qos1}));
  script.expect("PUBLISH q0 *");
  script.expect("PUBLISH q1 *");
  script.send(publish({.topic = "in"}), puback(60'000));
  script.expect_event("inbound q0 in ");
  script.expect_no_event();
  EXPECT_EQ(script.session().counters().messages_received, 1u);
  EXPECT_EQ(script.session().counters().messages_sent, 2u);
  EXPECT_EQ(script.session().counters().stray_acks, 1);
  script.cut();
  script.advance(1s);
  script.go_online({.session_present = true});
  script.expect("PUBLISH q1 d1 *");
  const Counters counters = script.session().counters();
  EXPECT_EQ(counters.connections, 2);
  EXPECT_EQ(counters.failures, 1);
  EXPECT_EQ(counters.messages_sent, 3u);
}

TEST(Sight, Qos0MessagesThatALinkTookWithItAreCounted) {
  Script script;
  script.connect();
  script.transport().set_write_budget(0);
  ASSERT_TRUE(script.session().publish({.topic = "a"}));
  ASSERT_TRUE(script.session().publish({.topic = "b"}));
  script.cut();
  EXPECT_EQ(script.session().counters().dropped_qos0, 2);
  script.transport().take_all_writes();
  script.expect_nothing();
}

TEST(Sight, TxFreeIsWhatIsAccepted) {
  Script script;
  script.connect();
  const std::size_t head = 1 + 2 + 3 + 2 + 1;  // topic "a", a length of two bytes
  const std::size_t free_bytes = script.session().tx_free();
  EXPECT_EQ(
      script.session()
          .publish({.topic = "a", .payload = std::string(free_bytes - head + 1, 'x'), .qos = qos1})
          .error(),
      Error::packet_too_large);
  ASSERT_TRUE(script.session().publish(
      {.topic = "a", .payload = std::string(free_bytes - head, 'x'), .qos = qos1}));
  EXPECT_EQ(script.session().tx_free(), 0u);
  const auto packet = script.expect("PUBLISH q1 *");
  EXPECT_EQ(packet.size, free_bytes);
  script.send(puback(packet.id));
  script.expect_event("settled publish 0x00");
  EXPECT_EQ(script.session().tx_free(), free_bytes);
  EXPECT_GE(script.session().tx_peak(), free_bytes);
}

TEST(Sight, HighWaterMarksOnlyRise) {
  Script script;
  EXPECT_EQ(script.session().tx_peak(), 0u);
  EXPECT_EQ(script.session().rx_peak(), 0u);
  script.connect();
  const Packet message = publish({.topic = "in", .payload = std::string(100, 'x')});
  script.send(message);
  script.expect_event("inbound *");
  script.expect_no_event();
  EXPECT_EQ(script.session().rx_peak(), message.size());
  script.send(publish({.topic = "in"}));
  script.expect_event("inbound *");
  EXPECT_EQ(script.session().rx_peak(), message.size());
}

TEST(Sight, DeadlinesOfAConnection) {
  Script script;
  EXPECT_LE(script.session().next_deadline().value_or(Instant::max()), script.now());  // At once.
  script.transport().set_open(Progress::pending);
  EXPECT_EQ(script.next_deadline(), 30s);
  script.transport().set_open(Progress::ready);
  script.expect("CONNECT *");
  EXPECT_EQ(script.next_deadline(), 10s);
  script.send(connack());
  script.expect_event("connected");
  EXPECT_EQ(script.next_deadline(), 45s);  // PINGREQ
  script.advance(45s);
  script.expect("PINGREQ");
  EXPECT_EQ(script.next_deadline(), 10s);  // PINGRESP
  script.send(pingresp());
  EXPECT_EQ(script.next_deadline(), 45s);
}

TEST(Sight, NoDeadlineWithoutKeepAlive) {
  Script script{{.keep_alive_s = 0}};
  script.connect();
  EXPECT_EQ(script.next_deadline(), std::nullopt);
  script.advance(48h);
  script.expect_nothing();
}

TEST(Sight, DeadlineIsNowAfterACommand) {
  Script script;
  script.connect();
  ASSERT_TRUE(script.session().publish({.topic = "a"}));
  EXPECT_LE(script.session().next_deadline().value_or(Instant::max()), script.now());
  script.expect("PUBLISH q0 *");
  EXPECT_GT(script.session().next_deadline(), script.now());
}

TEST(Sight, DeadlineIsNowWhenAPublishHasFoundTheLinkBroken) {
  Script script;
  script.connect();
  script.transport().reset();
  (void)script.session().publish({.topic = "a", .payload = std::string(200, 'x')});
  EXPECT_LE(script.session().next_deadline().value_or(Instant::max()), script.now());
  script.expect_event("disconnected link_error");
}

TEST(Sight, DeadlineIsNotNowWhileTheTransportTakesNothing) {
  Script script;
  script.connect();
  script.transport().set_write_budget(0);
  ASSERT_TRUE(script.session().publish({.topic = "a"}));
  script.run();
  EXPECT_GT(script.session().next_deadline(), script.now());
  EXPECT_TRUE(script.session().interest().write);
  script.transport().take_all_writes();
  script.expect("PUBLISH q0 *");
  EXPECT_FALSE(script.session().interest().write);
}

TEST(Sight, TraceSeesPacketsAndNoContents) {
  struct Seen {
    std::vector<TraceEvent> events;
  } seen;
  const Tracer tracer{[](void* context, const TraceEvent& event) {
                        static_cast<Seen*>(context)->events.push_back(event);
                      },
                      &seen};
  Script script{{.tracer = &tracer}};
  script.connect();
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = "x", .qos = qos1}));
  const auto packet = script.expect("PUBLISH q1 *");
  script.send(puback(packet.id, 0x97));
  script.expect_event("settled publish 0x97");
  ASSERT_EQ(seen.events.size(), 4u);
  EXPECT_EQ(seen.events[0].type, PacketType::connect);
  EXPECT_EQ(seen.events[1].type, PacketType::connack);
  EXPECT_EQ(seen.events[2].direction, TraceEvent::Direction::sent);
  EXPECT_EQ(seen.events[2].type, PacketType::publish);
  EXPECT_EQ(seen.events[2].packet_id, packet.id);
  EXPECT_EQ(seen.events[2].size, packet.size);
  EXPECT_EQ(seen.events[3].direction, TraceEvent::Direction::received);
  EXPECT_EQ(seen.events[3].reason, 0x97);
}

TEST(Sight, EventHeardLateDoesNotPointToAnotherDeadline) {
  Script script;
  script.connect();
  script.cut();
  script.transport().set_open(Progress::pending);
  script.advance(1s);
  ASSERT_EQ(script.session().state(), State::opening);
  EXPECT_EQ(script.expect_event("disconnected link_closed").next_attempt(), script.now());
}

}  // namespace
}  // namespace minimq::testing

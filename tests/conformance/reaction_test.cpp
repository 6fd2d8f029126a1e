// SPDX-License-Identifier: MIT
//
// What a session does about a broker that breaks the rules: the code, DISCONNECT if it can be
// written, the end of the link, the next attempt, the state that is kept, the why, the counters.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

// A row of the table of reactions.
struct Reaction {
  const char* situation;
  Packet packet;
  std::string_view code;   // of the DISCONNECT that is sent; empty: none
  std::string_view event;  // that the application sees
  bool soon;               // whether the next attempt is a matter of seconds
};

Packet bytes(std::initializer_list<unsigned> values) {
  Packet packet;
  for (const unsigned value : values)
    packet.push_back(static_cast<std::byte>(value));
  return packet;
}

const std::vector<Reaction>& table() {
  static const std::vector<Reaction> rows{
      {"reserved bits", bytes({0xD1, 0}), "0x81", "malformed_packet 0x81", false},
      {"QoS 3", bytes({0x36, 7, 0, 1, 't', 0, 5, 0, 'x'}), "0x81", "malformed_packet 0x81", false},
      {"bad UTF-8", bytes({0x30, 4, 0, 1, 0xFF, 0}), "0x81", "malformed_packet 0x81", false},
      {"a misplaced property", bytes({0x30, 7, 0, 1, 't', 3, 0x21, 0, 1}), "0x81",
       "malformed_packet 0x81", false},
      {"missing bytes", bytes({0x40, 1, 0}), "0x81", "malformed_packet 0x81", false},
      {"trailing bytes", bytes({0xD0, 1, 0}), "0x81", "malformed_packet 0x81", false},
      {"a length field beyond the packet", bytes({0x30, 4, 0, 9, 't', 0}), "0x81",
       "malformed_packet 0x81", false},
      {"a property twice", bytes({0x30, 8, 0, 1, 't', 4, 1, 0, 1, 0}), "0x82",
       "protocol_error 0x82", false},
      {"a value out of range", bytes({0x30, 6, 0, 1, 't', 2, 1, 2}), "0x82", "protocol_error 0x82",
       false},
      {"the wrong direction", bytes({0xC0, 0}), "0x82", "protocol_error 0x82", false},
      {"a second CONNACK", connack(), "0x82", "protocol_error 0x82", false},
      {"an empty topic without an alias", bytes({0x30, 3, 0, 0, 0}), "0x82", "protocol_error 0x82",
       false},
      {"AUTH nobody asked for", bytes({0xF0, 0}), "0x82", "protocol_error 0x82", false},
      {"an unlisted reason code", bytes({0xE0, 1, 5}), "0x82", "protocol_error 0x82", false},
      {"a topic alias", bytes({0x30, 8, 0, 1, 't', 3, 0x23, 0, 1, 'x'}), "0x94",
       "topic_alias_invalid 0x94", true},
      {"a packet above our maximum", bytes({0x30, 0x80, 0x7F}), "0x95", "inbound_too_large 0x95",
       true},
      {"its own DISCONNECT", disconnect(0x8B), "", "disconnected_by_broker 0x8B", true},
      {"its own DISCONNECT of a lasting reason", disconnect(0x87), "",
       "disconnected_by_broker 0x87", false},
  };
  return rows;
}

class Reactions : public ::testing::Test {
 protected:
  // The session is online with a message in flight, and the broker sends that packet.
  void breach(Script& script, const Packet& packet) {
    script.transport().set_entropy(0xFFFF'FFFF);
    script.connect();
    ASSERT_TRUE(
        script.session().publish({.topic = "kept", .payload = "x", .qos = QoS::exactly_once}));
    script.expect("PUBLISH q2 d0 id=* topic=kept payload=x");
    script.send(packet);
  }
};

TEST_F(Reactions, HaveTheirCodeTheirEventAndTheEndOfTheLink) {
  for (const Reaction& row : table()) {
    SCOPED_TRACE(row.situation);
    Script script;
    breach(script, row.packet);
    if (!row.code.empty()) script.expect("DISCONNECT " + std::string{row.code});
    script.expect_nothing();
    EXPECT_FALSE(script.transport().is_open()) << "[MQTT-4.13.1-1] [MQTT-3.14.4-2]";
    const Event event = script.expect_event("disconnected " + std::string{row.event});
    EXPECT_EQ(event.next_attempt() - script.now() <= 1s, row.soon);
    EXPECT_EQ(script.session().counters().failures, 1);
    EXPECT_EQ(script.session().counters().connections, 1);
  }
}

TEST_F(Reactions, KeepTheStateForTheNextConnection) {
  for (const Reaction& row : table()) {
    SCOPED_TRACE(row.situation);
    Script script;
    breach(script, row.packet);
    (void)script.take_packets();
    const Event event = script.expect_event("disconnected *");
    script.advance(event.next_attempt() - script.now());
    const ClientPacket next = script.go_online({.session_present = true});
    EXPECT_FALSE(next.clean_start) << "[MQTT-3.1.2-23]";
    script.expect_event("reconnected");
    script.expect("PUBLISH q2 d1 id=* topic=kept payload=x");
  }
}

TEST_F(Reactions, EndTheLinkAlsoIfNothingCanBeWritten) {
  for (const Reaction& row : table()) {
    SCOPED_TRACE(row.situation);
    Script script;
    script.connect();
    script.transport().set_write_budget(0);
    script.send(row.packet);
    if (!row.code.empty()) script.advance(10s);
    EXPECT_FALSE(script.transport().is_open()) << "[MQTT-4.13.2-1] [MQTT-4.13.1-1]";
    script.transport().take_all_writes();
    const Event event = script.expect_event("disconnected " + std::string{row.event});
    EXPECT_EQ(script.session().counters().failures, 1);
    script.advance(event.next_attempt() - script.now());
    script.expect("CONNECT *");
  }
}

TEST_F(Reactions, NeverDeliverTheMessageThatBreaksTheRules) {
  for (const Reaction& row : table()) {
    SCOPED_TRACE(row.situation);
    Script script;
    breach(script, row.packet);
    (void)script.take_packets();
    script.expect_event("disconnected *");
    EXPECT_EQ(script.session().counters().messages_received, 0u) << "[MQTT-4.13.1-1]";
  }
}

TEST_F(Reactions, ToAMissingPingrespIsTheEndOfTheLinkWithoutAWord) {
  Script script{Config{.keep_alive_s = 10, .ping_timeout = 5s}};
  script.connect();
  script.advance(7500ms);
  script.expect("PINGREQ");
  script.advance(5s);
  script.expect_nothing();
  EXPECT_FALSE(script.transport().is_open()) << "[MQTT-3.12.4-1]";
  script.expect_event("disconnected ping_timeout");
  EXPECT_EQ(script.session().counters().failures, 1);
}

TEST_F(Reactions, ToMoreThanTheTableHoldsIs0x93AndAnotherAttempt) {
  Script script{Config{.receive_maximum = 1}};
  script.connect();
  for (std::uint16_t id = 1; id <= 3; ++id)
    script.send(publish({.topic = "t", .payload = "x", .qos = 2, .id = id}));
  script.expect_event("inbound q2 t x");
  script.expect_event("inbound q2 t x");
  script.expect_no_event();
  script.expect("PUBREC id=1 0x00");
  script.expect("PUBREC id=2 0x00");
  script.advance(10s);
  const ClientPacket farewell = script.expect("DISCONNECT 0x93");
  EXPECT_EQ(farewell.reason, 0x93u) << "[MQTT-3.3.4-9]";
  script.expect_event("disconnected receive_maximum_exceeded 0x93");
  EXPECT_EQ(script.session().counters().refused_inbound, 1) << "[MQTT-3.3.4-9]";
}

// A refusal that retrying cannot cure soon, by its code.
class LastingRefusal : public ::testing::Test {
 protected:
  static Duration pause_after_connack(std::uint8_t code, const WireProperties& properties = {}) {
    Script script;
    script.transport().set_entropy(0);
    script.expect("CONNECT *");
    script.send(connack({.reason = code, .properties = properties}));
    const auto event = script.next_event();
    EXPECT_TRUE(event && event->kind() == Event::Kind::disconnected);
    EXPECT_EQ(event->cause().error, Error::connection_refused);
    EXPECT_EQ(event->cause().reason, static_cast<ReasonCode>(code));
    return event->next_attempt() - script.now();
  }
};

TEST_F(LastingRefusal, OfTheProtocolVersionIsNotTriedAgainSoon) {
  EXPECT_EQ(pause_after_connack(0x84), 15min) << "[MQTT-3.1.2-2]";
}

TEST_F(LastingRefusal, OfTheClientIdIsNotTriedAgainSoon) {
  EXPECT_EQ(pause_after_connack(0x85), 15min) << "[MQTT-3.1.3-8]";
}

TEST_F(LastingRefusal, OfTheWillIsNotTriedAgainSoon) {
  EXPECT_EQ(pause_after_connack(0x9A), 15min) << "[MQTT-3.2.2-13]";
  EXPECT_EQ(pause_after_connack(0x9B), 15min) << "[MQTT-3.2.2-12]";
}

TEST_F(LastingRefusal, OfTheAuthenticationMethodIsNotTriedAgainSoon) {
  EXPECT_EQ(pause_after_connack(0x8C), 15min) << "[MQTT-4.12.0-1]";
  EXPECT_EQ(pause_after_connack(0x87), 15min) << "[MQTT-4.12.0-1]";
}

TEST_F(LastingRefusal, OfOneThatWasTakenOverIsNotTriedAgainSoon) {
  Script script;
  script.transport().set_entropy(0);
  script.connect();
  script.send(disconnect(0x8E));
  const Event event = script.expect_event("disconnected disconnected_by_broker 0x8E");
  EXPECT_EQ(event.next_attempt() - script.now(), 15min) << "[MQTT-3.1.4-3]";
}

TEST_F(LastingRefusal, IsNotFollowedByAnythingWeHadWaiting) {
  Script script;
  ASSERT_TRUE(script.session().publish({.topic = "a", .qos = QoS::at_least_once}));
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x87}));
  script.expect_nothing();
  EXPECT_FALSE(script.transport().is_open()) << "[MQTT-3.1.4-6] [MQTT-3.2.2-7]";
  script.expect_event("disconnected connection_refused 0x87");
}

TEST_F(LastingRefusal, ThatNamesAnotherServerIsToldAndNotFollowed) {
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0x9C, 0x9D}) {
    Script script;
    script.expect("CONNECT *");
    script.send(connack({.reason = code, .properties = {server_reference("other:1883")}}));
    const auto event = script.next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->server_reference(), "other:1883") << "[MQTT-4.11-M]";
    script.advance(event->next_attempt() - script.now());
    script.expect("CONNECT *");
    EXPECT_EQ(script.transport().opened().back(), "broker.test:1883") << "[MQTT-4.11-M]";
  }
}

TEST_F(LastingRefusal, InDisconnectThatNamesAnotherServerIsToldAndNotFollowed) {
  Script script;
  script.connect();
  script.send(disconnect(0x9D, {server_reference("other:1883")}));
  const Event event = script.expect_event("disconnected disconnected_by_broker 0x9D");
  EXPECT_EQ(event.server_reference(), "other:1883") << "[MQTT-4.11-M]";
  script.advance(event.next_attempt() - script.now());
  script.expect("CONNECT *");
  EXPECT_EQ(script.transport().opened().back(), "broker.test:1883") << "[MQTT-4.11-M]";
}

TEST_F(LastingRefusal, OfASessionNobodyKnowsIsFollowedByACleanStart) {
  Script script{Config{.clean_start = false}};
  script.expect("CONNECT clean=0 *");
  script.send(connack({.session_present = true}));
  const Event event = script.expect_event("disconnected session_unexpected 0x82");
  script.advance(event.next_attempt() - script.now());
  const ClientPacket next = script.expect("CONNECT clean=1 *");
  EXPECT_TRUE(next.clean_start) << "[MQTT-3.2.2-4]";
}

// How the stream is cut is the transport's affair.
TEST(Stream, OfOneByteAtATimeInBothDirectionsIsTheSame) {
  Script script;
  script.transport().set_write_piece(1);
  script.expect("CONNECT *");
  script.transport().deliver(connack(), 1);
  script.expect_event("connected");
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = "x", .qos = QoS::exactly_once}));
  const std::uint16_t id = script.expect("PUBLISH q2 d0 id=* topic=a payload=x").id;
  script.transport().deliver(pubrec(id), 1);
  const ClientPacket release = script.expect("PUBREL id=* 0x00");
  EXPECT_EQ(release.id, id) << "[MQTT-4.2.0-1]";
  script.transport().deliver(pubcomp(id), 1);
  script.expect_event("settled publish 0x00");
}

}  // namespace
}  // namespace minimq::testing

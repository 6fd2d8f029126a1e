// SPDX-License-Identifier: MIT
//
// Built with MINIMQ_QOS2=0 and MINIMQ_SUBSCRIPTIONS=0: a device that only publishes.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq {
namespace {

using namespace testing;
using namespace std::chrono_literals;

template <class AnySession>
concept Subscribes = requires(AnySession session) { session.subscribe(TopicFilter{}); };

TEST(WithoutSubscriptions, ThereIsNoSubscribe) {
  EXPECT_FALSE(Subscribes<Session>);
}

TEST(WithoutSubscriptions, MessagesLeaveAtQos0AndQos1) {
  Script script;
  script.connect();
  EXPECT_TRUE(script.session().publish({.topic = "t", .payload = "a"}));
  script.expect("PUBLISH q0 topic=t payload=a");
  EXPECT_TRUE(script.session().publish({.topic = "t", .payload = "b", .qos = QoS::at_least_once}));
  const auto id = script.expect("PUBLISH q1 d0 id=* topic=t payload=b").id;
  script.send(puback(id));
  script.expect_event("settled publish 0x00");
}

TEST(WithoutSubscriptions, TheLinkIsProbedAndLostAndComesAgain) {
  Script script{{.keep_alive_s = 60}};
  script.connect();
  script.advance(45s);
  script.expect("PINGREQ");
  script.advance(10s);
  script.expect_event("disconnected ping_timeout");
  script.advance(2s);
  script.connect({.session_present = true});
}

TEST(WithoutSubscriptions, WhatComesOfThemIsAProtocolError) {
  for (const Packet& bytes : {publish({.topic = "f", .payload = "x"}),
                              publish({.topic = "f", .payload = "x", .qos = 1, .id = 7}),
                              suback(7, {1}), unsuback(7, {0}), pubrel(7)}) {
    Script script;
    script.connect();
    script.send(bytes);
    script.expect("DISCONNECT 0x82");
    script.expect_event("disconnected protocol_error 0x82");
  }
}

TEST(WithoutSubscriptions, AMessageLargerThanRxIsRefused) {
  const std::string payload(400, 'x');
  Script script{{.maximum_packet_size = 1000, .oversize = Oversize::skip}};
  script.connect();
  script.send(publish({.topic = "f", .payload = payload}));
  script.expect("DISCONNECT 0x95");
}

}  // namespace
}  // namespace minimq

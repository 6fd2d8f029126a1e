// SPDX-License-Identifier: MIT
//
// Packets larger than rx: refused, or read through and reported.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class OversizeTest : public EngineScript {
 protected:
  // A message of 300 bytes behind its fixed header, which rx of 256 cannot hold.
  static std::string large(std::string_view first_byte) {
    const bool has_id = first_byte != "30";
    return std::string{first_byte} + " AC 02 00 03 'top'" + (has_id ? " 00 05" : "") + " 00 '" +
           std::string(has_id ? 292 : 294, 'z') + "'";
  }
  static constexpr std::size_t large_size = 303;

  void skip() { config.oversize = Oversize::skip; }

  // What is taken, each message as soon as it is there: '#' stands for a skipped one.
  std::string receive_and_take(std::string_view text) {
    std::string seen;
    for (int tries = 0; !text.empty() && tries < 1000; ++tries) {
      const std::size_t room = engine().rx_space().size();
      if (room == 0) {
        seen += take();
        continue;
      }
      receive(text.substr(0, room * 3 - 1));
      text.remove_prefix(std::min(room * 3, text.size()));
    }
    return seen + take();
  }
  std::string take() {
    std::string seen;
    for (engine().end_views(); const auto event = engine().next_message(); engine().end_views())
      seen += event->kind() == Event::Kind::skipped ? "#" : event->message().text();
    return seen;
  }

  void expect_skipped(QoS qos) {
    engine().end_views();
    const auto event = engine().next_message();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind(), Event::Kind::skipped);
    EXPECT_EQ(event->message().topic(), "top");
    EXPECT_TRUE(event->message().payload().empty());
    EXPECT_EQ(event->message().qos(), qos);
    EXPECT_EQ(event->skipped_size(), large_size);
  }
};

// Rule 9: the size is announced; who ignores that is disconnected at the header.
TEST_F(OversizeTest, RefusedItEndsTheConnectionBeforeItIsRead) {  // [MQTT-3.1.2-24]
  EXPECT_NE(open().find("27 00 00 00 FF"), std::string::npos);
  receive(connack);
  receive("30 AC");
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  receive("02");
  EXPECT_TRUE(ended(Error::inbound_too_large, ReasonCode::packet_too_large));
  EXPECT_EQ(sent(), "E0 01 95") << "[MQTT-3.1.2-24]";
}

// Mosquitto sends a byte more than it was told.
TEST_F(OversizeTest, OneByteMoreThanAnnouncedIsSkippedAsWell) {
  skip();
  config.maximum_packet_size = 302;
  connect();
  EXPECT_TRUE(receive(large("30")));
  expect_skipped(QoS::at_most_once);
}

TEST_F(OversizeTest, APacketOfExactlyRxIsTaken) {
  connect();
  receive("30 FD 01 00 01 't' 00 '" + std::string(249, 'z') + "'");
  EXPECT_EQ(message(), std::string(249, 'z'));
}

TEST_F(OversizeTest, SkippedItIsReadThroughReportedAndAnswered) {
  skip();
  EXPECT_EQ(open().find("27 00"), std::string::npos);
  receive(connack);
  EXPECT_TRUE(receive(large("30")));
  expect_skipped(QoS::at_most_once);
  engine().end_views();
  EXPECT_EQ(sent(), "") << "[MQTT-3.3.4-1]";
  EXPECT_TRUE(receive(large("32") + "30 05 00 01 't' 00 'x'"));
  expect_skipped(QoS::at_least_once);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(message(), "x");
  EXPECT_EQ(sent(), "40 03 00 05 97") << "[MQTT-3.3.4-1]";
  EXPECT_EQ(engine().counters().refused_inbound, 2);
}

TEST_F(OversizeTest, AtQos2ItIsRefusedByItsPubrecAndItsIdentifierIsNewThen) {  // [MQTT-4.3.3-9]
  skip();
  connect();
  EXPECT_TRUE(receive(large("34")));
  expect_skipped(QoS::exactly_once);
  engine().end_views();
  EXPECT_EQ(sent(), "50 03 00 05 97");
  receive("34 07 00 01 't' 00 05 00 'x'");
  EXPECT_EQ(message(), "x") << "[MQTT-4.3.3-9]";
}

TEST_F(OversizeTest, ItIsReportedOnceAndInItsPlaceHoweverItArrives) {
  skip();
  for (const std::string_view first : {"30", "32", "34"}) {
    const std::string all =
        bytes("30 05 00 01 't' 00 'a'" + large(first) + "30 05 00 01 't' 00 'b'");
    const std::size_t size = (all.size() + 1) / 3;
    for (std::size_t cut = 1; cut < size; ++cut) {
      start_anew();
      connect();
      std::string seen = receive_and_take(all.substr(0, cut * 3 - 1));
      seen += receive_and_take(all.substr(cut * 3));
      ASSERT_EQ(seen, "a#b") << first << " cut after " << cut;
      ASSERT_EQ(sent(), first == "30" ? "" : first == "32" ? "40 03 00 05 97" : "50 03 00 05 97");
    }
  }
}

TEST_F(OversizeTest, ItWaitsForTheMessagesBeforeItToBeTaken) {
  skip();
  connect();
  receive("30 05 00 01 't' 00 'a'");
  EXPECT_EQ(message(), "a");
  EXPECT_FALSE(receive(large("30")));
  EXPECT_TRUE(engine().rx_blocked());
  EXPECT_EQ(message(), "none");  // It frees the room; nothing was reported too early.
  EXPECT_FALSE(engine().rx_space().empty());
}

TEST_F(OversizeTest, ItsRestDiesWithTheLink) {
  skip();
  connect();
  const std::string all = bytes(large("34"));
  EXPECT_TRUE(receive(all.substr(0, 200 * 3 - 1)));
  EXPECT_EQ(message(), "none");
  lose_link();
  EXPECT_EQ(message(), "none");
  connect(connack_resumed);
  EXPECT_EQ(message(), "none");
  EXPECT_TRUE(receive(large("3C")));
  expect_skipped(QoS::exactly_once);
}

TEST_F(OversizeTest, WhatExceedsTheAnnouncedSizeIsRefusedAlsoWhereRxIsSkipped) {
  skip();
  config.maximum_packet_size = 301;
  EXPECT_NE(open().find("27 00 00 01 2D"), std::string::npos);
  receive(connack);
  receive("30 AC 02");
  EXPECT_TRUE(ended(Error::inbound_too_large, ReasonCode::packet_too_large));
}

TEST_F(OversizeTest, OnlyMessagesAreSkipped) {
  skip();
  connect();
  receive("90 AC 02");
  EXPECT_TRUE(ended(Error::inbound_too_large, ReasonCode::packet_too_large));
}

TEST_F(OversizeTest, AHeadThatIsWrongIsRefusedBeforeTheRestIsRead) {
  skip();
  for (const std::string_view head :
       {"30 AC 02 00 00", "30 AC 02 00 01 '#'", "32 AC 02 00 01 't' 00 00", "30 AC 02 FF FF"}) {
    start_anew();
    connect();
    receive(head);
    EXPECT_EQ(engine().phase(), Engine::Phase::closing) << head;
    EXPECT_EQ(sent().substr(0, 5), "E0 01");
  }
}

// Rule 10.
TEST_F(OversizeTest, AConnackLargerThanRxSaysHowMuchIsNeeded) {
  open();
  receive("20 AC 02 00");
  EXPECT_EQ(engine().phase(), Engine::Phase::connecting);
  receive("00");
  EXPECT_EQ(engine().cause().error, Error::rx_too_small);
  EXPECT_EQ(engine().needed_size(), large_size);
  EXPECT_TRUE(engine().finished());
  EXPECT_EQ(sent(), "");
}

TEST_F(OversizeTest, ARefusalLargerThanRxIsObeyedAllTheSame) {
  open();
  receive("20 AC 02 00 86");
  EXPECT_TRUE(ended(Error::connection_refused, ReasonCode::bad_user_name_or_password));
}

TEST_F(OversizeTest, AnotherPacketLargerThanRxBeforeConnackEndsTheAttempt) {
  skip();
  open();
  receive("30 AC 02 00 03 'top'");
  EXPECT_EQ(engine().phase(), Engine::Phase::closing);
  EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace minimq::testing

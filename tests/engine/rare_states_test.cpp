// SPDX-License-Identifier: MIT
//
// States that hardly ever meet: full queues, links lost in between, calls from within calls.
#include <array>
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class Rare : public EngineScript {
 protected:
  // PUBRELs of messages that nobody knows: each is answered by PUBCOMP with a reason, 5 bytes, of
  // which the queue holds eight.
  void fill_control_queue() {
    for (char i = '1'; i <= '8'; ++i)
      receive(std::string{"62 02 77 3"} + i);
  }
  static std::string what_filled_it() {
    std::string all;
    for (char i = '1'; i <= '8'; ++i)
      all += std::string{i == '1' ? "" : " "} + "70 03 77 3" + i + " 92";
    return all;
  }
};

TEST_F(Rare, OfflineThereIsNothingToReadOrToWrite) {
  EXPECT_TRUE(engine().rx_space().empty());
  ASSERT_TRUE(publish(QoS::at_least_once));
  EXPECT_FALSE(engine().wants_write());
  connect();
  EXPECT_TRUE(engine().wants_write());
}

// What is asked from within a callable finds nothing and changes nothing.
TEST_F(Rare, AMessageThatIsReleasedFromWithinACallableIsStillHeld) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'i'");
  const auto event = engine().next_message();
  ASSERT_TRUE(event);
  const auto write = [&](std::span<std::byte>) -> std::optional<std::size_t> {
    event->message().release();
    EXPECT_FALSE(engine().room_for_refused());
    return 0;
  };
  ASSERT_TRUE(engine().publish({.topic = "t", .payload = write}));
  EXPECT_EQ(sent(), "30 04 00 01 74 00");
  event->message().release();
  EXPECT_EQ(sent(), "40 02 00 05");
  EXPECT_EQ(event->message().defer_ack().packet_id, 0);  // Too late.
}

TEST_F(Rare, WhileAMessageIsHeldThereIsNoOther) {
  connect();
  receive("30 05 00 01 't' 00 'a' 30 05 00 01 't' 00 'b'");
  EXPECT_EQ(message(), "a");
  EXPECT_FALSE(engine().has_message());
  engine().end_views();
  EXPECT_TRUE(engine().has_message());
  EXPECT_EQ(message(), "b");
}

// Acknowledgements.

TEST_F(Rare, PubcompBeforePubrelHasLeftEndsTheMessage) {
  connect();
  const Ticket ticket = name('a', publish(QoS::exactly_once));
  sent();
  receive("50 02 <a> 70 02 <a>");
  EXPECT_EQ(outcome(ticket), "0");
  EXPECT_EQ(sent(), "");
}

TEST_F(Rare, APubrecOfNothingWaitsUntilItsAnswerFindsRoom) {
  connect();
  fill_control_queue();
  receive("50 02 66 66");
  EXPECT_EQ(engine().counters().stray_acks, 0);
  EXPECT_EQ(sent(40), what_filled_it());
  EXPECT_EQ(sent(), "62 03 66 66 92");
  EXPECT_EQ(engine().counters().stray_acks, 1);
}

TEST_F(Rare, PingreqWaitsUntilTheQueueHasRoomForIt) {
  connect();
  for (const char letter : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'})
    name(letter, publish(QoS::exactly_once));
  sent();
  receive("50 02 <a> 50 02 <b> 50 02 <c> 50 02 <d> 50 02 <e>");
  receive("50 02 <f> 50 02 <g> 50 02 <h> 50 02 <i> 50 02 <j>");
  advance(Duration{45'000});
  EXPECT_EQ(sent(40).substr(0, 11), bytes("62 02 <a>"));
  EXPECT_EQ(sent(), "C0 00");
}

// A broker that takes three bytes: PUBREL is too large for it, and then PINGREQ is not sent either.
TEST_F(Rare, NothingElseIsSentWhereAPubrelDoesNotFit) {
  connect();
  name('a', publish(QoS::exactly_once));
  sent();
  receive("50 02 <a>");
  lose_link();
  open();
  receive("20 08 01 00 05 27 00 00 00 03");
  advance(Duration{45'000});
  EXPECT_EQ(sent(), "E0 01 95");
  EXPECT_TRUE(ended(Error::packet_too_large, ReasonCode::packet_too_large));
}

TEST_F(Rare, AReleaseThatIsDueAgainLeavesThoseBehindItAlone) {
  connect();
  name('a', publish(QoS::exactly_once));
  name('b', publish(QoS::exactly_once));
  sent();
  receive("50 02 <a> 50 02 <b>");
  EXPECT_EQ(sent(), bytes("62 02 <a> 62 02 <b>"));
  receive("50 02 <a>");
  EXPECT_EQ(sent(), bytes("62 02 <a>"));
}

TEST_F(Rare, PropertiesMayComeIfProblemInformationWasAskedFor) {
  const std::array<Property, 1> wanted{Property::request_problem_information(true)};
  config.properties = wanted;
  connect();
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  sent();
  receive("40 08 <a> 10 04 1F 00 01 'r'");
  EXPECT_EQ(outcome(ticket), "16");
}

TEST_F(Rare, PropertiesOfAnAnswerThatNobodyAwaitsAreNotKept) {
  std::array<std::byte, 32> storage;
  PropertyStore store{storage};
  const Extras extras{.ack_properties = &store};
  config.extras = &extras;
  connect();
  const Ticket ticket = name('a', publish(QoS::at_least_once));
  sent();
  ASSERT_TRUE(engine().publish({.topic = "t", .qos = QoS::at_least_once, .detached = true}));
  const std::string id = sent().substr(15, 5);
  receive("40 08 <a> 00 04 1F 00 01 'r' 40 08 " + id + " 00 04 1F 00 01 's'");
  const auto outcome = engine().take_outcome(ticket);
  ASSERT_TRUE(outcome);
  const auto reason = outcome->properties().find(PropertyId::reason_string);
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->text(), "r");
}

// Messages.

// In these the broker exceeds the Receive Maximum of 1, and the table of two is full.

TEST_F(Rare, ARefusalBehindAMessageThatIsWithheldFreesNothing) {
  config.receive_maximum = 1;
  connect();
  receive("34 07 00 01 't' 00 01 00 'a' 34 07 00 01 't' 00 02 00 'b' 34 07 00 01 't' 00 03 00 'c'");
  std::vector<AckHandle> handles;
  for (int i = 0; i < 2; ++i) {
    const auto event = engine().next_message();
    ASSERT_TRUE(event);
    handles.push_back(event->message().defer_ack());
    engine().end_views();
  }
  ASSERT_TRUE(engine().acknowledge(handles[1], ReasonCode::quota_exceeded));
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().refused_inbound, 1);
}

TEST_F(Rare, AMessageWaitsForARefusalThatWillLeave) {
  config.receive_maximum = 1;
  connect();
  receive("34 07 00 01 't' 00 01 00 'a' 34 07 00 01 't' 00 02 00 'b' 34 07 00 01 't' 00 03 00 'c'");
  EXPECT_EQ(message(), "a");
  engine().end_views();
  const auto event = engine().next_message();
  ASSERT_TRUE(event);
  const AckHandle handle = event->message().defer_ack();
  engine().end_views();
  ASSERT_TRUE(engine().acknowledge(handle, ReasonCode::quota_exceeded));
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().refused_inbound, 0);
  EXPECT_EQ(sent(), "50 02 00 01 50 03 00 02 97");
  EXPECT_EQ(message(), "c");
}

// Untaken when the link is lost; the table is full of what must be remembered.
TEST_F(Rare, OfflineAMessageForWhichTheTableHasNoRoomIsDropped) {
  config.receive_maximum = 1;
  connect();
  receive("34 07 00 01 't' 00 01 00 'a' 34 07 00 01 't' 00 02 00 'b' 34 07 00 01 't' 00 03 00 'c'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  engine().end_views();
  lose_link();
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().refused_inbound, 1);
}

TEST_F(Rare, OfflineAQoS1MessagePassesAFullTable) {
  config.receive_maximum = 1;
  connect();
  receive("34 07 00 01 't' 00 01 00 'a' 34 07 00 01 't' 00 02 00 'b' 32 07 00 01 't' 00 03 00 'c'");
  EXPECT_EQ(message(), "a");
  EXPECT_EQ(message(), "b");
  engine().end_views();
  lose_link();
  EXPECT_EQ(message(), "c");
  EXPECT_EQ(engine().counters().refused_inbound, 0);
}

TEST_F(Rare, APubrelForAQoS1MessageIsForNoneThatIsKnown) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'i'");
  EXPECT_EQ(message(), "i");
  receive("62 02 00 05");
  EXPECT_EQ(sent(), "70 03 00 05 92");
  engine().end_views();
  EXPECT_EQ(sent(), "40 02 00 05");
}

// The answer to an identifier in use finds no room at first.
TEST_F(Rare, AnIdentifierInUseIsRefusedWhenThereIsRoom) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'i'");
  const auto event = engine().next_message();
  ASSERT_TRUE(event);
  const AckHandle handle = event->message().defer_ack();
  engine().end_views();
  fill_control_queue();
  receive("34 07 00 01 't' 00 05 00 'j'");
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().duplicates, 0);
  EXPECT_EQ(sent(), what_filled_it());
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().duplicates, 1);
  EXPECT_EQ(sent(), "50 03 00 05 91");
  ASSERT_TRUE(engine().acknowledge(handle, ReasonCode::success));
  EXPECT_EQ(sent(), "40 02 00 05");
}

TEST_F(Rare, OfflineAnIdentifierInUseIsNotAnswered) {
  connect();
  receive("34 07 00 01 't' 00 05 00 'i'");
  EXPECT_EQ(message(), "i");
  receive("32 07 00 01 't' 00 05 00 'j'");
  engine().end_views();
  lose_link();
  EXPECT_EQ(message(), "none");
  EXPECT_EQ(engine().counters().duplicates, 1);
}

// A message that was lowered to QoS 0 has an outcome, so it waits for the next link.
TEST_F(Rare, ADowngradedMessageThatWasNotSentStaysQueued) {
  config.downgrade_qos = true;
  const Ticket ticket = publish(QoS::at_least_once).value();
  connect("20 05 00 00 02 24 00");
  reconnect("20 05 00 00 02 24 00");
  EXPECT_EQ(outcome(ticket), "pending");
  EXPECT_EQ(sent(), "30 05 00 01 74 00 78");
  EXPECT_EQ(outcome(ticket), "0");
}

// CONNACK and DISCONNECT.

TEST_F(Rare, AConnackThatIsTooLargeAndWrongIsTooLarge) {
  open();
  receive("20 80 08 02 00");
  EXPECT_TRUE(ended(Error::rx_too_small, ReasonCode::packet_too_large));
}

TEST_F(Rare, LastWordsBeyond64KilobytesAreNotShown) {
  std::vector<std::byte> rx(200'000);
  const auto last_words = [&](std::size_t before, std::size_t texts) {
    config.buffers.rx = rx;
    start_anew();
    connect();
    std::string stream;
    if (before != 0) {  // A message that nobody takes.
      stream = "30 84 A3 04 00 01 't' 00";
      for (std::size_t i = 0; i < 70'016; ++i)
        stream += " 61";
    }
    std::string text = " 26 00 01 'k' FF FA";
    for (std::size_t i = 0; i < 65'530; ++i)
      text += " 61";
    stream += texts == 0 ? " E0 0D 87 0B 26 00 01 'k' 00 05 'value'" : " E0 84 80 08 87 80 80 08";
    for (std::size_t i = 0; i < texts; ++i)
      stream += text;
    receive(stream);
    return engine().last_words().encoded().size();
  };
  EXPECT_NE(last_words(0, 0), 0u);
  EXPECT_EQ(last_words(70'000, 0), 0u);
  EXPECT_EQ(last_words(0, 2), 0u);
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// A message that is held keeps its bytes, whatever happens meanwhile.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

class Views : public EngineScript {
 protected:
  // Holds a message with a topic, properties and a payload; every later look finds them as now.
  void hold() {
    ASSERT_TRUE(receive(request_text_));
    engine().end_views();
    const auto event = engine().next_message();
    ASSERT_TRUE(event);
    held_ = event->message();
    before_ = look();
    ASSERT_NE(before_.find("hi"), std::string::npos);
  }
  void expect_unchanged() { EXPECT_EQ(look(), before_); }
  void fill_rx() {
    for (int i = 0; i < 100 && !engine().rx_space().empty(); ++i)
      receive("30 05 00 01 't' 00 'z'");
  }

  Message held_;
  std::string request_text_{"34 13 00 01 't' 00 05 0B 08 00 02 'rr' 09 00 03 'cor' 'hi'"};

 private:
  std::string look() const {
    return std::string{held_.topic()} + "|" + std::string{held_.text()} + "|" +
           std::string{held_.response_topic().value_or("none")} + "|" +
           std::string{as_text(held_.correlation_data().value_or(Bytes{}))};
  }

  std::string before_;
};

// Rule 6: acknowledgements behind it act.
TEST_F(Views, AcksBehindAHeldMessageAndBehindOnesNobodyHasTakenAct) {
  connect();
  const Ticket a = name('a', publish(QoS::at_least_once));
  const Ticket b = name('b', publish(QoS::exactly_once));
  const Ticket s = name('s', subscribe());
  sent();
  hold();
  receive(
      "40 02 <a> 30 05 00 01 't' 00 'y' 50 02 <b> 32 07 00 01 't' 00 06 00 'x' 90 04 <s> 00 01");
  EXPECT_EQ(outcome(a), "0");
  EXPECT_EQ(outcome(s), "1");
  EXPECT_EQ(sent(), bytes("62 02 <b>"));
  receive("70 02 <b> D0 00");
  EXPECT_EQ(outcome(b), "0");
  expect_unchanged();
  EXPECT_EQ(message(), "y");
  EXPECT_EQ(message(), "x");
  EXPECT_EQ(message(), "none");
}

TEST_F(Views, EachAckBehindAMessageActsOnce) {
  connect();
  name('a', publish(QoS::at_least_once));
  sent();
  hold();
  receive("40 02 <a> 30 05 00 01 't' 00 'y'");
  receive("30 05 00 01 't' 00 'x'");
  EXPECT_EQ(message(), "y");
  EXPECT_EQ(message(), "x");
  EXPECT_EQ(engine().counters().stray_acks, 0);
}

TEST_F(Views, AHeldMessageStaysWhileRxFillsUpBehindIt) {
  connect();
  hold();
  EXPECT_FALSE(engine().rx_blocked());
  fill_rx();
  EXPECT_TRUE(engine().rx_blocked());
  expect_unchanged();
  held_.release();
  EXPECT_FALSE(engine().rx_blocked());
  EXPECT_FALSE(engine().rx_space().empty());
  int messages = 0;
  while (message() == "z")
    ++messages;
  EXPECT_GT(messages, 25);
}

TEST_F(Views, RxFullOfMessagesNobodyTakesIsBlockedToo) {
  connect();
  fill_rx();
  EXPECT_TRUE(engine().rx_blocked());
  EXPECT_EQ(message(), "z");
  EXPECT_TRUE(engine().rx_blocked());
  EXPECT_EQ(message(), "z");  // The first one is done with now.
  engine().end_views();
  EXPECT_FALSE(engine().rx_space().empty());
}

// Rule 27: while nothing can be read, PINGRESP is not missed.
TEST_F(Views, AKeepAliveThatIsDueWhileRxIsHeldIsSentAndNotHeldAgainstTheBroker) {
  config.keep_alive_s = 10;
  connect();
  hold();
  fill_rx();
  advance(8s);
  EXPECT_EQ(sent(), "C0 00");
  for (int i = 0; i < 20; ++i) {
    advance(8s);
    sent();
    ASSERT_EQ(engine().phase(), Engine::Phase::online);
  }
  expect_unchanged();
  held_.release();
  advance(9s);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  advance(2s);
  EXPECT_TRUE(ended(Error::ping_timeout));
}

// Rule 1: the next connection opens, and its CONNACK is read when the message is gone.
TEST_F(Views, AHeldMessageSurvivesTheLossOfItsLinkAndDelaysTheNextConnack) {
  connect();
  hold();
  receive("30 05 00 01 't' 00 'z'");
  lose_link();
  expect_unchanged();
  EXPECT_EQ(open().substr(0, 5), "10 1B");
  expect_unchanged();
  EXPECT_TRUE(engine().rx_space().empty());
  EXPECT_TRUE(engine().rx_blocked());
  held_.release();
  EXPECT_TRUE(receive(connack_resumed));
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(sent(), "");  // The acknowledgement was the old connection's.
  EXPECT_EQ(message(), "none");
}

TEST_F(Views, AHeldMessageSurvivesSeveralLinksAndCommands) {
  connect();
  hold();
  for (int i = 0; i < 5; ++i) {
    lose_link();
    open();
    (void)publish(QoS::at_least_once, std::string(100, 'p'));
    (void)subscribe();
    expect_unchanged();
  }
  EXPECT_EQ(held_.defer_ack().packet_id, 0);
}

TEST_F(Views, AHeldMessageSurvivesTheEndOfItsConnection) {
  connect();
  hold();
  receive("E0 09 8B 07 1F 00 04 'late'");
  EXPECT_TRUE(ended(Error::disconnected_by_broker, ReasonCode::server_shutting_down));
  expect_unchanged();
  EXPECT_EQ(engine().last_words().find(PropertyId::reason_string)->text(), "late");
  held_.release();
  EXPECT_EQ(engine().last_words().find(PropertyId::reason_string)->text(), "late");
  EXPECT_EQ(sent(), "");
}

// release() at every moment does what it must, and twice is once.
TEST_F(Views, ReleaseIsRightAtEveryMoment) {
  enum Moment {
    online,
    closing,
    offline,
    connecting,
    after_the_next
  };
  for (const Moment moment : {online, closing, offline, connecting, after_the_next}) {
    SCOPED_TRACE(static_cast<int>(moment));
    start_anew();
    connect();
    hold();
    receive("32 07 00 01 't' 00 06 00 'n'");
    if (moment == closing) receive("D1 00");
    if (moment == offline || moment == connecting) lose_link();
    if (moment == connecting) open();
    expect_unchanged();
    if (moment == after_the_next) {
      EXPECT_EQ(message(), "n");
    }
    held_.release();
    held_.release();
    switch (moment) {
      case online: EXPECT_EQ(sent(), "50 02 00 05"); break;
      case after_the_next: EXPECT_EQ(sent(), "50 02 00 05"); break;
      case closing: EXPECT_EQ(sent(), "E0 01 81"); break;
      case offline: EXPECT_EQ(sent(), ""); break;
      case connecting:
        EXPECT_TRUE(receive(connack_resumed));
        EXPECT_EQ(sent(), "");
        break;
    }
  }
}

TEST_F(Views, ACopyOutlivesTheMessageAndAcknowledgesNothing) {
  connect();
  hold();
  std::vector<std::byte> storage(held_.copy_size());
  EXPECT_EQ(held_.copy_to(std::span{storage}.first(storage.size() - 1)).error(), Error::no_memory);
  const auto copy = held_.copy_to(storage);
  ASSERT_TRUE(copy);
  const auto reply = held_.reply_owned<2, 3>();
  ASSERT_TRUE(reply);
  EXPECT_EQ((held_.reply_owned<1, 3>().error()), Error::no_memory);
  EXPECT_EQ((held_.reply_owned<2, 2>().error()), Error::no_memory);
  copy->release();
  EXPECT_EQ(copy->defer_ack().packet_id, 0);
  EXPECT_EQ(sent(), "");
  held_.release();
  fill_rx();
  EXPECT_EQ(copy->topic(), "t");
  EXPECT_EQ(copy->text(), "hi");
  EXPECT_EQ(copy->response_topic(), "rr");
  EXPECT_EQ(as_text(*copy->correlation_data()), "cor");
  EXPECT_EQ(reply->publication("ok").topic, "rr");
  EXPECT_EQ(as_text(*reply->publication("ok").correlation_data), "cor");
}

TEST_F(Views, AMessageThatAsksForNoReplyGivesNone) {
  connect();
  receive("30 05 00 01 't' 00 'y'");
  const auto event = engine().next_message();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->message().reply("x").error(), Error::no_response_topic);
  EXPECT_EQ((event->message().reply_owned<8, 8>().error()), Error::no_response_topic);
}

TEST_F(Views, AReplyGoesOutWhileItsRequestIsStillHeld) {
  connect();
  hold();
  const auto reply = held_.reply("ok");
  ASSERT_TRUE(reply);
  ASSERT_TRUE(engine().publish(*reply));
  EXPECT_EQ(sent(), bytes("30 0D 00 02 'rr' 06 09 00 03 'cor' 'ok'"));
  expect_unchanged();
}

}  // namespace
}  // namespace minimq::testing

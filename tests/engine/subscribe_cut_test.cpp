// SPDX-License-Identifier: MIT
//
// The loop of the README subscribes on Connected and looks no further. Wherever the link is cut, it
// must not be left without its subscription.
#include <gtest/gtest.h>

#include "engine/conversation.hpp"

namespace minimq::testing {
namespace {

using enum Cut::Direction;

constexpr std::size_t connect_size = 29;
constexpr std::size_t connack_size = 5;
constexpr std::size_t subscribe_size = 9;
constexpr std::size_t suback_size = 6;

void expect_subscribed(Conversation& talk) {
  talk.run();
  ASSERT_TRUE(talk.all_cut);
  EXPECT_TRUE(talk.broker.faults.empty()) << ::testing::PrintToString(talk.broker.faults);
  EXPECT_TRUE(talk.broker.subscribed());
  EXPECT_EQ(talk.times_received("last"), 1);
  EXPECT_TRUE(talk.engine().idle());
}

// A cut after each byte of SUBSCRIBE, and after each of SUBACK; before and behind them as well.
std::vector<Cut> cuts_around_subscribe() {
  std::vector<Cut> cuts;
  for (const bool keep : {true, false}) {
    for (std::size_t byte = 0; byte <= subscribe_size; ++byte)
      cuts.push_back({to_broker, connect_size + byte, keep});
    for (std::size_t byte = 0; byte <= suback_size; ++byte)
      cuts.push_back({to_client, connack_size + byte, keep});
  }
  return cuts;
}

TEST(SubscribeCut, NeverLeavesTheDeviceUnsubscribed) {
  for (const Cut& cut : cuts_around_subscribe()) {
    SCOPED_TRACE(::testing::Message() << static_cast<int>(cut.direction) << " after " << cut.after
                                      << (cut.keep_session ? "" : ", session lost"));
    Conversation talk;
    talk.cuts = {cut};
    expect_subscribed(talk);
  }
}

TEST(SubscribeCut, NeverLeavesItUnsubscribedWhenTheNextAttemptIsCutToo) {
  for (const Cut& first : cuts_around_subscribe()) {
    for (const Cut& second : cuts_around_subscribe()) {
      SCOPED_TRACE(::testing::Message()
                   << static_cast<int>(first.direction) << " after " << first.after
                   << (first.keep_session ? "" : ", session lost") << ", then "
                   << static_cast<int>(second.direction) << " after " << second.after
                   << (second.keep_session ? "" : ", session lost"));
      Conversation talk;
      talk.cuts = {first, second};
      talk.run();
      if (!talk.all_cut) continue;  // The second connection had less to say.
      EXPECT_TRUE(talk.broker.subscribed());
      EXPECT_EQ(talk.times_received("last"), 1);
    }
  }
}

// A cut in the CONNECT or CONNACK of the connection that finds the session lost: the broker has a
// new one, and the client does not know.
TEST(SubscribeCut, NeverLeavesItUnsubscribedWhenTheConnackOfANewSessionIsLost) {
  const auto check = [](const Cut& second) {
    SCOPED_TRACE(::testing::Message()
                 << static_cast<int>(second.direction) << " after " << second.after);
    Conversation talk;
    talk.cuts = {{to_client, connack_size + suback_size, false}, second};
    expect_subscribed(talk);
  };
  for (std::size_t byte = 0; byte <= connect_size; ++byte)
    check({to_broker, byte, true});
  for (std::size_t byte = 1; byte <= connack_size; ++byte)
    check({to_client, byte, true});
}

TEST(SubscribeCut, NeverLeavesItUnsubscribedWithAQueueFullOfMessages) {
  for (const Cut& cut : cuts_around_subscribe()) {
    Conversation talk;
    talk.cuts = {cut};
    for (int i = 0; i < 11; ++i)
      talk.from_device.emplace_back(QoS::at_least_once, std::string(28, 'x') + std::to_string(i));
    talk.run();
    EXPECT_TRUE(talk.broker.faults.empty()) << ::testing::PrintToString(talk.broker.faults);
    EXPECT_TRUE(talk.broker.subscribed());
  }
}

}  // namespace
}  // namespace minimq::testing

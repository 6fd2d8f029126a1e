// SPDX-License-Identifier: MIT
//
// Keep alive on links that move bytes slowly, in either direction.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

using State = Session::State;

TEST(SlowLink, PingThatWaitsBehindALongWriteIsNotMissed) {
  Script script{{}, {.rx = 256, .tx = 4096}};
  script.connect();
  script.transport().set_write_budget(0);
  ASSERT_TRUE(
      script.session().publish({.topic = "a", .payload = std::string(3000, 'x'), .qos = qos1}));
  for (int second = 0; second < 100; ++second) {  // The link moves all the time.
    script.transport().set_write_budget(25);
    script.advance(1s);
    ASSERT_EQ(script.session().state(), State::online) << second;
  }
  script.transport().take_all_writes();
  script.send(puback(script.expect("PUBLISH q1 d0 *").id));
  script.expect("PINGREQ");
  script.send(pingresp());
  script.expect_event("settled publish 0x00");
}

TEST(SlowLink, PingThatLeftAndIsNotAnsweredEndsTheLinkAlthoughBytesLeave) {
  Script script{{}, {.rx = 256, .tx = 4096}};
  script.connect();
  script.advance(45s);
  script.expect("PINGREQ");
  for (int second = 0; second < 10; ++second) {
    ASSERT_EQ(script.session().state(), State::online) << second;
    ASSERT_TRUE(script.session().publish({.topic = "a"}));
    script.expect("PUBLISH q0 *");
    script.advance(1s);
  }
  script.expect_event("disconnected ping_timeout");
}

TEST(SlowLink, BytesOfAMessageAreLifeUntilItIsThere) {
  Script script;
  script.connect();
  script.advance(45s);
  script.expect("PINGREQ");
  const Packet message = publish({.topic = "in", .payload = "s"});
  for (const std::byte byte : message) {
    script.advance(5s);  // Each byte comes before PINGRESP is missed.
    script.transport().deliver({byte});
    script.run();
  }
  script.expect_event("inbound q0 in s");
  script.send(pingresp());
  EXPECT_EQ(script.session().state(), State::online);
}

TEST(SlowLink, TrickleIsNotLifeForEver) {
  Script script;
  script.connect();
  script.advance(45s);
  script.expect("PINGREQ");
  const Packet message = publish({.topic = "in", .payload = std::string(200, 'x')});
  std::size_t delivered = 0;
  while (script.session().state() == State::online && delivered + 1 < message.size()) {
    script.transport().deliver({message[delivered++]});
    script.advance(5s);
  }
  for (const std::string& line : script.take_packets())
    EXPECT_THAT(line, ::testing::AnyOf("PINGREQ", "CONNECT clean=0 id=demo"));
  EXPECT_LT(delivered, 30u);  // The whole would have taken a quarter of an hour.
  EXPECT_EQ(script.session().counters().failures, 1);
  script.expect_event("disconnected ping_timeout");
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Who polls where others poll already, and an event loop that runs where it must not.
#include <gtest/gtest.h>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

// The second one is refused, and has not gone on when the third one comes.
TEST(RarePollers, OfThreeTheFirstOneHasTheSession) {
  Script script{{.keep_alive_s = 0}};
  script.connect();
  PollOperation first{script.session(), std::nullopt};
  PollOperation second{script.session(), std::nullopt};
  PollOperation third{script.session(), std::nullopt};
  for (PollOperation* operation : {&first, &second, &third})
    operation->start();
  script.run();
  EXPECT_FALSE(first.done());
  EXPECT_EQ(to_text(second.await_resume()), "stopped busy");
  EXPECT_EQ(to_text(third.await_resume()), "stopped busy");
  script.send(publish({.topic = "in", .payload = "x"}));
  EXPECT_EQ(to_text(first.await_resume()), "inbound q0 in x");
}

TEST(RarePollers, AnEventLoopThatRunsWithinACallableFindsTheSessionBusy) {
  Script script{{.keep_alive_s = 0}};
  script.connect();
  PollOperation poll{script.session(), std::nullopt};
  poll.start();
  script.run();
  script.transport().deliver(publish({.topic = "in", .payload = "1"}));
  const auto writer = [&](std::span<std::byte>) -> std::size_t {
    script.transport().run_until_idle();
    EXPECT_FALSE(poll.done());
    return 0;
  };
  ASSERT_TRUE(script.session().publish({.topic = "a", .payload = writer, .qos = qos1}));
  script.run();
  EXPECT_TRUE(poll.done());
  EXPECT_EQ(to_text(poll.await_resume()), "inbound q0 in 1");
  script.expect("PUBLISH q1 d0 id=* topic=a payload=");
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// All that can happen in small worlds. The long version is `./dev simulate --small-worlds 1000000`.
#include "simulation/small_world.hpp"

#include <gtest/gtest.h>

namespace minimq::simulation {
namespace {

using Action = SmallWorld::Action;

void expect_sound(const SmallWorld::Bounds& bounds, std::uint64_t states_max, bool complete) {
  const Explored explored = explore(bounds, states_max);
  EXPECT_EQ(explored.violation, "");
  EXPECT_EQ(explored.complete, complete);
  std::printf("QoS %u, %u each way: %llu states, %zu deep\n", bounds.qos, bounds.messages,
              static_cast<unsigned long long>(explored.states), explored.depth);
}

TEST(SmallWorld, OfOneMessageEachWayAndOneCutIsSoundInEveryState) {
  for (const unsigned qos : {0u, 1u, 2u})
    expect_sound({.qos = qos, .messages = 1, .cuts = 1, .waits = 0}, 100'000, true);
  expect_sound({.hands_on_at_pubrel = true, .messages = 1, .cuts = 1, .waits = 0}, 100'000, true);
}

TEST(SmallWorld, OfTwoMessagesEachWayIsSoundAsFarAsItIsSeen) {
  for (const unsigned qos : {0u, 1u, 2u})
    expect_sound({.qos = qos}, 4'000, false);
}

// What the digest must be: the same for the same history, another for another.
TEST(SmallWorld, ADigestFollowsFromTheHistory) {
  const auto digest_after = [](std::initializer_list<Action> actions) {
    SmallWorld world{{}};
    for (const Action action : actions)
      world.perform(action);
    return world.digest();
  };
  const auto once = digest_after({Action::to_broker, Action::to_client, Action::take});
  EXPECT_EQ(once, digest_after({Action::to_broker, Action::to_client, Action::take}));
  EXPECT_NE(once, digest_after({Action::to_broker, Action::to_client}));
  EXPECT_NE(once,
            digest_after({Action::to_broker, Action::to_client, Action::take, Action::to_broker}));
}

}  // namespace
}  // namespace minimq::simulation

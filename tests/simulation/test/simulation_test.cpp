// SPDX-License-Identifier: MIT
//
// The simulator itself: that a seed decides everything, and that its worlds are not idle.
#include <gtest/gtest.h>

#include "simulation/payload.hpp"
#include "simulation/world.hpp"

namespace minimq::simulation {
namespace {

std::uint64_t hash_of(std::uint64_t seed) {
  World world{seed};
  world.run();
  EXPECT_EQ(world.violation(), "") << "seed " << seed;
  return world.hash();
}

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    EXPECT_EQ(hash_of(seed), hash_of(seed)) << "seed " << seed;
}

TEST(Simulation, AReaderChangesNothing) {
  std::FILE* const nowhere = std::fopen("/dev/null", "w");
  ASSERT_NE(nowhere, nullptr);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    World world{seed, nowhere};
    world.run();
    EXPECT_EQ(world.hash(), hash_of(seed)) << "seed " << seed;
  }
  std::fclose(nowhere);
}

TEST(Simulation, AnotherSeedGivesAnotherTrace) {
  EXPECT_NE(hash_of(1), hash_of(2));
}

TEST(Simulation, TheWorldsAreNotIdle) {
  std::uint64_t messages = 0;
  std::uint64_t connections = 0;
  Time time = 0;
  int coroutines = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    World world{seed};
    world.run();
    messages += world.messages();
    connections += world.connections();
    time += world.duration();
    if (world.settings().driving == Driving::coroutine) ++coroutines;
  }
  EXPECT_GT(messages, 100u * 20);
  EXPECT_GT(connections, 100u * 3);
  EXPECT_GT(time, 100 * 60'000);
  EXPECT_GT(coroutines, 20);
  EXPECT_LT(coroutines, 80);
}

TEST(Simulation, APayloadTellsWhenAByteIsWrong) {
  const std::string payload = make_payload(7, 40);
  EXPECT_EQ(number_of(payload), 7u);
  EXPECT_EQ(number_of(payload.substr(1)), std::nullopt);
  EXPECT_EQ(number_of(payload + 'x'), std::nullopt);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    std::string wrong = payload;
    wrong[i] = static_cast<char>(wrong[i] + 1);
    EXPECT_EQ(number_of(wrong), std::nullopt) << i;
  }
}

}  // namespace
}  // namespace minimq::simulation

// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#include <array>
#include <gtest/gtest.h>
#include <optional>
#include <utility>

#include "support.hpp"

namespace minimq {
namespace {

using test::Counted;
using test::Gate;
using test::OwnedArena;
using test::Step;

struct World {
  OwnedArena<8192> arena;
  Gate gate;
  int alive = 0;
  int finished = 0;
};

Task<Step> leaf(Arena&, World& world, Counted) {
  const Counted local{world.alive};
  const int first = co_await world.gate.pass();
  const int second = co_await world.gate.pass();
  co_return first + second;
}

Task<Step> middle(Arena& arena, World& world, Counted) {
  const Counted local{world.alive};
  int total = co_await world.gate.pass();
  for (int turn = 0; turn < 2; ++turn) {
    const Step step = co_await leaf(arena, world, Counted{world.alive});
    total += step.value_or(0);
  }
  co_return total + co_await world.gate.pass();
}

Task<> root(Arena& arena, World& world, Counted) {
  const Counted local{world.alive};
  const Step step = co_await middle(arena, world, Counted{world.alive});
  if (step) world.finished = *step;
  co_await world.gate.pass();
}

constexpr int kSuspensions = 7;

TEST(TaskCancel, ATaskThatNeverStartedReleasesItsParameters) {
  World world;
  {
    const Task<> task = root(world.arena, world, Counted{world.alive});
    EXPECT_EQ(world.alive, 1);
    EXPECT_GT(world.arena->used(), 0u);
  }
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

TEST(TaskCancel, DestructionAtEverySuspensionDestroysEverything) {
  for (int opened = 0; opened < kSuspensions; ++opened) {
    SCOPED_TRACE(opened);
    World world;
    {
      Task<> task = root(world.arena, world, Counted{world.alive});
      ASSERT_TRUE(task.start());
      for (int turn = 0; turn < opened; ++turn)
        ASSERT_TRUE(world.gate.open(1));
      ASSERT_FALSE(task.done());
      EXPECT_EQ(world.gate.alive(), 1);
      EXPECT_GE(world.alive, 2);
    }
    EXPECT_EQ(world.gate.alive(), 0);
    EXPECT_FALSE(world.gate.open());
    EXPECT_EQ(world.alive, 0);
    EXPECT_EQ(world.arena->used(), 0u);
  }
}

TEST(TaskCancel, WithoutItTheSameTaskRunsToItsEnd) {
  World world;
  Task<> task = root(world.arena, world, Counted{world.alive});
  ASSERT_TRUE(task.start());
  for (int turn = 0; turn < kSuspensions; ++turn)
    ASSERT_TRUE(world.gate.open(1));
  EXPECT_TRUE(task.done());
  EXPECT_EQ(world.finished, 6);
  EXPECT_TRUE(task.result());
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

TEST(TaskCancel, CancellingTheAwaitingTaskCancelsAnAwaitedTaskThatWasStartedBefore) {
  World world;
  Task<Step> background = leaf(world.arena, world, Counted{world.alive});
  ASSERT_TRUE(background.start());
  {
    const auto join = [](Arena&, Task<Step> other) -> Task<Step> {
      co_return co_await std::move(other);
    };
    Task<Step> task = join(world.arena, std::move(background));
    ASSERT_TRUE(task.start());
    EXPECT_TRUE(world.gate.waited_for());
  }
  EXPECT_FALSE(world.gate.open());
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

TEST(TaskCancel, AFinishedTaskIsDestroyedOnce) {
  World world;
  {
    Task<Step> task = leaf(world.arena, world, Counted{world.alive});
    ASSERT_TRUE(task.start());
    EXPECT_TRUE(world.gate.open(1) && world.gate.open(2));
    EXPECT_TRUE(task.done());
    EXPECT_EQ(world.alive, 1) << "the parameter lives as long as the frame";
  }
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

// The places where gcc 12 is known to treat temporaries of a co_await expression wrongly, as far as
// a Task can stand there.

Task<Step> count_down(Arena&, World& world, Counted, int value) {
  const Counted local{world.alive};
  co_return value;
}

Task<Step> in_conditions(Arena& arena, World& world) {
  int turns = 0;
  const Counted counted{world.alive};
  while ((co_await count_down(arena, world, counted, turns)).value_or(9) < 3)
    ++turns;
  for (int i = 0; (co_await count_down(arena, world, Counted{world.alive}, i)).value_or(9) < 3; ++i)
    ++turns;
  do {
    ++turns;
  } while ((co_await count_down(arena, world, counted, turns)).value_or(9) < 8);
  switch ((co_await count_down(arena, world, counted, 8)).value_or(0)) {
    case 8: ++turns; break;
    default: break;
  }
  if (co_await count_down(arena, world, counted, 1) == 0 &&
      co_await count_down(arena, world, counted, 1) == 1) {
    turns = 100;
  }
  if (co_await count_down(arena, world, counted, 1) == 1 ||
      co_await count_down(arena, world, counted, 1) == 1) {
    ++turns;
  }
  co_return turns;
}

TEST(TaskCancel, TasksAwaitedInConditionsAreDestroyedOnce) {
  World world;
  Task<Step> task = in_conditions(world.arena, world);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), 10);
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

TEST(TaskCancel, ATaskChosenByAConditionIsDestroyedOnce) {
  for (const bool left : {true, false}) {
    World world;
    const auto choose = [&world](Arena& arena, bool which) -> Task<Step> {
      const Counted counted{world.alive};
      Task<Step> chosen = which ? count_down(arena, world, counted, 1)   //
                                : count_down(arena, world, counted, 2);  //
      co_return co_await std::move(chosen);
    };
    Task<Step> task = choose(world.arena, left);
    ASSERT_TRUE(task.start());
    EXPECT_EQ(task.result(), left ? 1 : 2);
    EXPECT_EQ(world.alive, 0);
    EXPECT_EQ(world.arena->used(), 0u);
  }
}

TEST(TaskCancel, ATaskPassedToATaskInOneExpressionIsDestroyedOnce) {
  for (int opened = 0; opened < 3; ++opened) {
    World world;
    const auto run = [](Arena&, Task<Step> inner) -> Task<Step> {
      co_return co_await std::move(inner);
    };
    const auto outer = [&](Arena& arena) -> Task<Step> {
      co_return co_await run(arena, leaf(arena, world, Counted{world.alive}));
    };
    {
      Task<Step> task = outer(world.arena);
      ASSERT_TRUE(task.start());
      for (int turn = 0; turn < opened; ++turn)
        ASSERT_TRUE(world.gate.open(2));
      EXPECT_EQ(task.done(), opened == 2);
      EXPECT_EQ(task.result().value_or(-1), opened == 2 ? 4 : -1);
    }
    EXPECT_EQ(world.alive, 0);
    EXPECT_EQ(world.gate.alive(), 0);
    EXPECT_EQ(world.arena->used(), 0u);
  }
}

TEST(TaskCancel, TasksInArraysAndOptionalsAreDestroyedOnce) {
  World world;
  {
    std::array<Task<Step>, 3> tasks{leaf(world.arena, world, Counted{world.alive}),
                                    count_down(world.arena, world, Counted{world.alive}, 5),
                                    Task<Step>{}};
    std::optional<Task<Step>> maybe{count_down(world.arena, world, Counted{world.alive}, 6)};
    ASSERT_TRUE(tasks[0].start() && tasks[1].start() && maybe->start());
    EXPECT_EQ(tasks[1].result(), 5);
    EXPECT_EQ(maybe->result(), 6);
  }
  EXPECT_EQ(world.alive, 0);
  EXPECT_EQ(world.arena->used(), 0u);
}

}  // namespace
}  // namespace minimq

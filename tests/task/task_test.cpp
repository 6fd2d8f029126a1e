// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "support.hpp"

namespace minimq {
namespace {

using test::Gate;
using test::OwnedArena;
using test::Step;

static_assert(!std::is_copy_constructible_v<Task<>> && !std::is_copy_assignable_v<Task<>>);
static_assert(std::is_nothrow_move_constructible_v<Task<>>);
static_assert(std::is_nothrow_move_assignable_v<Task<>>);
static_assert(sizeof(Task<>) == sizeof(void*) && sizeof(Task<>::Awaiter) == sizeof(void*));
static_assert(!TaskOutcome<int> && !TaskOutcome<Step&> && TaskOutcome<Step> && TaskOutcome<void>);

Task<> note(Arena&, std::string& log, char what) {
  log += what;
  co_return;
}

Task<> note_after(Arena&, Gate& gate, std::string& log, char what) {
  co_await gate.pass();
  log += what;
}

Task<Step> twice(Arena&, Gate& gate) {
  co_return 2 * co_await gate.pass();
}

Task<Step> refuse(Arena&) {
  co_return std::unexpected(Error::stopped);
}

Task<Step> sum(Arena& arena, Gate& gate) {
  const Step first = co_await twice(arena, gate);
  if (!first) co_return first;
  const Step second = co_await twice(arena, gate);
  if (!second) co_return second;
  co_return *first + *second;
}

TEST(Task, NothingRunsBeforeTheStart) {
  OwnedArena<2048> arena;
  std::string log;
  Task<> task = note(arena, log, 'a');
  EXPECT_TRUE(task && !task.empty() && !task.done());
  EXPECT_EQ(log, "");
  ASSERT_TRUE(task.start());
  EXPECT_EQ(log, "a");
  EXPECT_TRUE(task.done());
}

TEST(Task, ASecondStartDoesNothing) {
  OwnedArena<2048> arena;
  Gate gate;
  std::string log;
  Task<> task = note_after(arena, gate, log, 'a');
  ASSERT_TRUE(task.start());
  ASSERT_TRUE(task.start());
  EXPECT_EQ(log, "");
  EXPECT_TRUE(gate.open());
  ASSERT_TRUE(task.start());
  EXPECT_EQ(log, "a");
}

TEST(Task, ValuesComeThroughNestedTasks) {
  OwnedArena<4096> arena;
  Gate gate;
  Task<Step> task = sum(arena, gate);
  ASSERT_TRUE(task.start());
  EXPECT_TRUE(gate.open(3));
  EXPECT_EQ(task.result(), Step{std::unexpected(Error::not_ready)});
  EXPECT_TRUE(gate.open(4));
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), 14);
  EXPECT_FALSE(gate.open(5));
}

TEST(Task, ErrorsComeThroughNestedTasks) {
  OwnedArena<4096> arena;
  const auto outer = [](Arena& frames) -> Task<Step> { co_return co_await refuse(frames); };
  Task<Step> task = outer(arena);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), Step{std::unexpected(Error::stopped)});
}

TEST(Task, TakingTheResultFreesTheFrameAndLeavesAnEmptyTask) {
  OwnedArena<2048> arena;
  std::string log;
  Task<> task = note(arena, log, 'a');
  ASSERT_TRUE(task.start());
  EXPECT_GT(arena->used(), 0u);
  EXPECT_TRUE(task.result());
  EXPECT_EQ(arena->used(), 0u);
  EXPECT_TRUE(task.empty() && task.done());
  EXPECT_EQ(task.result(), Result<void>{std::unexpected(Error::no_memory)});
}

TEST(Task, AnUnfinishedTaskKeepsRunningWhenItsResultIsAskedFor) {
  OwnedArena<2048> arena;
  Gate gate;
  std::string log;
  Task<> task = note_after(arena, gate, log, 'a');
  EXPECT_EQ(task.result(), Result<void>{std::unexpected(Error::not_ready)});
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), Result<void>{std::unexpected(Error::not_ready)});
  EXPECT_TRUE(gate.open());
  EXPECT_TRUE(task.result());
}

TEST(Task, MoveOnlyResultsAreMoved) {
  using Box = Result<std::unique_ptr<int>>;
  OwnedArena<4096> arena;
  const auto make = [](Arena&) -> Task<Box> { co_return std::make_unique<int>(7); };
  const auto pass_on = [&](Arena& frames) -> Task<Box> { co_return co_await make(frames); };
  Task<Box> task = pass_on(arena);
  ASSERT_TRUE(task.start());
  const Box box = task.result();
  ASSERT_TRUE(box.has_value());
  EXPECT_EQ(**box, 7);
}

TEST(Task, AStartedTaskCanBeAwaitedLater) {
  OwnedArena<4096> arena;
  Gate gate;
  Gate other;
  const auto join = [&](Arena& frames) -> Task<Step> {
    Task<Step> background = twice(frames, gate);
    if (!background.start()) co_return std::unexpected(Error::no_memory);
    const int mine = co_await other.pass();
    const Step theirs = co_await std::move(background);
    if (!background.empty() || !theirs) co_return std::unexpected(Error::stopped);
    co_return mine + *theirs;
  };
  for (const bool background_first : {true, false}) {
    Task<Step> task = join(arena);
    ASSERT_TRUE(task.start());
    EXPECT_TRUE(background_first ? gate.open(10) : other.open(1));
    EXPECT_FALSE(task.done());
    EXPECT_TRUE(background_first ? other.open(1) : gate.open(10));
    EXPECT_EQ(task.result(), 21);
  }
}

TEST(Task, MovingATaskLeavesTheOldOneEmpty) {
  OwnedArena<4096> arena;
  Gate gate;
  std::string log;
  Task<> first = note_after(arena, gate, log, 'a');
  ASSERT_TRUE(first.start());
  Task<> second = std::move(first);
  EXPECT_TRUE(first.empty() && first.done());
  EXPECT_EQ(first.start(), Result<void>{std::unexpected(Error::no_memory)});
  EXPECT_TRUE(gate.open());
  EXPECT_TRUE(second.done());
  EXPECT_EQ(log, "a");
}

TEST(Task, AssigningCancelsWhatWasThereAndSelfAssignmentDoesNot) {
  OwnedArena<4096> arena;
  Gate old_gate;
  Gate gate;
  std::string log;
  Task<> task = note_after(arena, old_gate, log, 'o');
  ASSERT_TRUE(task.start());
  task = note_after(arena, gate, log, 'n');
  EXPECT_EQ(old_gate.alive(), 0);
  ASSERT_TRUE(task.start());
  Task<>& same = task;
  task = std::move(same);
  EXPECT_FALSE(old_gate.open());
  EXPECT_TRUE(gate.open());
  EXPECT_TRUE(task.result());
  EXPECT_EQ(log, "n");
}

TEST(Task, AChildOfAChildResumesAllItsParentsInOrder) {
  OwnedArena<8192> arena;
  Gate gate;
  std::string log;
  struct Nest {
    static Task<> deep(Arena& frames, Gate& g, std::string& out, int depth) {
      if (depth == 0) {
        co_await g.pass();
      } else {
        co_await deep(frames, g, out, depth - 1);
      }
      out += static_cast<char>('0' + depth);
    }
  };
  Task<> task = Nest::deep(arena, gate, log, 9);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(log, "");
  EXPECT_TRUE(gate.open());
  EXPECT_EQ(log, "0123456789");
  EXPECT_TRUE(task.result());
  EXPECT_EQ(arena->used(), 0u);
}

TEST(TaskDeathTest, AnExceptionThatLeavesATaskEndsTheProgram) {
  OwnedArena<2048> arena;
  const auto fail = [](Arena&) -> Task<> {
    throw std::runtime_error{"an application's bug"};
    co_return;
  };
  EXPECT_DEATH(
      {
        Task<> task = fail(arena);
        if (!task.start()) std::exit(0);
      },
      "");
}

}  // namespace
}  // namespace minimq

// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "support.hpp"

namespace minimq {
namespace {

using test::Counted;
using test::OwnedArena;
using test::Step;

// Coroutines whose memory is counted are not inlined: an optimiser may put the frame of a task that
// never leaves its function there instead of into the arena.

/// Recurses to `depth`; answers how deep it came, or the error of the first frame that was refused
/// with the number of frames in use then.
[[gnu::noinline]] Task<Step> descend(Arena& arena, int depth, int& reached) {
  ++reached;
  if (depth == 0) co_return 0;
  const Step below = co_await descend(arena, depth - 1, reached);
  if (!below) co_return below;
  co_return *below + 1;
}

std::size_t frame_space() {
  OwnedArena<1024> arena;
  int reached = 0;
  const Task<Step> task = descend(arena, 0, reached);
  return arena->used();
}

TEST(TaskMemory, AllocationFailureAtEachDepthReachesTheRoot) {
  constexpr int kDepth = 8;
  const std::size_t frame = frame_space();
  alignas(std::max_align_t) std::array<std::byte, 16384> storage{};
  ASSERT_LE(frame * (kDepth + 1), storage.size());
  for (int frames = 0; frames <= kDepth + 1; ++frames) {
    SCOPED_TRACE(frames);
    Arena arena{std::span{storage}.first(frame * static_cast<std::size_t>(frames))};
    int reached = 0;
    Task<Step> task = descend(arena, kDepth, reached);
    const bool fits = frames == kDepth + 1;
    EXPECT_EQ(task.empty(), frames == 0);
    EXPECT_EQ(task.start().has_value(), frames > 0);
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.result(), fits ? Step{kDepth} : Step{std::unexpected(Error::no_memory)});
    EXPECT_EQ(reached, frames);
    EXPECT_EQ(arena.failed(), fits ? 0u : 1u);
    EXPECT_EQ(arena.peak(), arena.capacity());
    EXPECT_EQ(arena.used(), 0u);
  }
}

[[gnu::noinline]] Task<> nothing(Arena&) {
  co_return;
}

TEST(TaskMemory, ALoopThatIgnoresARefusedTaskGoesOnAndTheRefusalsAreCounted) {
  OwnedArena<2048> arena;
  Arena none{{}};
  int seen = 0;
  const auto loop = [&](Arena&) -> Task<> {
    for (int turn = 0; turn < 5; ++turn)
      co_await nothing(none);
    const Result<void> refused = co_await nothing(none);
    if (!refused && refused.error() == Error::no_memory) ++seen;
  };
  Task<> task = loop(arena);
  ASSERT_TRUE(task.start());
  EXPECT_TRUE(task.result());
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(none.failed(), 6u);
  EXPECT_EQ(arena->failed(), 0u);
}

TEST(TaskMemory, AwaitingAnEmptyTaskGivesNoMemory) {
  OwnedArena<2048> arena;
  const auto loop = [](Arena&) -> Task<Step> {
    Task<> never;
    const Result<void> first = co_await std::move(never);
    const Result<void> second = co_await Task<>{};
    const Step third = co_await Task<Step>{};
    const bool all_refused = !first && !second && !third;
    co_return all_refused&& third.error() == Error::no_memory ? 1 : 0;
  };
  Task<Step> task = loop(arena);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), 1);
}

[[gnu::noinline]] Task<> keep(Arena&, Counted, std::unique_ptr<int>) {
  co_return;
}

TEST(TaskMemory, ArgumentsOfARefusedTaskAreReleased) {
  Arena none{{}};
  int alive = 0;
  const Task<> task = keep(none, Counted{alive}, std::make_unique<int>(1));
  EXPECT_TRUE(task.empty());
  EXPECT_EQ(alive, 0);
}

TEST(TaskMemory, AChildThatWasRefusedFitsOnceAnotherTaskHasEnded) {
  const std::size_t frame = frame_space();
  alignas(std::max_align_t) std::array<std::byte, 1024> storage{};
  Arena arena{std::span{storage}.first(frame)};
  int reached = 0;
  Task<Step> first = descend(arena, 0, reached);
  EXPECT_TRUE(descend(arena, 0, reached).empty());
  first = {};
  EXPECT_FALSE(descend(arena, 0, reached).empty());
  EXPECT_EQ(arena.failed(), 1u);
}

// Where the arena may stand.

struct Loop {
  OwnedArena<1024> arena;
  Arena& frame_arena() { return arena; }
  [[gnu::noinline]] Task<> own(int) { co_return; }
  [[gnu::noinline]] Task<> other(Arena&) { co_return; }
  [[gnu::noinline]] Task<> allocator(int, std::allocator_arg_t, Arena&, int) { co_return; }
};

struct View {
  Loop& loop;
  Arena& frame_arena() const { return loop.arena; }
  [[gnu::noinline]] Task<> own() const { co_return; }
};

struct DerivedArena : Arena {
  using Arena::Arena;
};

[[gnu::noinline]] Task<> by_loop(int, Loop&) {
  co_return;
}
[[gnu::noinline]] Task<> by_view(const char*, View) {
  co_return;
}
[[gnu::noinline]] Task<> last(int, const std::string&, Arena&) {
  co_return;
}
[[gnu::noinline]] Task<> derived(DerivedArena&) {
  co_return;
}
[[gnu::noinline]] Task<> two_loops(Loop&, Loop&) {
  co_return;
}
template <class... Rest>
[[gnu::noinline]] Task<> generic(Rest&&...) {
  co_return;
}

bool lives_in(const Task<>& task, Loop& loop) {
  return !task.empty() && loop.arena->used() > 0;
}

TEST(TaskMemory, TheArenaIsFoundAtAnyPlaceAmongTheParameters) {
  Loop loop;
  const Arena& arena = loop.frame_arena();
  EXPECT_TRUE(lives_in(by_loop(1, loop), loop));
  EXPECT_TRUE(lives_in(by_view("", View{loop}), loop));
  EXPECT_TRUE(lives_in(last(1, "", loop.arena), loop));
  EXPECT_TRUE(lives_in(generic(1, loop.frame_arena()), loop));
  EXPECT_TRUE(lives_in(generic(loop, "x", 1), loop));
  EXPECT_EQ(arena.used(), 0u);
}

TEST(TaskMemory, TheArenaOfAMemberFunctionsObjectIsFound) {
  Loop loop;
  EXPECT_TRUE(lives_in(loop.own(1), loop));
  EXPECT_TRUE(lives_in(View{loop}.own(), loop));
  EXPECT_EQ(loop.arena->used(), 0u);
}

TEST(TaskMemory, TheArenaOfALambdasParameterIsFound) {
  Loop loop;
  const int captured = 3;
  int calls = 0;
  const auto plain = [](Loop&) -> Task<> { co_return; };
  const auto capturing = [captured](int, Arena&) -> Task<> {
    static_cast<void>(captured);
    co_return;
  };
  auto changing = [count = 0](Arena&, int& out) mutable -> Task<> {
    out = ++count;
    co_return;
  };
  EXPECT_TRUE(lives_in(plain(loop), loop));
  EXPECT_TRUE(lives_in(capturing(1, loop.arena), loop));
  EXPECT_TRUE(lives_in(changing(loop.arena, calls), loop));
  EXPECT_EQ(loop.arena->used(), 0u);
}

TEST(TaskMemory, AnArenaItselfGoesBeforeAnObjectThatOwnsOne) {
  Loop loop;
  Loop second;
  EXPECT_TRUE(lives_in(loop.other(second.arena), second));
  EXPECT_TRUE(lives_in(loop.allocator(1, std::allocator_arg, second.arena, 2), second));
  EXPECT_EQ(loop.arena->peak(), 0u);
}

TEST(TaskMemory, OfTwoOwnersTheFirstGivesTheArena) {
  Loop loop;
  Loop second;
  EXPECT_TRUE(lives_in(two_loops(loop, second), loop));
  EXPECT_TRUE(lives_in(loop.own(1), loop));
  EXPECT_EQ(second.arena->peak(), 0u);
}

TEST(TaskMemory, ADerivedArenaIsAnArena) {
  alignas(std::max_align_t) std::array<std::byte, 512> storage{};
  DerivedArena arena{storage};
  EXPECT_FALSE(derived(arena).empty());
  EXPECT_GT(arena.peak(), 0u);
}

TEST(TaskMemory, FramesFreedInAnyOrderLeaveTheArenaWhole) {
  OwnedArena<4096> arena;
  std::array<int, 4> order{0, 1, 2, 3};
  do {
    std::array<Task<>, 4> tasks;
    for (Task<>& task : tasks)
      task = nothing(arena);
    for (const int index : order)
      tasks[static_cast<std::size_t>(index)] = {};
    EXPECT_EQ(arena->used(), 0u);
    void* const whole = arena->allocate(arena->capacity() - Arena::space_for(0));
    EXPECT_NE(whole, nullptr);
    Arena::release(whole);
  } while (std::ranges::next_permutation(order).found);
}

}  // namespace
}  // namespace minimq

// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>

#include "support.hpp"

namespace minimq {
namespace {

using test::Gate;
using test::OwnedArena;
using test::Step;

constexpr int kMany = 1'000'000;
constexpr std::uintptr_t kStackBytesMax = 4096;

/// The range of stack addresses that the coroutines below have run at.
class StackRange {
 public:
  [[gnu::noinline]] void mark() {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    lowest_ = std::min(lowest_, here);
    highest_ = std::max(highest_, here);
  }
  [[nodiscard]] std::uintptr_t bytes() const { return highest_ - lowest_; }

 private:
  std::uintptr_t lowest_ = UINTPTR_MAX;
  std::uintptr_t highest_ = 0;
};

Task<Step> at_once(Arena&, StackRange& range) {
  range.mark();
  co_return 1;
}

Task<Step> through_a_child(Arena& arena, StackRange& range) {
  range.mark();
  co_return co_await at_once(arena, range);
}

Task<Step> after_the_gate(Arena&, StackRange& range, Gate& gate) {
  range.mark();
  const int value = co_await gate.pass();
  range.mark();
  co_return value;
}

TEST(TaskStack, AMillionChildrenThatFinishAtOnceUseConstantStack) {
  OwnedArena<4096> arena;
  StackRange range;
  const auto parent = [&range](Arena& frames) -> Task<Step> {
    int total = 0;
    for (int turn = 0; turn < kMany; ++turn) {
      range.mark();
      total += (co_await at_once(frames, range)).value_or(0);
    }
    co_return total;
  };
  Task<Step> task = parent(arena);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), kMany);
  EXPECT_LE(range.bytes(), kStackBytesMax);
}

TEST(TaskStack, AMillionChildrenWithChildrenUseConstantStack) {
  OwnedArena<4096> arena;
  StackRange range;
  const auto parent = [&range](Arena& frames) -> Task<Step> {
    int total = 0;
    for (int turn = 0; turn < kMany; ++turn) {
      range.mark();
      total += (co_await through_a_child(frames, range)).value_or(0);
    }
    co_return total;
  };
  Task<Step> task = parent(arena);
  ASSERT_TRUE(task.start());
  EXPECT_EQ(task.result(), kMany);
  EXPECT_LE(range.bytes(), kStackBytesMax);
}

TEST(TaskStack, ManyChildrenThatSuspendUseConstantStack) {
  OwnedArena<4096> arena;
  StackRange range;
  Gate gate;
  constexpr int kTurns = kMany / 10;
  const auto parent = [&](Arena& frames) -> Task<Step> {
    int total = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      range.mark();
      total += (co_await after_the_gate(frames, range, gate)).value_or(0);
      total += (co_await at_once(frames, range)).value_or(0);
    }
    co_return total;
  };
  Task<Step> task = parent(arena);
  ASSERT_TRUE(task.start());
  for (int turn = 0; turn < kTurns; ++turn)
    ASSERT_TRUE(gate.open(1));
  EXPECT_EQ(task.result(), 2 * kTurns);
  EXPECT_LE(range.bytes(), kStackBytesMax);
}

TEST(TaskStack, TheMeasurementSeesStackThatGrows) {
  StackRange range;
  struct Recursion {
    [[gnu::noinline]] static int down(StackRange& seen, int depth) {
      seen.mark();
      if (depth == 0) return 0;
      const int below = down(seen, depth - 1);
      seen.mark();
      return below + 1;
    }
  };
  EXPECT_EQ(Recursion::down(range, 1000), 1000);
  EXPECT_GT(range.bytes(), kStackBytesMax);
}

}  // namespace
}  // namespace minimq

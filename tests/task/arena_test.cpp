// SPDX-License-Identifier: MIT
#include <minimq/arena.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

namespace minimq {
namespace {

constexpr std::size_t kAlignment = alignof(std::max_align_t);
constexpr std::size_t kBlock = Arena::space_for(kAlignment);

static_assert(!std::is_copy_constructible_v<Arena> && !std::is_move_constructible_v<Arena>);
static_assert(!std::is_copy_assignable_v<Arena> && !std::is_move_assignable_v<Arena>);
static_assert(Arena::space_for(1) == Arena::space_for(kAlignment));
static_assert(Arena::space_for(kAlignment + 1) == kBlock + kAlignment);
static_assert(Arena::space_for(0) < Arena::space_for(1));

template <std::size_t Bytes>
struct Storage {
  alignas(std::max_align_t) std::array<std::byte, Bytes> bytes{};
};

bool is_aligned(const void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % kAlignment == 0;
}

TEST(Arena, ExactFitUsesEveryByteAndOneMoreIsRefused) {
  Storage<2 * kBlock> storage;
  Arena arena{storage.bytes};
  ASSERT_EQ(arena.capacity(), 2 * kBlock);
  EXPECT_EQ(arena.used(), 0u);
  EXPECT_EQ(arena.peak(), 0u);

  void* const whole = arena.allocate(2 * kBlock - Arena::space_for(0));
  ASSERT_NE(whole, nullptr);
  EXPECT_TRUE(is_aligned(whole));
  EXPECT_EQ(arena.used(), arena.capacity());
  EXPECT_EQ(arena.allocate(0), nullptr);
  Arena::release(whole);
  EXPECT_EQ(arena.used(), 0u);

  EXPECT_EQ(arena.allocate(2 * kBlock - Arena::space_for(0) + 1), nullptr);
  EXPECT_EQ(arena.failed(), 2u);
  EXPECT_EQ(arena.peak(), arena.capacity());
}

TEST(Arena, StorageWithoutRoomForAHeaderRefusesEverything) {
  Storage<kBlock> storage;
  for (std::size_t size = 0; size < Arena::space_for(0); ++size) {
    Arena arena{std::span{storage.bytes}.first(size)};
    EXPECT_EQ(arena.capacity(), 0u);
    EXPECT_EQ(arena.allocate(0), nullptr);
    EXPECT_EQ(arena.allocate(1), nullptr);
    EXPECT_EQ(arena.failed(), 2u);
    EXPECT_EQ(arena.peak(), 0u);
  }
  Arena none{{}};
  EXPECT_EQ(none.allocate(1), nullptr);
}

TEST(Arena, SizesNearTheLimitAreRefusedAndDoNotWrapAround) {
  Storage<4 * kBlock> storage;
  Arena arena{storage.bytes};
  constexpr std::size_t kLimit = std::numeric_limits<std::size_t>::max();
  for (std::size_t less = 0; less < 3 * kAlignment; ++less) {
    EXPECT_EQ(arena.allocate(kLimit - less), nullptr);
  }
  EXPECT_EQ(arena.failed(), 3 * kAlignment);
  EXPECT_EQ(arena.used(), 0u);
}

TEST(Arena, MisalignedStorageLosesOnlyItsEnds) {
  Storage<4 * kBlock> storage;
  for (std::size_t shift = 0; shift < kAlignment; ++shift) {
    for (std::size_t cut = 0; cut < kAlignment; ++cut) {
      storage.bytes.fill(std::byte{0x5A});
      const std::span<std::byte> whole{storage.bytes};
      const std::span<std::byte> part = whole.subspan(shift, whole.size() - shift - cut);
      Arena arena{part};
      const std::size_t lost = (shift == 0 ? 0 : kAlignment) + (cut == 0 ? 0 : kAlignment);
      ASSERT_EQ(arena.capacity(), whole.size() - lost);
      const std::size_t bytes = arena.capacity() - Arena::space_for(0);
      void* const memory = arena.allocate(bytes);
      ASSERT_NE(memory, nullptr);
      ASSERT_TRUE(is_aligned(memory));
      std::memset(memory, 0xFF, bytes);
      Arena::release(memory);
      const auto untouched = [](std::byte b) { return b == std::byte{0x5A}; };
      EXPECT_TRUE(std::ranges::all_of(whole.first(shift), untouched));
      EXPECT_TRUE(std::ranges::all_of(whole.last(cut), untouched));
    }
  }
}

TEST(Arena, EveryOrderOfFreeingFourBlocksGrowsTogetherAgain) {
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  do {
    Storage<4 * kBlock> storage;
    Arena arena{storage.bytes};
    std::array<void*, 4> blocks{};
    for (void*& block : blocks)
      block = arena.allocate(kAlignment);
    ASSERT_EQ(arena.used(), arena.capacity());
    for (const std::size_t index : order)
      Arena::release(blocks[index]);
    ASSERT_EQ(arena.used(), 0u);
    EXPECT_NE(arena.allocate(arena.capacity() - Arena::space_for(0)), nullptr);
    EXPECT_EQ(arena.failed(), 0u);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Arena, HolesBetweenUsedBlocksDoNotServeALargerRequest) {
  Storage<4 * kBlock> storage;
  Arena arena{storage.bytes};
  std::array<void*, 4> blocks{};
  for (void*& block : blocks)
    block = arena.allocate(kAlignment);
  Arena::release(blocks[0]);
  Arena::release(blocks[2]);
  EXPECT_EQ(arena.capacity() - arena.used(), 2 * kBlock);
  EXPECT_EQ(arena.allocate(kAlignment + 1), nullptr);
  EXPECT_EQ(arena.failed(), 1u);

  Arena::release(blocks[1]);
  void* const joined = arena.allocate(3 * kBlock - Arena::space_for(0));
  EXPECT_EQ(joined, blocks[0]);
  EXPECT_EQ(arena.used(), arena.capacity());
}

TEST(Arena, TheLowestHoleThatFitsIsTaken) {
  Storage<6 * kBlock> storage;
  Arena arena{storage.bytes};
  void* const small = arena.allocate(kAlignment);
  [[maybe_unused]] void* const wall = arena.allocate(kAlignment);
  void* const large = arena.allocate(2 * kBlock);
  Arena::release(large);
  Arena::release(small);
  EXPECT_EQ(arena.allocate(2 * kBlock), large);
  EXPECT_EQ(arena.allocate(1), small);
}

TEST(Arena, ReleasingNothingIsAllowed) {
  Arena::release(nullptr);
}

/// A seeded sequence of allocations and releases; returns which allocations succeeded where.
std::vector<std::ptrdiff_t> play(Arena& arena, std::byte* origin, std::uint32_t seed) {
  struct Live {
    std::byte* memory;
    std::size_t size;
    std::byte mark;
  };
  std::mt19937 random{seed};
  std::vector<Live> live;
  std::vector<std::ptrdiff_t> places;
  for (int step = 0; step < 400; ++step) {
    if (random() % 5 < 3) {
      const std::size_t size = random() % 97;
      const auto mark = static_cast<std::byte>(step);
      auto* const memory = static_cast<std::byte*>(arena.allocate(size));
      places.push_back(memory == nullptr ? -1 : memory - origin);
      if (memory == nullptr) continue;
      std::fill_n(memory, size, mark);
      live.push_back({memory, size, mark});
    } else if (!live.empty()) {
      const auto chosen = live.begin() + static_cast<std::ptrdiff_t>(random() % live.size());
      const std::span<const std::byte> content{chosen->memory, chosen->size};
      const bool intact = std::ranges::all_of(content, [&](auto b) { return b == chosen->mark; });
      EXPECT_TRUE(intact) << "two blocks overlap, seed " << seed;
      Arena::release(chosen->memory);
      live.erase(chosen);
    }
  }
  for (const Live& one : live)
    Arena::release(one.memory);
  return places;
}

TEST(Arena, AnArenaAsLargeAsThePeakServesTheSameCallsAtTheSamePlaces) {
  std::size_t overfull = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Storage<16384> storage;
    Arena generous{storage.bytes};
    const auto places = play(generous, storage.bytes.data(), seed);
    ASSERT_EQ(generous.failed(), 0u);
    ASSERT_EQ(generous.used(), 0u);
    ASSERT_NE(generous.allocate(generous.capacity() - Arena::space_for(0)), nullptr);

    Storage<16384> again;
    const std::size_t peak = [&] {
      Arena measured{again.bytes};
      play(measured, again.bytes.data(), seed);
      return measured.peak();
    }();
    Arena exact{std::span{again.bytes}.first(peak)};
    EXPECT_EQ(play(exact, again.bytes.data(), seed), places);
    EXPECT_EQ(exact.failed(), 0u);
    EXPECT_EQ(exact.peak(), peak);

    Arena tight{std::span{again.bytes}.first(peak - kAlignment)};
    play(tight, again.bytes.data(), seed);
    overfull += tight.failed() > 0 ? 1 : 0;
  }
  EXPECT_EQ(overfull, 200u) << "an arena below the peak must refuse something";
}

}  // namespace
}  // namespace minimq

// SPDX-License-Identifier: MIT
#include "minimq/detail/tx_log.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace minimq::detail {
namespace {

struct Storage {
  explicit Storage(std::size_t size) : bytes(size) {}
  std::vector<std::byte> bytes;  // From the heap, which aligns enough for a Slot.
};

SlotIndex append(TxLog& log, std::size_t size, std::byte fill) {
  const auto space = log.space(size);
  if (space.size() < size) return no_slot;
  std::ranges::fill(space.first(size), fill);
  return log.append(SlotKind::qos1, 0, size);
}

bool filled_with(TxLog& log, SlotIndex index, std::size_t size, std::byte fill) {
  const auto packet = log.packet(index);
  return packet.size() == size &&
         std::ranges::all_of(packet, [&](std::byte b) { return b == fill; });
}

TEST(TxLog, FindsASlotByItsPacketIdentifierOnlyWhileItIsInUse) {
  Storage storage{256};
  TxLog log{storage.bytes};
  log.seed(0x1234);
  const SlotIndex index = append(log, 10, std::byte{1});
  const std::uint16_t id = log[index].packet_id;
  EXPECT_EQ(log.find(id), index);
  EXPECT_EQ(log.find(static_cast<std::uint16_t>(id + 1)), no_slot);
  log.release(index);
  EXPECT_EQ(log.find(id), no_slot);
}

TEST(TxLog, NeverUsesPacketIdentifierZeroNorOneThatIsInUse) {
  Storage storage{512};
  TxLog log{storage.bytes};
  log.seed(0xFFF0);
  const std::uint16_t held = log[append(log, 10, std::byte{1})].packet_id;
  for (int round = 0; round < 3 * 65'536; ++round) {
    const SlotIndex index = append(log, 4, std::byte{2});
    ASSERT_NE(index, no_slot);
    ASSERT_NE(log[index].packet_id, 0);
    ASSERT_NE(log[index].packet_id, held);
    log.release(index);
  }
  EXPECT_NE(log.find(held), no_slot);
}

TEST(TxLog, MovesPacketsDownWhenRoomIsNeededAndKeepsTheirOrder) {
  Storage storage{160};
  TxLog log{storage.bytes};
  const SlotIndex a = append(log, 30, std::byte{1});
  const SlotIndex b = append(log, 30, std::byte{2});
  ASSERT_EQ(append(log, 60, std::byte{3}), no_slot);
  log.release(a);
  const SlotIndex c = append(log, 60, std::byte{3});
  ASSERT_NE(c, no_slot);
  EXPECT_TRUE(filled_with(log, b, 30, std::byte{2}));
  EXPECT_TRUE(filled_with(log, c, 60, std::byte{3}));
  EXPECT_EQ(log.log_head(), b);
  EXPECT_EQ(log[b].next, c);
}

TEST(TxLog, DoesNotMoveThePacketThatIsHalfWritten) {
  Storage storage{256};
  TxLog log{storage.bytes};
  const SlotIndex a = append(log, 40, std::byte{1});
  const SlotIndex b = append(log, 40, std::byte{2});
  log.pin(b);
  const std::byte* const before = log.packet(b).data();
  log.release(a);
  (void)log.space(SIZE_MAX);
  EXPECT_EQ(log.packet(b).data(), before);
  log.pin(no_slot);
  (void)log.space(SIZE_MAX);
  EXPECT_NE(log.packet(b).data(), before);
  EXPECT_TRUE(filled_with(log, b, 40, std::byte{2}));
}

TEST(TxLog, GivesBackTheMemoryOfSlotsThatAreFree) {
  Storage storage{512};
  TxLog log{storage.bytes};
  const std::size_t all = log.space(SIZE_MAX).size();
  std::vector<SlotIndex> slots;
  for (int i = 0; i < 8; ++i)
    slots.push_back(append(log, 8, std::byte{1}));
  for (const SlotIndex index : slots)
    log.release(index);
  EXPECT_EQ(log.space(SIZE_MAX).size(), all);
  EXPECT_EQ(log.used(), 0u);
}

TEST(TxLog, RefusesWhenPacketsAndSlotsHaveMet) {
  Storage storage{128};
  TxLog log{storage.bytes};
  int accepted = 0;
  while (append(log, 20, std::byte{1}) != no_slot)
    ++accepted;
  EXPECT_EQ(accepted, 3);  // 3 * (20 + 16) = 108, and 36 more do not fit
  EXPECT_EQ(log.used(), 108u);
  EXPECT_EQ(log.peak(), 108u);
}

// Any order of appending, shrinking, releasing, pinning and moving between lists keeps every
// packet's bytes and the order of the log.
TEST(TxLog, KeepsEveryPacketThroughAnyOrderOfOperations) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random{seed};
    Storage storage{256 + random() % 512 / 4 * 4};
    TxLog log{storage.bytes};
    struct Known {
      std::size_t size;
      std::byte fill;
    };
    std::map<SlotIndex, Known> known;
    std::vector<SlotIndex> order;
    for (int step = 0; step < 500; ++step) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " step " << step);
      const auto fill = static_cast<std::byte>(random());
      if (random() % 2 == 0 || known.empty()) {
        const std::size_t size = 1 + random() % 60;
        if (const SlotIndex index = append(log, size, fill); index != no_slot) {
          ASSERT_FALSE(known.contains(index));
          known[index] = {size, fill};
          order.push_back(index);
        }
      } else {
        auto it = known.begin();
        std::advance(it, random() % known.size());
        const SlotIndex index = it->first;
        switch (random() % 4) {
          case 0:
            if (log.pinned() == no_slot) log.pin(index);
            break;
          case 1: {
            const std::size_t kept = it->second.size == 0 ? 0 : random() % it->second.size;
            log.shrink(index, kept);
            it->second.size = kept;
            break;
          }
          case 2: log.pin(no_slot); break;
          default:
            log.release(index);
            known.erase(it);
            std::erase(order, index);
        }
      }
      for (const auto& [index, packet] : known) {
        ASSERT_TRUE(filled_with(log, index, packet.size, packet.fill));
      }
      std::vector<SlotIndex> walked;
      for (SlotIndex i = log.log_head(); i != no_slot; i = log[i].next)
        walked.push_back(i);
      ASSERT_EQ(walked, order);
    }
  }
}

}  // namespace
}  // namespace minimq::detail

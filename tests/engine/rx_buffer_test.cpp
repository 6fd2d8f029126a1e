// SPDX-License-Identifier: MIT
#include "minimq/detail/rx_buffer.hpp"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace minimq::detail {
namespace {

void receive(RxBuffer& rx, std::size_t count, std::byte fill) {
  const auto space = rx.space();
  ASSERT_GE(space.size(), count);
  std::ranges::fill(space.first(count), fill);
  rx.commit(count);
}

TEST(RxBuffer, ReusesItsWholeSizeWhenEverythingWasTaken) {
  std::vector<std::byte> memory(64);
  RxBuffer rx{memory};
  receive(rx, 60, std::byte{1});
  rx.drop(60);
  rx.close_gap();
  EXPECT_EQ(rx.space().size(), 64u);
  EXPECT_EQ(rx.peak(), 60u);
}

TEST(RxBuffer, DoesNotMoveTheMessageThatIsHeldAndIsBlockedWhenFull) {
  std::vector<std::byte> memory(64);
  RxBuffer rx{memory};
  receive(rx, 10, std::byte{1});
  rx.drop(10);
  rx.close_gap();
  receive(rx, 20, std::byte{2});
  rx.keep(20);
  const std::byte* const held = rx.untaken().data();
  rx.hold(20);
  receive(rx, rx.space().size(), std::byte{3});
  EXPECT_TRUE(rx.space().empty());
  EXPECT_TRUE(rx.blocked());
  EXPECT_EQ(*held, std::byte{2});
  rx.release();
  EXPECT_FALSE(rx.blocked());
  EXPECT_GE(rx.space().size(), 20u);
}

TEST(RxBuffer, ClosesTheGapOfDroppedPacketsBehindAMessageNobodyHasTaken) {
  std::vector<std::byte> memory(64);
  RxBuffer rx{memory};
  receive(rx, 10, std::byte{1});
  rx.keep(10);
  receive(rx, 40, std::byte{2});
  rx.drop(40);
  rx.close_gap();
  EXPECT_EQ(rx.untaken().size(), 10u);
  EXPECT_EQ(rx.space().size(), 54u);
}

TEST(RxBuffer, ForgetsAllButTheHeldMessageWithItsLink) {
  std::vector<std::byte> memory(64);
  RxBuffer rx{memory};
  receive(rx, 50, std::byte{1});
  rx.keep(10);
  rx.keep(10);
  rx.hold(10);
  rx.clear();
  EXPECT_TRUE(rx.holding());
  EXPECT_TRUE(rx.untaken().empty());
  EXPECT_TRUE(rx.unscanned().empty());
  rx.release();
  EXPECT_EQ(rx.space().size(), 64u);
}

// A stream of packets of random sizes, some kept and taken later, some dropped, read in random
// pieces: every byte kept is seen, in order.
TEST(RxBuffer, LosesNoByteInAnyOrderOfReadingScanningAndTaking) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random{seed};
    std::vector<std::byte> memory(48 + random() % 80);
    RxBuffer rx{memory};
    std::deque<std::vector<std::byte>> kept;
    std::vector<std::byte> partial;
    std::uint8_t next = 0;
    for (int step = 0; step < 2000; ++step) {
      const auto action = random() % 3;
      if (action == 0) {
        const auto space = rx.space();
        const std::size_t count = space.empty() ? 0 : random() % (space.size() + 1);
        for (std::size_t i = 0; i < count; ++i)
          partial.push_back(space[i] = std::byte{next++});
        rx.commit(count);
      } else if (action == 1) {
        for (int packets = 0; packets < 3 && !partial.empty(); ++packets) {
          const std::size_t size = 1 + random() % partial.size();
          ASSERT_TRUE(std::ranges::equal(rx.unscanned(), partial)) << "seed " << seed;
          const std::vector<std::byte> packet(partial.begin(),
                                              partial.begin() + static_cast<std::ptrdiff_t>(size));
          partial.erase(partial.begin(), partial.begin() + static_cast<std::ptrdiff_t>(size));
          if (random() % 2 == 0) {
            rx.keep(size);
            kept.push_back(packet);
          } else {
            rx.drop(size);
          }
        }
        rx.close_gap();
      } else if (!kept.empty()) {
        ASSERT_TRUE(std::ranges::equal(rx.untaken().first(kept.front().size()), kept.front()));
        rx.hold(kept.front().size());
        if (random() % 2 == 0)
          receive(rx, std::min<std::size_t>(rx.space().size(), 0), std::byte{});
        rx.release();
        kept.pop_front();
      }
      std::size_t untaken = 0;
      for (const auto& packet : kept)
        untaken += packet.size();
      ASSERT_EQ(rx.untaken().size(), untaken) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace minimq::detail

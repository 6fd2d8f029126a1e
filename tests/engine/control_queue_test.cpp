// SPDX-License-Identifier: MIT
#include "minimq/detail/control_queue.hpp"

#include <array>
#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace minimq::detail {
namespace {

struct ControlQueueTest : ::testing::Test {
  std::array<std::byte, ControlQueue::capacity> memory;
  ControlQueue queue{memory.data()};

  std::string pending() { return minimq::testing::to_hex(queue.pending()); }
};

TEST_F(ControlQueueTest, WritesAcknowledgementsInTheirShortestForm) {
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 0x1234, ReasonCode::success));
  ASSERT_TRUE(queue.add_ack(PacketType::pubrel, 7, ReasonCode::packet_identifier_not_found));
  ASSERT_TRUE(queue.add_pingreq());
  EXPECT_EQ(pending(), "40 02 12 34 62 03 00 07 92 C0 00");
}

TEST_F(ControlQueueTest, RefusesWhatDoesNotFitAndKeepsTheRest) {
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(queue.add_ack(PacketType::puback, 1, ReasonCode::success));
  EXPECT_FALSE(queue.add_pingreq());
  EXPECT_EQ(queue.pending().size(), ControlQueue::capacity);
  queue.consume(4);
  EXPECT_TRUE(queue.add_pingreq());
}

TEST_F(ControlQueueTest, KeepsOnlyThePacketThatIsHalfWrittenBeforeADisconnect) {
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 1, ReasonCode::success));
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 2, ReasonCode::success));
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 3, ReasonCode::success));
  queue.consume(5);
  queue.keep_half_written();
  queue.add_disconnect(ReasonCode::protocol_error);
  EXPECT_EQ(pending(), "02 00 02 E0 01 82");
}

TEST_F(ControlQueueTest, KeepsNothingBeforeADisconnectAtAPacketBoundary) {
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 1, ReasonCode::success));
  ASSERT_TRUE(queue.add_ack(PacketType::puback, 2, ReasonCode::success));
  queue.consume(4);
  queue.keep_half_written();
  queue.add_disconnect(ReasonCode::normal_disconnection);
  EXPECT_EQ(pending(), "E0 00");
}

// Full, with one byte of the first packet written: the hardest place for a DISCONNECT to fit.
TEST_F(ControlQueueTest, FindsRoomForADisconnectAtEveryPointOfAFullQueue) {
  for (std::size_t written = 0; written <= ControlQueue::capacity; ++written) {
    queue.clear();
    for (std::uint16_t i = 0; i < 8; ++i) {
      ASSERT_TRUE(queue.add_ack(PacketType::puback, i, ReasonCode::quota_exceeded));
    }
    queue.consume(written);
    queue.keep_half_written();
    queue.add_disconnect(ReasonCode::packet_too_large);
    const std::size_t half = written % 5 == 0 ? 0 : 5 - written % 5;
    ASSERT_EQ(queue.pending().size(), half + 3) << written;
    ASSERT_EQ(minimq::testing::to_hex(queue.pending().last(3)), "E0 01 95") << written;
  }
}

TEST_F(ControlQueueTest, GoesOnForEverByteByByte) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(
        queue.add_ack(PacketType::pubcomp, static_cast<std::uint16_t>(i), ReasonCode::success));
    ASSERT_TRUE(queue.add_ack(PacketType::puback, 9, ReasonCode::unspecified_error));
    for (int byte = 0; byte < 9; ++byte)
      queue.consume(1);
    ASSERT_TRUE(queue.empty());
  }
}

}  // namespace
}  // namespace minimq::detail

// SPDX-License-Identifier: MIT
#include <vector>

#include "support.hpp"

namespace minimq::lwip_sockets::test {
namespace {

// An open connection.
struct StreamTest : SocketsTest {
  StreamTest() {
    EXPECT_TRUE(opens(at(listener)));
    peer = listener.accept();
  }

  // Writes until lwIP takes nothing any more, and returns what it took.
  std::string fill() {
    const std::string block(1'000, '.');
    std::string taken;
    for (;;) {
      const Result<std::size_t> count = write(block);
      EXPECT_TRUE(count);
      if (!count || *count == 0) return taken;
      taken += block.substr(0, *count);
    }
  }

  Listener listener;
  Peer peer;
};

TEST_F(StreamTest, NothingToReadIsNotAnError) {
  std::array<std::byte, 8> space;
  EXPECT_EQ(transport.read(space), Result<std::size_t>{0});
}

TEST_F(StreamTest, PiecesArriveInTheirOrder) {
  const std::array<Bytes, 6> pieces{Bytes{},         as_bytes("MQ"), as_bytes("T"),
                                    as_bytes("T 5"), Bytes{},        as_bytes(".0")};
  EXPECT_EQ(transport.write(pieces), Result<std::size_t>{8});
  EXPECT_EQ(peer.receive(8), "MQTT 5.0");
}

TEST_F(StreamTest, NoPiecesAndEmptyPiecesAreNothing) {
  EXPECT_EQ(transport.write({}), Result<std::size_t>{0});
  const std::array<Bytes, 2> empty{};
  EXPECT_EQ(transport.write(empty), Result<std::size_t>{0});
}

TEST_F(StreamTest, MorePiecesThanLwipGetsAtOnceGoOutInTurns) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += static_cast<char>('0' + i);
  std::vector<Bytes> pieces;
  for (std::size_t i = 0; i < text.size(); ++i)
    pieces.push_back(as_bytes(std::string_view{text}.substr(i, 1)));
  TxSpans left{pieces};
  while (!left.empty()) {
    const Result<std::size_t> count = transport.write(left);
    ASSERT_TRUE(count);
    left = left.subspan(*count);
    if (*count > 0) continue;
    Bell bell;
    transport.wait(to_write, std::nullopt, bell);
    turn_until([&] { return bell.rung > 0; });
  }
  EXPECT_EQ(peer.receive(text.size()), text);
}

TEST_F(StreamTest, AFullSocketTakesAPartThenNothingAndTellsWhenItHasRoom) {
  std::string taken = fill();
  EXPECT_GT(taken.size(), 0U);
  Bell bell;
  transport.wait(to_write, std::nullopt, bell);
  std::string received;
  while (bell.rung < 1) {
    received += peer.receive_some();
    ASSERT_TRUE(loop.run_once(loop.now()));
  }
  Result<std::size_t> more = 0;
  while (more == 0U)
    more = write("!");
  ASSERT_EQ(more, Result<std::size_t>{1});
  transport.close();
  for (std::string rest = peer.receive_some(); !rest.empty(); rest = peer.receive_some())
    received += rest;
  EXPECT_EQ(received.size(), taken.size() + 1);
  EXPECT_EQ(received, taken + "!");
}

TEST_F(StreamTest, TheEndOfTheStreamIsReportedAfterItsBytes) {
  ASSERT_TRUE(peer.send("bye"));
  peer.close();
  EXPECT_EQ(read(), Result<std::string>{"bye"});
  EXPECT_EQ(read().error(), Error::link_closed);
}

TEST_F(StreamTest, AResetIsReported) {
  peer.reset();
  EXPECT_EQ(read().error(), Error::link_closed);
  EXPECT_NE(transport.last_errno(), 0);
}

TEST_F(StreamTest, WritingToAPeerThatIsGoneIsAnError) {
  peer.reset();
  Result<std::size_t> count = 0;
  while (count)
    count = write("x");
  EXPECT_EQ(count.error(), Error::link_closed);
  EXPECT_EQ(write("x").error(), Error::link_closed);
  EXPECT_GE(transport.descriptor(), 0) << "the transport itself is not closed by an error";
}

TEST_F(StreamTest, WhatWasThereBeforeTheWaitCounts) {
  ASSERT_TRUE(peer.send("x"));
  ASSERT_EQ(read(), Result<std::string>{"x"});
  ASSERT_TRUE(peer.send("y"));
  Bell bell;
  transport.wait(to_read, std::nullopt, bell);
  EXPECT_EQ(bell.rung, 0) << "never from inside the call";
  turn_until([&] { return bell.rung > 0; });
  transport.wait(to_read, std::nullopt, bell);
  turn_until([&] { return bell.rung > 1; });
}

TEST_F(StreamTest, WhatWasReadInPartIsStillThere) {
  ASSERT_TRUE(peer.send("xy"));
  Bell bell;
  transport.wait(to_read, std::nullopt, bell);
  turn_until([&] { return bell.rung > 0; });
  std::array<std::byte, 1> one;
  ASSERT_EQ(transport.read(one), Result<std::size_t>{1});
  transport.wait(to_read, std::nullopt, bell);
  turn_until([&] { return bell.rung > 1; });
  ASSERT_EQ(transport.read(one), Result<std::size_t>{1});
  EXPECT_EQ(as_text(one), "y");
}

TEST_F(StreamTest, ACancelledWaiterIsNotTold) {
  Bell bell;
  ASSERT_TRUE(peer.send("x"));
  transport.wait(to_read, loop.now(), bell);
  transport.cancel(bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
}

TEST_F(StreamTest, AWaitEndsAtItsDeadline) {
  Bell bell;
  const Instant deadline = loop.now() + 5ms;
  transport.wait(to_read, deadline, bell);
  turn_until([&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
}

TEST_F(StreamTest, AClosedTransportTellsItsWaiterInTheNextTurn) {
  Bell bell;
  transport.wait(to_read, std::nullopt, bell);
  transport.close();
  EXPECT_EQ(bell.rung, 0);
  turn_until([&] { return bell.rung > 0; });
}

TEST_F(StreamTest, APeerThatHungUpDoesNotSpinALoopThatWishesNothing) {
  peer.reset();
  Bell hung_up;
  transport.wait(to_read, std::nullopt, hung_up);
  turn_until([&] { return hung_up.rung > 0; });

  Bell bell;
  const std::uint64_t before = loop.turns();
  transport.wait(nothing, loop.now() + 20ms, bell);
  turn_until([&] { return bell.rung > 0; });
  EXPECT_LE(loop.turns() - before, 3U);
  transport.wait(to_read, std::nullopt, bell);
  turn_until([&] { return bell.rung > 1; });
}

TEST_F(StreamTest, APeerThatHungUpEndsAWaitForRoom) {
  fill();
  Bell bell;
  transport.wait(to_write, std::nullopt, bell);
  peer.reset();
  turn_until([&] { return bell.rung > 0; });
  Result<std::size_t> count = 0;
  while (count)
    count = write("x");
  EXPECT_EQ(count.error(), Error::link_closed);
}

TEST_F(StreamTest, AWaiterMayCloseAndOpenAgain) {
  Call reopen{[&] {
    transport.close();
    ASSERT_TRUE(transport.open(at(listener)));
  }};
  ASSERT_TRUE(peer.send("old"));
  transport.wait(to_read, std::nullopt, reopen);
  const std::uint64_t before = loop.turns();
  turn_until([&] { return loop.turns() > before; });
  ASSERT_TRUE(opens(at(listener)));
  Peer second = listener.accept();
  ASSERT_TRUE(second.send("new"));
  EXPECT_EQ(read(), Result<std::string>{"new"});
}

}  // namespace
}  // namespace minimq::lwip_sockets::test

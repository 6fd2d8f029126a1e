// SPDX-License-Identifier: MIT
#include <minimq/posix/tcp_transport.hpp>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

using namespace std::chrono_literals;

constexpr Interest nothing{};

// An open connection.
struct TcpStreamTest : testing::Test {
  TcpStreamTest() {
    EXPECT_TRUE(opens(loop, transport, Broker{"127.0.0.1", listener.port()}));
    peer = listener.accept();
  }

  // Writes until the system takes nothing any more, and returns what it took.
  std::string fill() {
    const std::string block(65'536, '.');
    std::string taken;
    for (;;) {
      const Result<std::size_t> count = write(transport, block);
      EXPECT_TRUE(count);
      if (!count || *count == 0) return taken;
      taken += block.substr(0, *count);
    }
  }

  EventLoop loop;
  TcpTransport transport{loop};
  Listener listener;
  Peer peer{-1};
};

TEST_F(TcpStreamTest, NothingToReadIsNotAnError) {
  std::array<std::byte, 8> space;
  EXPECT_EQ(transport.read(space), Result<std::size_t>{0});
}

TEST_F(TcpStreamTest, PiecesArriveInTheirOrder) {
  const std::array<Bytes, 4> pieces{as_bytes("MQ"), as_bytes("T"), as_bytes("T 5"), as_bytes(".0")};
  EXPECT_EQ(transport.write(pieces), Result<std::size_t>{8});
  EXPECT_EQ(peer.receive(8), "MQTT 5.0");
}

TEST_F(TcpStreamTest, NoPiecesAreNothing) {
  EXPECT_EQ(transport.write({}), Result<std::size_t>{0});
}

TEST_F(TcpStreamTest, MorePiecesThanTheSystemGetsAtOnceGoOutInTurns) {
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
    ASSERT_GT(*count, 0U);
    left = left.subspan(*count);
  }
  EXPECT_EQ(peer.receive(text.size()), text);
}

TEST_F(TcpStreamTest, AFullSocketTakesAPartThenNothingAndTellsWhenItHasRoom) {
  const std::string taken = fill();
  Bell bell;
  transport.wait(to_write, loop.now(), bell);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1) << "only because of the deadline";
  EXPECT_EQ(write(transport, "x"), Result<std::size_t>{0});

  transport.wait(to_write, std::nullopt, bell);
  std::string received;
  while (bell.rung < 2) {
    received += peer.receive(65'536);
    ASSERT_TRUE(loop.run_once(loop.now()));
  }
  ASSERT_EQ(write(transport, "!"), Result<std::size_t>{1});
  transport.close();
  for (std::string more = peer.receive(65'536); !more.empty(); more = peer.receive(65'536))
    received += more;
  EXPECT_EQ(received.size(), taken.size() + 1);
  EXPECT_EQ(received, taken + "!");
}

TEST_F(TcpStreamTest, TheEndOfTheStreamIsReportedAfterItsBytes) {
  peer.send("bye");
  peer.close();
  EXPECT_EQ(read(loop, transport), Result<std::string>{"bye"});
  EXPECT_EQ(read(loop, transport).error(), Error::link_closed);
}

TEST_F(TcpStreamTest, AResetIsReported) {
  peer.reset();
  EXPECT_EQ(read(loop, transport).error(), Error::link_closed);
  EXPECT_EQ(transport.last_errno(), ECONNRESET);
}

TEST_F(TcpStreamTest, WritingToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  peer.reset();
  Result<std::size_t> count = 0;
  while (count)
    count = write(transport, "x");
  EXPECT_EQ(count.error(), Error::link_closed);
  EXPECT_EQ(write(transport, "x").error(), Error::link_closed);
}

TEST_F(TcpStreamTest, TheTransportItselfIsNotClosedByAnError) {
  peer.reset();
  ASSERT_FALSE(read(loop, transport));
  EXPECT_GE(transport.descriptor(), 0);
  transport.close();
  EXPECT_EQ(transport.descriptor(), -1);
}

TEST_F(TcpStreamTest, WhatWasThereBeforeTheWaitCounts) {
  peer.send("x");
  ASSERT_EQ(read(loop, transport), Result<std::string>{"x"});
  peer.send("y");
  Bell bell;
  transport.wait(to_read, std::nullopt, bell);
  EXPECT_EQ(bell.rung, 0) << "never from inside the call";
  turn_until(loop, [&] { return bell.rung > 0; });
  transport.wait(to_read, std::nullopt, bell);
  turn_until(loop, [&] { return bell.rung > 1; });
}

TEST_F(TcpStreamTest, AWaiterIsToldOnce) {
  peer.send("x");
  Bell bell;
  transport.wait({.read = true, .write = true}, loop.now(), bell);
  ASSERT_TRUE(loop.run_once());
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 1) << "readable, writable and past the deadline at once";
}

TEST_F(TcpStreamTest, AWaiterThatIsRegisteredAnewHasItsNewWish) {
  Bell bell;
  transport.wait(to_write, std::nullopt, bell);
  transport.wait(to_read, std::nullopt, bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
  transport.wait(to_write, std::nullopt, bell);
  transport.wait(nothing, loop.now() + 1h, bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
  transport.wait(to_read, Instant::min(), bell);
  transport.wait(to_read, std::nullopt, bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
}

TEST_F(TcpStreamTest, AWaitThatIsOverWatchesNothing) {
  Bell bell;
  transport.wait(to_read, Instant::min(), bell);
  turn_until(loop, [&] { return bell.rung > 0; });
  peer.send("x");
  const Instant deadline = loop.now() + 5ms;
  ASSERT_TRUE(loop.run_once(deadline));
  EXPECT_GE(loop.now(), deadline) << "what ended this turn, nobody had asked for";
}

TEST_F(TcpStreamTest, AWaitEndsAtItsDeadline) {
  Bell bell;
  const Instant deadline = loop.now() + 5ms;
  transport.wait(to_read, deadline, bell);
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
}

TEST_F(TcpStreamTest, APastDeadlineEndsTheWaitInTheNextTurn) {
  Bell bell;
  transport.wait(nothing, Instant::min(), bell);
  EXPECT_EQ(bell.rung, 0);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
}

TEST_F(TcpStreamTest, ACancelledWaiterIsNotTold) {
  Bell bell;
  Bell stranger;
  peer.send("x");
  transport.wait(to_read, loop.now(), bell);
  transport.cancel(stranger);
  transport.cancel(bell);
  transport.cancel(bell);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 0);
}

TEST_F(TcpStreamTest, CancellingAnotherWaiterChangesNothing) {
  Bell bell;
  Bell stranger;
  peer.send("x");
  transport.wait(to_read, std::nullopt, bell);
  transport.cancel(stranger);
  turn_until(loop, [&] { return bell.rung > 0; });
}

TEST_F(TcpStreamTest, AClosedTransportTellsItsWaiterInTheNextTurn) {
  Bell bell;
  transport.wait(to_read, std::nullopt, bell);
  transport.close();
  EXPECT_EQ(bell.rung, 0);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
}

TEST_F(TcpStreamTest, AWaiterWithoutAWishSurvivesTheClose) {
  Bell bell;
  const Instant deadline = loop.now() + 10ms;
  transport.wait(nothing, deadline, bell);
  transport.close();
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
}

TEST_F(TcpStreamTest, APeerThatHungUpDoesNotSpinALoopThatWishesNothing) {
  peer.reset();
  Bell hung_up;
  transport.wait(to_read, std::nullopt, hung_up);
  turn_until(loop, [&] { return hung_up.rung > 0; });

  Bell bell;
  const std::uint64_t before = loop.turns();
  transport.wait(nothing, loop.now() + 20ms, bell);
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_LE(loop.turns() - before, 2U);

  transport.wait(to_read, std::nullopt, bell);
  turn_until(loop, [&] { return bell.rung > 1; });
}

TEST_F(TcpStreamTest, APeerThatHungUpEndsAWaitForRoom) {
  fill();
  Bell bell;
  transport.wait(to_write, std::nullopt, bell);
  peer.reset();
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_EQ(write(transport, "x").error(), Error::link_closed);
}

TEST_F(TcpStreamTest, AWaiterMayCloseAndOpenAgain) {
  const Broker broker{"127.0.0.1", listener.port()};
  Call reopen{[&] {
    transport.close();
    ASSERT_TRUE(transport.open(broker));
  }};
  peer.send("old");
  transport.wait(to_read, std::nullopt, reopen);
  ASSERT_TRUE(loop.run_once());
  ASSERT_TRUE(opens(loop, transport, broker));
  Peer second = listener.accept();
  second.send("new");
  EXPECT_EQ(read(loop, transport), Result<std::string>{"new"});
}

}  // namespace
}  // namespace minimq::posix::test

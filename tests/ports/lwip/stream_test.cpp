// SPDX-License-Identifier: MIT
//
// An open connection: windows, ends, resets, memory, farewells.
#include <lwip/priv/tcp_priv.h>

#include "ports/lwip/stack.hpp"

namespace minimq::lwip::test {
namespace {

class LwipStream : public LwipTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(open(peer_.broker()));
    ASSERT_TRUE(turn_until([&] { return peer_.connected(); }));
  }
  void TearDown() override { Stack::memory() = nullptr; }

  static std::string long_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
      text[i] = static_cast<char>('a' + i * i % 23);
    return text;
  }

  Peer peer_{/*reading=*/false};
};

TEST_F(LwipStream, APeerThatClosesIsReadToItsEnd) {
  peer_.send("last words");
  peer_.close();
  std::string text;
  ASSERT_TRUE(turn_until([&] { return (text += read()) == "last words"; }));
  EXPECT_EQ(read_once().error(), Error::link_closed);
}

TEST_F(LwipStream, AfterTheEndOfThePeersStreamOursGoesOn) {
  peer_.read_on();
  ASSERT_EQ(write("before"), 6);
  ASSERT_TRUE(turn_until([&] { return peer_.text() == "before"; }));
}

TEST_F(LwipStream, AResetEndsReadingAndWriting) {
  peer_.reset();
  ASSERT_TRUE(turn_until([&] { return !read_once().has_value(); }));
  EXPECT_EQ(read_once().error(), Error::link_closed);
  EXPECT_EQ(write("x").error(), Error::link_closed);
  EXPECT_EQ(transport_.last_error(), ERR_RST);
}

TEST_F(LwipStream, WhatCameBeforeAResetIsStillRead) {
  peer_.send("refused, because");
  ASSERT_TRUE(turn_until([&] { return !Stack::packets_wait(); }));
  peer_.reset();
  ASSERT_TRUE(turn_until([&] { return !write("x").has_value(); }));
  EXPECT_EQ(read(), "refused, because");
  EXPECT_EQ(read_once().error(), Error::link_closed);
}

TEST_F(LwipStream, AFailedOneSaysSoOnceAndIsClosed) {
  peer_.reset();
  ASSERT_TRUE(turn_until([&] { return !read_once().has_value(); }));
  EXPECT_EQ(transport_.open(peer_.broker()).error(), Error::link_closed);
  EXPECT_TRUE(open(peer_.broker()));
}

TEST_F(LwipStream, AClosedOneNeitherReadsNorWrites) {
  transport_.close();
  EXPECT_EQ(read_once().error(), Error::link_closed);
  EXPECT_EQ(write("x").error(), Error::link_closed);
  transport_.close();
}

TEST_F(LwipStream, ASlowPeerSlowsTheWriterDown) {
  const std::string text = long_text(20'000);
  std::size_t written = 0;
  const auto write_on = [&] { written += write(std::string_view{text}.substr(written)).value(); };
  for (int turn = 0; turn < 100; ++turn) {
    write_on();
    ASSERT_TRUE(loop_.run_once(loop_.now() + Duration{10}));
  }
  EXPECT_LE(peer_.text().size(), TCP_WND);
  EXPECT_LE(written, TCP_WND + TCP_SND_BUF);
  EXPECT_EQ(write("more"), 0);

  Bell bell;
  transport_.wait({.read = false, .write = true}, std::nullopt, bell);
  ASSERT_TRUE(loop_.run_once(loop_.now() + Duration{10}));
  EXPECT_EQ(bell.rung, 0) << "told that it may write, and it may not";
  peer_.read_on();
  ASSERT_TRUE(turn_until([&] { return bell.rung == 1; }));
  ASSERT_TRUE(turn_until([&] {
    if (written < text.size()) write_on();
    return peer_.text().size() == text.size();
  }));
  EXPECT_EQ(peer_.text(), text);
}

TEST_F(LwipStream, ASlowReaderSlowsThePeerDown) {
  const std::string text = long_text(20'000);
  std::size_t sent = 0;
  for (int turn = 0; turn < 100; ++turn) {
    sent += peer_.send(std::string_view{text}.substr(sent));
    ASSERT_TRUE(loop_.run_once(loop_.now() + Duration{10}));
  }
  EXPECT_LE(sent, TCP_WND + TCP_SND_BUF);

  std::string arrived;
  ASSERT_TRUE(turn_until([&] {
    sent += peer_.send(std::string_view{text}.substr(sent));
    std::array<std::byte, 77> space;
    arrived += as_text(Bytes{space}.first(transport_.read(space).value()));
    return arrived.size() == text.size();
  }));
  EXPECT_EQ(arrived, text);
}

TEST_F(LwipStream, AGatherWriteArrivesInOrder) {
  peer_.read_on();
  const std::array pieces{as_bytes("one, "), as_bytes("two, "), as_bytes("three")};
  EXPECT_EQ(transport_.write(pieces), 15);
  ASSERT_TRUE(turn_until([&] { return peer_.text() == "one, two, three"; }));
}

TEST_F(LwipStream, WhatWasTakenIsLwipsOwnCopy) {
  peer_.read_on();
  std::string text = "original";
  ASSERT_EQ(write(text), 8);
  std::ranges::fill(text, '!');
  ASSERT_TRUE(turn_until([&] { return peer_.text() == "original"; }));
}

TEST_F(LwipStream, WithSmallBlocksOnlyItWritesInSmallPieces) {
  peer_.read_on();
  const std::string text = long_text(400);
  Stack::memory() = [](std::size_t size) { return size < 350; };
  EXPECT_EQ(write(text), text.size());
  Stack::memory() = nullptr;
  ASSERT_TRUE(turn_until([&] { return peer_.text() == text; }));
}

TEST_F(LwipStream, WithLittleMemoryItTakesLess) {
  peer_.read_on();
  const std::string text = long_text(400);
  int blocks = 2;
  Stack::memory() = [&](std::size_t size) { return size < 350 && --blocks >= 0; };
  const auto taken = write(text);
  ASSERT_TRUE(taken);
  EXPECT_GT(*taken, 0);
  EXPECT_LT(*taken, text.size());
  Stack::memory() = nullptr;
  ASSERT_TRUE(turn_until([&] { return peer_.text() == text.substr(0, *taken); }));
}

TEST_F(LwipStream, WithoutMemoryItWaitsForLwipsTimerInsteadOfSpinning) {
  Stack::memory() = [](std::size_t) { return false; };
  ASSERT_EQ(write("later"), 0);
  Stack::memory() = nullptr;
  Bell bell;
  transport_.wait({.read = false, .write = true}, std::nullopt, bell);
  const std::uint32_t begin = Stack::clock();
  const int sleeps = platform_.sleeps;
  ASSERT_TRUE(turn_until([&] { return bell.rung == 1; }));
  EXPECT_GT(platform_.sleeps, sleeps);
  EXPECT_LE(Stack::clock() - begin, 1'000);
  EXPECT_EQ(write("later"), 5);
}

TEST_F(LwipStream, WhatWasWrittenBeforeCloseArrives) {
  peer_.read_on();
  ASSERT_EQ(write("farewell"), 8);
  transport_.close();
  ASSERT_TRUE(turn_until([&] { return peer_.ended(); }));
  EXPECT_EQ(peer_.text(), "farewell");
  EXPECT_FALSE(peer_.was_reset());
}

TEST_F(LwipStream, WhatWasWrittenBeforeCloseArrivesAlsoIfSomethingIsUnread) {
  peer_.read_on();
  ASSERT_EQ(peer_.send("nobody reads this"), 17);
  Bell bell;
  transport_.wait({.read = true, .write = false}, std::nullopt, bell);
  ASSERT_TRUE(turn_until([&] { return bell.rung == 1; }));
  ASSERT_EQ(write("farewell"), 8);
  transport_.close();
  ASSERT_TRUE(turn_until([&] { return peer_.ended() || peer_.was_reset(); }));
  EXPECT_FALSE(peer_.was_reset()) << "a reset makes the peer forget what it was sent";
  EXPECT_EQ(peer_.text(), "farewell");
}

TEST_F(LwipStream, ClosingLeavesNothingBehind) {
  peer_.send("unread");
  ASSERT_TRUE(loop_.run_once(loop_.now()));
  transport_.close();
  peer_.close();
  // Longer than lwIP keeps the address of a closed connection.
  const Instant end = loop_.now() + Duration{300'000};
  ASSERT_TRUE(turn_until([&] { return loop_.now() >= end; }));
  const std::size_t listener_only = Stack::blocks();
  ASSERT_TRUE(open(peer_.broker()));
  EXPECT_GT(Stack::blocks(), listener_only);
  EXPECT_EQ(tcp_tw_pcbs, nullptr);
}

TEST_F(LwipStream, WithNoInterestAPeerThatHungUpEndsNoWait) {
  Bell bell;
  peer_.close();
  const Instant deadline = loop_.now() + Duration{500};
  transport_.wait({}, deadline, bell);
  ASSERT_TRUE(turn_until([&] { return bell.rung == 1; }));
  EXPECT_GE(loop_.now(), deadline);
}

TEST_F(LwipStream, AWaiterThatIsCancelledIsNotTold) {
  Bell bell;
  transport_.wait({.read = true, .write = true}, std::nullopt, bell);
  transport_.cancel(bell);
  ASSERT_TRUE(loop_.run_once(loop_.now()));
  EXPECT_EQ(bell.rung, 0);
}

}  // namespace
}  // namespace minimq::lwip::test

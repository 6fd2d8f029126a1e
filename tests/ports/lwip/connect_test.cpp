// SPDX-License-Identifier: MIT
//
// How connections begin, and how they fail to.
#include <lwip/priv/tcp_priv.h>

#include "ports/lwip/stack.hpp"

namespace minimq::lwip::test {
namespace {

class LwipConnect : public LwipTest {};

TEST_F(LwipConnect, OpensAndCarriesBytesBothWays) {
  Peer peer;
  ASSERT_TRUE(open(peer.broker()));
  EXPECT_EQ(write("hello"), 5);
  ASSERT_TRUE(turn_until([&] { return peer.text() == "hello"; }));
  ASSERT_EQ(peer.send("world"), 5);
  std::string answer;
  ASSERT_TRUE(turn_until([&] { return (answer += read()) == "world"; }));
  EXPECT_EQ(transport_.last_error(), ERR_OK);
}

TEST_F(LwipConnect, OpeningAnOpenOneChangesNothing) {
  Peer peer;
  ASSERT_TRUE(open(peer.broker()));
  EXPECT_EQ(transport_.open(peer.broker()), Transport::Progress::ready);
  EXPECT_TRUE(peer.connected());
}

TEST_F(LwipConnect, ThePortIsRefused) {
  std::uint16_t port = 0;
  {
    Peer peer;
    port = peer.port();
  }
  EXPECT_EQ(open(Broker{"127.0.0.1", port}).error(), Error::connect_refused);
  EXPECT_EQ(transport_.last_error(), ERR_RST);
}

TEST_F(LwipConnect, AfterARefusalTheNextAttemptSucceeds) {
  std::uint16_t port = 0;
  {
    Peer peer;
    port = peer.port();
  }
  ASSERT_EQ(open(Broker{"127.0.0.1", port}).error(), Error::connect_refused);
  Peer peer;
  EXPECT_TRUE(open(peer.broker()));
}

TEST_F(LwipConnect, NoRoute) {
  EXPECT_EQ(open(Broker{"192.0.2.7", 1883}).error(), Error::host_unreachable);
  EXPECT_EQ(transport_.last_error(), ERR_RTE);
}

TEST_F(LwipConnect, NobodyAnswers) {
  const DeadNetwork network;
  const std::uint32_t begin = Stack::clock();
  EXPECT_EQ(open(Broker{"192.0.2.7", 1883}).error(), Error::host_unreachable);
  EXPECT_EQ(transport_.last_error(), ERR_ABRT);
  EXPECT_GT(Stack::clock() - begin, 10'000) << "it did not try for long";
}

TEST_F(LwipConnect, AnAttemptThatIsGivenUpLeavesNothingBehind) {
  const DeadNetwork network;
  // lwIP's timer starts with the first connection and stays for a while.
  ASSERT_EQ(transport_.open(Broker{"192.0.2.7", 1883}), Transport::Progress::pending);
  transport_.close();
  const std::size_t before = Stack::blocks();
  ASSERT_EQ(transport_.open(Broker{"192.0.2.7", 1883}), Transport::Progress::pending);
  EXPECT_GT(Stack::blocks(), before);
  transport_.close();
  EXPECT_EQ(Stack::blocks(), before);
}

TEST_F(LwipConnect, WhatItCannotOpenIsRefusedAtOnce) {
  EXPECT_EQ(open(Broker::parse("mqtts://127.0.0.1")).error(), Error::transport_unsupported);
  EXPECT_EQ(open(Broker::parse("unix:/run/broker")).error(), Error::transport_unsupported);
  EXPECT_EQ(open(Broker::parse("a b")).error(), Error::transport_unsupported);
}

TEST_F(LwipConnect, NoMemoryForAConnection) {
  Peer peer;
  Stack::memory() = [](std::size_t size) { return size < sizeof(tcp_pcb); };
  EXPECT_EQ(open(peer.broker()).error(), Error::link_error);
  EXPECT_EQ(transport_.last_error(), ERR_MEM);
  Stack::memory() = nullptr;
  EXPECT_TRUE(open(peer.broker()));
}

TEST_F(LwipConnect, NoMemoryForTheFirstSegment) {
  Peer peer;
  bool pcb_given = false;
  Stack::memory() = [&](std::size_t) { return !std::exchange(pcb_given, true); };
  EXPECT_EQ(open(peer.broker()).error(), Error::link_error);
  EXPECT_TRUE(pcb_given);
  Stack::memory() = nullptr;
  EXPECT_TRUE(open(peer.broker()));
}

TEST_F(LwipConnect, ConnectionsThatTakeTheirLeaveGiveWayToNewOnes) {
  // What close() leaves to lwIP still has its farewell to deliver, to a network that is dead by
  // now. Each outage of a device would add one of those.
  Peer peer;
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(open(peer.broker()));
    ASSERT_TRUE(turn_until([&] { return peer.connected(); }));
    ASSERT_EQ(write("farewell"), 8);
    transport_.close();
    const tcp_pcb* leaving = tcp_active_pcbs;
    while (leaving != nullptr && leaving->prio != TCP_PRIO_MIN)
      leaving = leaving->next;
    ASSERT_NE(leaving, nullptr) << "lwIP would not know that it may give this one up";
  }
}

TEST_F(LwipConnect, AWaiterIsToldWhenTheConnectionIsOpenAndWhenItFails) {
  Peer peer;
  Bell bell;
  ASSERT_EQ(transport_.open(peer.broker()), Transport::Progress::pending);
  transport_.wait({.read = true, .write = true}, std::nullopt, bell);
  EXPECT_EQ(bell.rung, 0);
  ASSERT_TRUE(turn_until([&] { return bell.rung != 0; }));
  EXPECT_EQ(transport_.open(peer.broker()), Transport::Progress::ready);

  transport_.close();
  const DeadNetwork network;
  ASSERT_EQ(transport_.open(Broker{"192.0.2.7", 1883}), Transport::Progress::pending);
  transport_.wait({.read = true, .write = true}, std::nullopt, bell);
  ASSERT_TRUE(turn_until([&] { return bell.rung == 2; }));
  EXPECT_EQ(transport_.open(Broker{"192.0.2.7", 1883}).error(), Error::host_unreachable);
}

TEST_F(LwipConnect, EntropyComesFromThePlatform) {
  std::array<std::byte, 3> bytes{};
  transport_.entropy(bytes);
  EXPECT_EQ(bytes[2], std::byte{0x5a});
}

}  // namespace
}  // namespace minimq::lwip::test

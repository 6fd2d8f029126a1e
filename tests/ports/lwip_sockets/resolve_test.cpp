// SPDX-License-Identifier: MIT
#include "support.hpp"

namespace minimq::lwip_sockets::test {
namespace {

// A name in each test that no other asks for: lwIP remembers answers.
struct ResolveTest : SocketsTest {
  Listener listener;
  Broker named(const char* name) const { return Broker{name, listener.port()}; }

  // Opens it while lwIP's time passes.
  Result<Progress> open_at_last(const Broker& broker) {
    Result<Progress> progress = Progress::pending;
    pass_until([&] { return (progress = transport.open(broker)) != Progress::pending; });
    return progress;
  }
};

TEST_F(ResolveTest, ABrokerIsReachedByName) {
  const NameServer server{{.v4 = loopback_v4}};
  ASSERT_TRUE(opens(named("broker.example")));
  EXPECT_TRUE(listener.accept().valid());
  EXPECT_GE(server.questions_v6(), 1) << "the other kind of address";
}

TEST_F(ResolveTest, WhatLwipRemembersIsNotAskedAgain) {
  const NameServer server{{.v4 = loopback_v4, .v6 = loopback_v6}};
  ASSERT_TRUE(opens(named("remembered.example")));
  transport.close();
  const int asked = server.questions();
  ASSERT_TRUE(opens(named("remembered.example")));
  EXPECT_EQ(server.questions(), asked);
}

TEST_F(ResolveTest, LocalhostNeedsNoNameServer) {
  ASSERT_TRUE(opens(named("localhost")));
}

TEST_F(ResolveTest, ANameThatNobodyHasIsNotFound) {
  const NameServer server{{}};
  EXPECT_EQ(open_at_last(named("nowhere.example")).error(), Error::host_not_found);
  EXPECT_GE(server.questions(), 2);
}

TEST_F(ResolveTest, WithoutANameServerNoNameIsFound) {
  EXPECT_EQ(open(named("broker.example")).error(), Error::host_not_found);
}

TEST_F(ResolveTest, ANameThatNoServerCanKnowIsNotFound) {
  const NameServer server{{.v4 = loopback_v4}};
  const std::string longest(256, 'x');
  EXPECT_EQ(open(named(longest.c_str())).error(), Error::host_not_found);
  EXPECT_EQ(server.questions(), 0);
}

TEST_F(ResolveTest, ASilentServerIsGivenUpAndTheLoopGoesOnMeanwhile) {
  const NameServer server{{.v4_silent = true, .v6_silent = true}};
  const Broker broker = named("silent.example");
  ASSERT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  TcpTransport other{loop};
  ASSERT_TRUE(open(other, at(listener))) << "another session is not held up";
  EXPECT_EQ(open_at_last(broker).error(), Error::host_not_found);
}

TEST_F(ResolveTest, TheLoopIsWokenByTheAnswer) {
  NameServer server{{.v4_silent = true}};
  const Broker broker = named("late.example");
  ASSERT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  while (server.questions() < 2)
    ASSERT_TRUE(loop.run_once(loop.now()));
  Bell bell;
  transport.wait({.read = true, .write = true}, loop.now() + 1h, bell);
  server.answer_late(loopback_v4);
  ASSERT_TRUE(open(broker));
}

TEST_F(ResolveTest, AnAnswerAfterTheCloseDoesNothing) {
  NameServer server{{.v6 = loopback_v6, .v4_silent = true}};
  {
    TcpTransport gone{loop};
    ASSERT_EQ(gone.open(named("gone.example")), Result<Progress>{Progress::pending});
  }
  ASSERT_EQ(transport.open(named("closed.example")), Result<Progress>{Progress::pending});
  transport.close();
  while (server.questions() < 4)
    ASSERT_TRUE(loop.run_once(loop.now()));
  server.answer_late(loopback_v4);
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(transport.descriptor(), -1);
  ASSERT_TRUE(opens(at(listener)));
}

TEST_F(ResolveTest, TwoNamesAreLookedForAtOnce) {
  const NameServer server{{.v4 = loopback_v4, .v6 = loopback_v6}};
  TcpTransport other{loop};
  ASSERT_TRUE(transport.open(named("one.example")));
  ASSERT_TRUE(other.open(named("two.example")));
  EXPECT_TRUE(open(other, named("two.example")));
  EXPECT_TRUE(opens(named("one.example")));
}

TEST_F(ResolveTest, ABrokerWithoutAnIpv4AddressIsReachedByIpv6) {
  const NameServer server{{.v6 = loopback_v6}};
  Listener listener6{/*v6=*/true};
  ASSERT_TRUE(open_at_last(Broker{"six.example", listener6.port()}));
}

TEST_F(ResolveTest, ASecondAddressThatKeepsSilentHoldsUpTheFirstForAMomentOnly) {
  const NameServer server{{.v4 = loopback_v4, .v6_silent = true}};
  const Instant before = loop.now();
  ASSERT_TRUE(opens(named("half.example")));
  EXPECT_GE(loop.now() - before, 250ms) << "it had its chance";
  EXPECT_LT(server.questions_v6(), 4) << "but not until lwIP gave up";
}

TEST_F(ResolveTest, ARefusedAddressIsFollowedByTheNext) {
  const NameServer server{{.v4 = loopback_v4, .v6 = loopback_v6}};
  Listener listener6{/*v6=*/true};
  ASSERT_NE(listener6.port(), listener.port());
  ASSERT_TRUE(opens(Broker{"refused.example", listener6.port()}));
  EXPECT_TRUE(listener6.accept().valid());
}

TEST_F(ResolveTest, ADeadAddressIsFollowedByTheNext) {
  const DeadNetwork network;
  const NameServer server{{.v4 = dead_v4, .v6 = loopback_v6}};
  Listener listener6{/*v6=*/true};
  TcpTransport hasty{loop, {.address_timeout = Milliseconds{5}}};
  ASSERT_TRUE(open(hasty, Broker{"dead.example", listener6.port()}));
  EXPECT_TRUE(listener6.accept().valid());
}

TEST_F(ResolveTest, IfAllAddressesFailARefusalSaysMost) {
  const DeadNetwork network;
  const NameServer server{{.v4 = dead_v4, .v6 = loopback_v6}};
  TcpTransport hasty{loop, {.address_timeout = Milliseconds{5}}};
  EXPECT_EQ(open(hasty, named("both.example")).error(), Error::connect_refused)
      << "nobody listens there under IPv6";
}

}  // namespace
}  // namespace minimq::lwip_sockets::test

// SPDX-License-Identifier: MIT
#include "support.hpp"

namespace minimq::lwip_sockets::test {
namespace {

using ConnectTest = SocketsTest;

// A port on which nobody listens any more.
std::uint16_t dead_port() {
  return Listener{}.port();
}

TEST_F(ConnectTest, ABrokerIsReachedByIpv4Address) {
  Listener listener;
  ASSERT_TRUE(opens(at(listener)));
  Peer peer = listener.accept();
  ASSERT_EQ(write("hello"), Result<std::size_t>{5});
  EXPECT_EQ(peer.receive(5), "hello");
  ASSERT_TRUE(peer.send("there"));
  EXPECT_EQ(read(), Result<std::string>{"there"});
}

TEST_F(ConnectTest, ABrokerIsReachedByIpv6Address) {
  Listener listener{/*v6=*/true};
  ASSERT_TRUE(opens(Broker{"::1", listener.port()}));
  Peer peer = listener.accept();
  ASSERT_EQ(write("hello"), Result<std::size_t>{5});
  EXPECT_EQ(peer.receive(5), "hello");
}

TEST_F(ConnectTest, AnOpenTransportStaysOpen) {
  Listener listener;
  ASSERT_TRUE(opens(at(listener)));
  const int descriptor = transport.descriptor();
  EXPECT_EQ(transport.open(at(listener)), Result<Progress>{Progress::ready});
  EXPECT_EQ(transport.descriptor(), descriptor);
}

TEST_F(ConnectTest, SmallPacketsAreNotHeldBack) {
  Listener listener;
  ASSERT_TRUE(opens(at(listener)));
  EXPECT_TRUE(sends_at_once(transport.descriptor()));
}

TEST_F(ConnectTest, AClosedPortRefuses) {
  EXPECT_EQ(open(Broker{"127.0.0.1", dead_port()}).error(), Error::connect_refused);
  EXPECT_NE(transport.last_errno(), 0);
  EXPECT_EQ(transport.descriptor(), -1);
}

TEST_F(ConnectTest, AnAddressWithoutARouteIsUnreachable) {
  EXPECT_EQ(open(Broker{"203.0.113.1", 1883}).error(), Error::host_unreachable);
}

TEST_F(ConnectTest, AHostThatDoesNotAnswerKeepsTheConnectionPendingUntilTheDeadline) {
  const DeadNetwork network;
  const Broker broker{"192.0.2.1", 1883};
  ASSERT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  Bell bell;
  const Instant deadline = loop.now() + 5ms;
  transport.wait({.read = true, .write = true}, deadline, bell);
  turn_until([&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
  EXPECT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  transport.close();
  EXPECT_EQ(transport.descriptor(), -1);
}

TEST_F(ConnectTest, AHostThatDoesNotAnswerLwipsLastAttemptIsUnreachable) {
  const DeadNetwork network;
  const Broker broker{"192.0.2.1", 1883};
  Result<Progress> progress = Progress::pending;
  pass_until([&] { return (progress = transport.open(broker)) != Progress::pending; });
  EXPECT_EQ(progress.error(), Error::host_unreachable);
}

TEST_F(ConnectTest, TlsAndPathsAreRefused) {
  Listener listener;
  EXPECT_EQ(transport.open(Broker{"127.0.0.1", listener.port(), /*tls=*/true}).error(),
            Error::transport_unsupported);
  EXPECT_EQ(transport.open(Broker::parse("unix:/run/broker")).error(),
            Error::transport_unsupported);
  EXPECT_EQ(transport.open(Broker{}).error(), Error::transport_unsupported);
}

TEST_F(ConnectTest, AFullLoopRefusesToOpenAndLeaksNothing) {
  Listener listener;
  std::array<std::optional<Source>, PollSet::capacity> sources;
  for (std::size_t i = 0; i + 1 < sources.size(); ++i)
    ASSERT_TRUE(sources[i].emplace(loop).attach(listener.descriptor()));
  const int before = free_sockets();
  EXPECT_EQ(open(at(listener)).error(), Error::link_error);
  EXPECT_EQ(free_sockets(), before);
  sources[0].reset();
  EXPECT_TRUE(opens(at(listener)));
}

TEST_F(ConnectTest, WithoutASocketLeftTheLinkFails) {
  Listener listener;
  std::array<Listener, 2> some;
  std::array<std::optional<Listener>, PollSet::capacity> all;
  for (int i = free_sockets(); i > 0; --i)
    all[static_cast<std::size_t>(i)].emplace();
  EXPECT_EQ(open(at(listener)).error(), Error::link_error);
  some[0].close();
  EXPECT_TRUE(opens(at(listener)));
}

TEST_F(ConnectTest, AHundredConnectionsLeakNoSocket) {
  Listener listener;
  const int before = free_sockets();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(opens(at(listener))) << i;
    Peer peer = listener.accept();
    // All the ways to part.
    switch (i % 4) {
      case 0: break;
      case 1: peer.close(); break;
      case 2: peer.reset(); break;
      default: EXPECT_TRUE(write("x")); break;
    }
    transport.close();
  }
  ASSERT_EQ(open(Broker{"203.0.113.1", 1883}).error(), Error::host_unreachable);
  ASSERT_EQ(open(Broker{"127.0.0.1", dead_port()}).error(), Error::connect_refused);
  EXPECT_EQ(free_sockets(), before);
}

TEST_F(ConnectTest, CloseIsSafeInEveryState) {
  transport.close();
  Listener listener;
  ASSERT_TRUE(transport.open(at(listener)));
  transport.close();
  transport.close();
  ASSERT_TRUE(opens(at(listener)));
  transport.close();
  std::array<std::byte, 8> space;
  EXPECT_EQ(transport.read(space).error(), Error::link_closed);
  EXPECT_EQ(write("x").error(), Error::link_closed);
}

TEST_F(ConnectTest, SeveralTransportsShareOneLoop) {
  Listener listener;
  TcpTransport other{loop};
  ASSERT_TRUE(opens(at(listener)));
  Peer first = listener.accept();
  ASSERT_TRUE(open(other, at(listener)));
  Peer second = listener.accept();
  ASSERT_TRUE(second.send("two"));
  ASSERT_TRUE(first.send("one"));
  EXPECT_EQ(read(), Result<std::string>{"one"});
  EXPECT_EQ(read(other), Result<std::string>{"two"});
}

TEST_F(ConnectTest, EntropyIsThePlatforms) {
  std::array<std::byte, 3> space{};
  transport.entropy(space);
  EXPECT_EQ(space, (std::array{std::byte{0x5a}, std::byte{0x5a}, std::byte{0x5a}}));
}

TEST(AddressTest, NumbersAreAddressesAndNothingElseIs) {
  const auto v4 = sockets::parse_ip_address("192.0.2.1");
  ASSERT_TRUE(v4);
  EXPECT_FALSE(v4->v6);
  EXPECT_EQ((std::array{v4->bytes[0], v4->bytes[1], v4->bytes[2], v4->bytes[3]}),
            (std::array<std::uint8_t, 4>{192, 0, 2, 1}));
  const auto v6 = sockets::parse_ip_address("2001:db8::1");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->v6);
  EXPECT_EQ(v6->bytes[0], 0x20);
  EXPECT_EQ(v6->bytes[15], 1);
  for (const std::string_view text : {"", "10.1", "1", "192.0.2.1 x", "192.0.2.256", "0x7f.0.0.1",
                                      "broker", "a.b.c.d", "2001:db8::g", "::1 x", "1:2:3"})
    EXPECT_FALSE(sockets::parse_ip_address(text)) << text;
  EXPECT_FALSE(sockets::parse_ip_address(std::string(100, '1')));
}

}  // namespace
}  // namespace minimq::lwip_sockets::test

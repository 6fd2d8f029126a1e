// SPDX-License-Identifier: MIT
#include <minimq/posix/tcp_transport.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <netinet/tcp.h>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

using namespace std::chrono_literals;
using Progress = Transport::Progress;

struct TcpConnectTest : testing::Test {
  EventLoop loop;
  TcpTransport transport{loop};
};

// A port on which nobody listens. While it is held, nobody else can get it.
struct DeadPort {
  DeadPort() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    ::bind(held.get(), reinterpret_cast<sockaddr*>(&name), size);
    ::getsockname(held.get(), reinterpret_cast<sockaddr*>(&name), &size);
    port = ntohs(name.sin_port);
  }
  Descriptor held{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port{0};
};

TEST_F(TcpConnectTest, ABrokerIsReachedByIpv4Address) {
  Listener listener;
  ASSERT_TRUE(opens(loop, transport, Broker{"127.0.0.1", listener.port()}));
  Peer peer = listener.accept();
  ASSERT_EQ(write(transport, "hello"), Result<std::size_t>{5});
  EXPECT_EQ(peer.receive(5), "hello");
  peer.send("there");
  EXPECT_EQ(read(loop, transport), Result<std::string>{"there"});
}

TEST_F(TcpConnectTest, ABrokerIsReachedByIpv6Address) {
  Listener listener{"::1"};
  if (!listener.listening()) GTEST_SKIP() << "no IPv6 on this machine";
  ASSERT_TRUE(opens(loop, transport, Broker{"::1", listener.port()}));
  Peer peer = listener.accept();
  ASSERT_EQ(write(transport, "hello"), Result<std::size_t>{5});
  EXPECT_EQ(peer.receive(5), "hello");
}

TEST_F(TcpConnectTest, AnOpenTransportStaysOpen) {
  Listener listener;
  const Broker broker{"127.0.0.1", listener.port()};
  ASSERT_TRUE(opens(loop, transport, broker));
  const int descriptor = transport.descriptor();
  EXPECT_EQ(transport.open(broker), Result<Progress>{Progress::ready});
  EXPECT_EQ(transport.descriptor(), descriptor);
}

TEST_F(TcpConnectTest, SmallPacketsAreNotHeldBack) {
  Listener listener;
  ASSERT_TRUE(opens(loop, transport, Broker{"127.0.0.1", listener.port()}));
  int on = 0;
  socklen_t size = sizeof on;
  ::getsockopt(transport.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, &size);
  EXPECT_NE(on, 0);
}

TEST_F(TcpConnectTest, AClosedPortRefuses) {
  const DeadPort dead;
  const auto opened = open(loop, transport, Broker{"127.0.0.1", dead.port});
  EXPECT_EQ(opened.error(), Error::connect_refused);
  EXPECT_EQ(transport.last_errno(), ECONNREFUSED);
  EXPECT_EQ(transport.descriptor(), -1);
}

TEST_F(TcpConnectTest, AnAddressWithoutARouteIsUnreachable) {
  // The broadcast address of the loopback network: TCP cannot go there.
  const auto opened = open(loop, transport, Broker{"127.255.255.255", 1883});
  EXPECT_EQ(opened.error(), Error::host_unreachable) << transport.last_errno();
}

TEST_F(TcpConnectTest, AHostThatDoesNotAnswerKeepsTheConnectionPendingUntilTheDeadline) {
  const BlackHole hole;
  const Broker broker{"127.0.0.1", hole.port()};
  ASSERT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  Bell bell;
  const Instant deadline = loop.now() + 10ms;
  transport.wait({.read = true, .write = true}, deadline, bell);
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_GE(loop.now(), deadline);
  EXPECT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  transport.close();
  EXPECT_EQ(transport.descriptor(), -1);
}

TEST_F(TcpConnectTest, AClosedTransportCanBeOpenedToAnotherBroker) {
  const BlackHole hole;
  Listener listener;
  ASSERT_EQ(transport.open(Broker{"127.0.0.1", hole.port()}), Result<Progress>{Progress::pending});
  transport.close();
  ASSERT_TRUE(opens(loop, transport, Broker{"127.0.0.1", listener.port()}));
}

TEST_F(TcpConnectTest, TlsIsRefused) {
  Listener listener;
  const auto opened = transport.open(Broker{"127.0.0.1", listener.port(), /*tls=*/true});
  EXPECT_EQ(opened.error(), Error::transport_unsupported);
}

TEST_F(TcpConnectTest, ABrokerThatIsNotValidIsRefused) {
  EXPECT_EQ(transport.open(Broker{}).error(), Error::transport_unsupported);
}

TEST_F(TcpConnectTest, AFullLoopRefusesToOpenAndLeaksNothing) {
  Listener listener;
  std::array<std::optional<Source>, PollSet::capacity> sources;
  for (std::size_t i = 0; i + 1 < sources.size(); ++i)
    ASSERT_TRUE(sources[i].emplace(loop).attach(listener.descriptor()));
  const std::size_t before = open_descriptors();
  const Broker broker{"127.0.0.1", listener.port()};
  EXPECT_EQ(open(loop, transport, broker).error(), Error::link_error);
  EXPECT_EQ(open_descriptors(), before);
  sources[0].reset();
  EXPECT_TRUE(opens(loop, transport, broker));
}

TEST_F(TcpConnectTest, AThousandConnectionsLeakNoDescriptor) {
  Listener listener;
  const DeadPort dead;
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(opens(loop, transport, Broker{"127.0.0.1", listener.port()})) << i;
    Peer peer = listener.accept();
    // All the ways to part.
    switch (i % 4) {
      case 0: break;
      case 1: peer.close(); break;
      case 2: peer.reset(); break;
      default: EXPECT_TRUE(write(transport, "x")); break;
    }
    transport.close();
    if (i % 5 == 0) {
      ASSERT_EQ(open(loop, transport, Broker{"127.0.0.1", dead.port}).error(),
                Error::connect_refused);
      ASSERT_EQ(open(loop, transport, Broker{"127.255.255.255", 1883}).error(),
                Error::host_unreachable);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(TcpConnectTest, ASuperLoopNeedsNoWait) {
  Listener listener;
  const Broker broker{"127.0.0.1", listener.port()};
  Result<Progress> progress = transport.open(broker);
  while (progress == Progress::pending)
    progress = transport.open(broker);
  ASSERT_EQ(progress, Progress::ready);
  Peer peer = listener.accept();
  peer.send("x");
  std::array<std::byte, 8> space;
  Result<std::size_t> count = 0;
  while (count == 0U)
    count = transport.read(space);
  EXPECT_EQ(count, Result<std::size_t>{1});
}

TEST_F(TcpConnectTest, CloseIsSafeInEveryState) {
  transport.close();
  Listener listener;
  const Broker broker{"127.0.0.1", listener.port()};
  ASSERT_TRUE(transport.open(broker));
  transport.close();
  transport.close();
  ASSERT_TRUE(opens(loop, transport, broker));
  transport.close();
  std::array<std::byte, 8> space;
  EXPECT_EQ(transport.read(space).error(), Error::link_closed);
  EXPECT_EQ(write(transport, "x").error(), Error::link_closed);
}

TEST_F(TcpConnectTest, SeveralTransportsShareOneLoop) {
  Listener listener;
  TcpTransport other{loop};
  const Broker broker{"127.0.0.1", listener.port()};
  ASSERT_TRUE(opens(loop, transport, broker));
  Peer first = listener.accept();
  ASSERT_TRUE(opens(loop, other, broker));
  Peer second = listener.accept();
  second.send("two");
  first.send("one");
  EXPECT_EQ(read(loop, transport), Result<std::string>{"one"});
  EXPECT_EQ(read(loop, other), Result<std::string>{"two"});
}

TEST_F(TcpConnectTest, EntropyFillsEverythingAndDiffers) {
  std::array<std::byte, 300> first{};
  std::array<std::byte, 300> second{};
  transport.entropy(first);
  transport.entropy(second);
  EXPECT_NE(first, second);
  // Thirty zeros in a row at the end are less likely than anything.
  EXPECT_FALSE(
      std::all_of(first.end() - 30, first.end(), [](std::byte b) { return b == std::byte{0}; }));
  transport.entropy({});
}

// An even port of the range from which the system takes the ports of clients, that nobody uses;
// each process looks elsewhere.
std::uint16_t unused_client_port() {
  for (auto port = static_cast<std::uint16_t>(40'000 + ::getpid() % 8'000 * 2);;
       port = static_cast<std::uint16_t>(port + 2)) {
    if (Listener{"127.0.0.1", port}.listening()) return port;
  }
}

// A client that dials an unused port of its own machine sometimes gets that very port, and then
// reaches itself. Linux hands out even ports one after the other, so the first tens of thousands of
// attempts meet it.
TEST_F(TcpConnectTest, AClientThatReachesItselfIsRefused) {
  const Broker nobody{"127.0.0.1", unused_client_port()};
  for (int i = 0; i < 30'000; ++i) {
    Result<Progress> progress = transport.open(nobody);
    while (progress == Progress::pending)
      progress = transport.open(nobody);
    ASSERT_FALSE(progress.has_value()) << i;
    ASSERT_EQ(progress.error(), Error::connect_refused);
  }
}

}  // namespace
}  // namespace minimq::posix::test

// SPDX-License-Identifier: MIT
//
// The transport over TCP and unix-domain sockets; its other end are blocking calls of the test.
#include <minimq/asio/tcp_transport.hpp>

#include <array>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include "memory_link.hpp"

namespace minimq::asio::test {
namespace {

using namespace std::chrono_literals;
using ::asio::ip::tcp;
using Progress = Transport::Progress;

// A listener on a loopback address.
struct Listener {
  explicit Listener(::asio::io_context& context, const char* host = "127.0.0.1")
      : acceptor{context, {::asio::ip::make_address(host), 0}} {}

  [[nodiscard]] std::uint16_t port() const { return acceptor.local_endpoint().port(); }
  tcp::socket accept() { return acceptor.accept(); }

  tcp::acceptor acceptor;
};

struct TcpTransportTest : ::testing::Test {
  // Runs until the bell has rung; what waits in vain is ended by the test's timeout.
  void await(const Bell& bell) {
    const int before = bell.rung;
    context.restart();
    while (bell.rung == before)
      ASSERT_EQ(context.run_one(), 1u) << "nothing is left to wait for";
  }
  Result<Progress> open(const Broker& broker) {
    for (;;) {
      const Result<Progress> progress = transport->open(broker);
      if (!progress || *progress == Progress::ready) return progress;
      Bell bell;
      transport->wait({.read = true, .write = true}, std::nullopt, bell);
      await(bell);
      if (HasFatalFailure()) return Progress::pending;
    }
  }
  Error error_of(const Broker& broker) {
    const auto progress = open(broker);
    return progress ? Error{} : progress.error();
  }
  void connect() {
    ASSERT_EQ(error_of({"127.0.0.1", listener.port()}), Error{});
    peer.emplace(listener.accept());
  }
  void send(std::string_view text) { ::asio::write(*peer, ::asio::buffer(text)); }
  std::string receive(std::size_t size) {
    std::string text(size, '\0');
    ::asio::read(*peer, ::asio::buffer(text));
    return text;
  }
  std::string read_all(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      const auto part = read(*transport, 4096);
      if (!part) break;
      text += *part;
      if (!part->empty()) continue;
      Bell bell;
      transport->wait({.read = true, .write = false}, std::nullopt, bell);
      await(bell);
    }
    return text;
  }

  ::asio::io_context context;
  Listener listener{context};
  std::optional<TcpTransport> transport{std::in_place, context};
  std::optional<tcp::socket> peer;
};

TEST_F(TcpTransportTest, BytesGoBothWays) {
  connect();
  EXPECT_EQ(read(*transport), "") << "nothing is there now";
  const Bytes pieces[] = {as_bytes("one "), as_bytes("two "), as_bytes("three")};
  EXPECT_EQ(transport->write(pieces), Result<std::size_t>{13});
  EXPECT_EQ(receive(13), "one two three");
  send("answer");
  EXPECT_EQ(read_all(6), "answer");
}

TEST_F(TcpTransportTest, AFullSocketTakesNoMoreAndTellsWhenItDoes) {
  connect();
  const std::string block(65'536, 'x');
  std::size_t sent = 0;
  for (;;) {
    const auto count = write(*transport, block);
    ASSERT_TRUE(count);
    if (*count == 0) break;
    sent += *count;
  }
  Bell bell;
  transport->wait({.read = false, .write = true}, transport->now() + 2ms, bell);
  await(bell);
  EXPECT_EQ(write(*transport, block), Result<std::size_t>{0}) << "only the deadline has passed";
  transport->wait({.read = false, .write = true}, std::nullopt, bell);
  EXPECT_EQ(receive(sent), std::string(sent, 'x'));
  await(bell);
  EXPECT_GT(write(*transport, block).value(), 0u);
}

TEST_F(TcpTransportTest, SmallPacketsAreNotHeldBack) {
  connect();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(write(*transport, "x"), Result<std::size_t>{1});
  EXPECT_EQ(receive(3), "xxx");
}

TEST_F(TcpTransportTest, ThePeerEndsTheStream) {
  connect();
  send("last");
  peer->close();
  EXPECT_EQ(read_all(4), "last");
  Bell bell;
  transport->wait({.read = true, .write = false}, std::nullopt, bell);
  await(bell);
  EXPECT_EQ(read(*transport).error(), Error::link_closed);
  EXPECT_EQ(transport->last_error(), ::asio::error::eof);
}

TEST_F(TcpTransportTest, ThePeerResetsTheStream) {
  connect();
  peer->set_option(tcp::socket::linger{true, 0});
  peer->close();
  Bell bell;
  transport->wait({.read = true, .write = false}, std::nullopt, bell);
  await(bell);
  EXPECT_EQ(read(*transport).error(), Error::link_closed);
  EXPECT_EQ(write(*transport, "x").error(), Error::link_closed);
}

TEST_F(TcpTransportTest, NobodyListens) {
  const std::uint16_t port = listener.port();
  listener.acceptor.close();
  EXPECT_EQ(error_of({"127.0.0.1", port}), Error::connect_refused);
  EXPECT_EQ(transport->last_error(), ::asio::error::connection_refused);
}

TEST_F(TcpTransportTest, TlsIsRefusedAndSoIsWhatIsNoBroker) {
  EXPECT_EQ(error_of({"127.0.0.1", listener.port(), /*tls=*/true}), Error::transport_unsupported);
  EXPECT_EQ(error_of(Broker{}), Error::transport_unsupported);
  EXPECT_EQ(error_of({"", 1883}), Error::host_not_found);
  EXPECT_EQ(error_of({std::string_view{"localhost\0x", 11}, 1883}), Error::host_not_found);
}

TEST_F(TcpTransportTest, ANameIsResolvedWhileTheLoopGoesOn) {
  ASSERT_EQ(transport->open({"localhost", listener.port()}), Progress::pending);
  bool turned = false;
  ::asio::post(context, [&] { turned = true; });
  EXPECT_EQ(error_of({"localhost", listener.port()}), Error{});
  EXPECT_TRUE(turned);
}

TEST_F(TcpTransportTest, TheNextAddressIsTried) {
  // localhost may be ::1 first, where nobody listens.
  const Broker broker{"localhost", listener.port()};
  EXPECT_EQ(error_of(broker), Error{});
  listener.acceptor.close();
  transport->close();
  EXPECT_EQ(error_of(broker), Error::connect_refused);
}

TEST_F(TcpTransportTest, ANameThatNobodyHas) {
  EXPECT_EQ(error_of({"nobody.invalid", 1883}), Error::host_not_found);
}

TEST_F(TcpTransportTest, AnAddressOfTheOtherKind) {
  std::error_code error;
  tcp::acceptor v6{context};
  v6.open(tcp::v6(), error);
  if (!error) v6.bind({::asio::ip::make_address("::1"), 0}, error);
  if (error) GTEST_SKIP() << "no IPv6 on this machine";
  v6.listen();
  EXPECT_EQ(error_of({"::1", v6.local_endpoint().port()}), Error{});
}

TEST_F(TcpTransportTest, AUnixDomainSocket) {
  std::string folder = ::testing::TempDir() + "minimq-asio-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string url = "unix:" + folder + "/broker";
  EXPECT_EQ(error_of(Broker::parse(url)), Error::host_not_found);
  {
    ::asio::local::stream_protocol::acceptor acceptor{context, folder + "/broker"};
    EXPECT_EQ(error_of(Broker::parse(url)), Error{});
    auto other_end = acceptor.accept();
    EXPECT_EQ(write(*transport, "x"), Result<std::size_t>{1});
  }
  transport->close();
  EXPECT_EQ(error_of(Broker::parse(url)), Error::connect_refused);
  const std::string too_long = "unix:/" + std::string(200, 'x');
  EXPECT_EQ(error_of(Broker::parse(too_long)), Error::host_not_found);
  ::unlink((folder + "/broker").c_str());
  ::rmdir(folder.c_str());
}

TEST_F(TcpTransportTest, OneObjectServesOneConnectionAfterAnother) {
  for (int i = 0; i < 3; ++i) {
    connect();
    send("x");
    EXPECT_EQ(read_all(1), "x");
    transport->close();
    EXPECT_EQ(read(*transport).error(), Error::link_closed);
    EXPECT_EQ(write(*transport, "x").error(), Error::link_closed);
  }
}

TEST_F(TcpTransportTest, WithoutInterestOnlyTheDeadlineEndsTheWait) {
  connect();
  peer->close();
  Bell bell;
  const Instant deadline = transport->now() + 20ms;
  transport->wait({}, deadline, bell);
  await(bell);
  EXPECT_GE(transport->now(), deadline) << "the peer that hung up has not";
}

TEST_F(TcpTransportTest, AWaitIsNeverOverInsideTheCall) {
  connect();
  send("x");
  Bell bell;
  transport->wait({.read = true, .write = true}, Instant::min(), bell);
  EXPECT_EQ(bell.rung, 0);
  await(bell);
  EXPECT_EQ(bell.rung, 1);
  context.poll();
  EXPECT_EQ(bell.rung, 1) << "once";
}

TEST_F(TcpTransportTest, AnotherWaitTakesThePlaceOfTheFirst) {
  connect();
  Bell first;
  Bell second;
  transport->wait({.read = true, .write = false}, Instant::min(), first);
  transport->wait({.read = true, .write = false}, transport->now() + 1h, second);
  context.poll();
  EXPECT_EQ(first.rung + second.rung, 0) << "the deadline of the first does not count";
  send("x");
  await(second);
  EXPECT_EQ(first.rung, 0);
}

TEST_F(TcpTransportTest, AnEarlierAndALaterDeadline) {
  Bell bell;
  const Instant start = transport->now();
  transport->wait({}, start + 1h, bell);
  transport->wait({}, start + 5ms, bell);
  transport->wait({}, start + 20ms, bell);
  await(bell);
  EXPECT_GE(transport->now() - start, 20ms);
  transport->wait({}, Instant::max(), bell);
  context.poll();
  EXPECT_EQ(bell.rung, 1) << "the far end of time is not now";
}

TEST_F(TcpTransportTest, ACancelledWaitLeavesNothingToRunFor) {
  Bell bell;
  transport->wait({}, transport->now() + 1h, bell);
  Bell other;
  transport->cancel(other);
  EXPECT_EQ(context.poll(), 0u);
  EXPECT_FALSE(context.stopped()) << "a stranger cancels nothing";
  transport->cancel(bell);
  context.run();
  EXPECT_EQ(bell.rung, 0);
}

TEST_F(TcpTransportTest, WhoWaitsIsToldWhenItIsClosed) {
  connect();
  Bell bell;
  transport->wait({.read = true, .write = false}, std::nullopt, bell);
  transport->close();
  EXPECT_EQ(bell.rung, 0);
  await(bell);
  transport->wait({}, std::nullopt, bell);
  context.restart();
  context.run();
  EXPECT_EQ(bell.rung, 1) << "but not who wishes nothing";
}

TEST_F(TcpTransportTest, ItMayGoAwayAtAnyTime) {
  Bell bell;
  static_cast<void>(transport->open({"localhost", listener.port()}));
  transport->wait({.read = true, .write = true}, std::nullopt, bell);
  transport.reset();
  transport.emplace(context);
  static_cast<void>(transport->open({"127.0.0.1", listener.port()}));
  transport->wait({.read = true, .write = true}, transport->now() + 1h, bell);
  transport.reset();
  transport.emplace(context);
  transport->wait({}, Instant::min(), bell);
  transport.reset();
  context.run();
  EXPECT_EQ(bell.rung, 0);
}

TEST_F(TcpTransportTest, ACloseEndsTheSearchForAName) {
  static_cast<void>(transport->open({"localhost", listener.port()}));
  transport->close();
  connect();
  context.poll();
  send("x");
  EXPECT_EQ(read_all(1), "x") << "the late answer has not disturbed the next connection";
}

TEST_F(TcpTransportTest, EntropyDiffers) {
  std::array<std::byte, 16> first{};
  std::array<std::byte, 16> second{};
  transport->entropy(first);
  transport->entropy(second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace minimq::asio::test

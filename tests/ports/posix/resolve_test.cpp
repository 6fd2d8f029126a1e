// SPDX-License-Identifier: MIT
#include <minimq/posix/tcp_transport.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "dns_server.hpp"
#include "support.hpp"

namespace minimq::posix::test {
namespace {

using namespace std::chrono_literals;
using Progress = Transport::Progress;

struct ResolveTest : testing::Test {
  // Whether the connection that was opened ends at this listener.
  bool reaches(Listener& there, const char* name = "broker.test") {
    if (!opens(loop, transport, Broker{name, there.port()})) return false;
    pollfd question{.fd = there.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&question, 1, 0) == 1;
  }
  // Turns until the transport has asked for both kinds of address.
  void turn_until_asked(const Broker& broker) {
    turn_until(loop, [&] {
      EXPECT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
      return server.asked() >= 2;
    });
  }

  EventLoop loop;
  DnsServer server{loop};
  TcpTransport transport{
      loop, {.dns_servers = server.where(), .dns_timeout = 1s, .address_timeout = 20ms}};
};

TEST_F(ResolveTest, ANameWithAnIpv4Address) {
  Listener listener;
  server.knows("broker.test", "127.0.0.1");
  EXPECT_TRUE(reaches(listener));
}

TEST_F(ResolveTest, ANameWithAnIpv6Address) {
  Listener listener{"::1"};
  if (!listener.listening()) GTEST_SKIP() << "no IPv6 on this machine";
  server.knows("broker.test", "::1");
  EXPECT_TRUE(reaches(listener));
}

TEST_F(ResolveTest, ANameWithBothIsReachedOverTheOneThatAnswers) {
  Listener v6{"::1"};
  if (!v6.listening()) GTEST_SKIP() << "no IPv6 on this machine";
  server.knows("broker.test", "127.0.0.1");
  server.knows("broker.test", "::1");
  EXPECT_TRUE(reaches(v6));
  transport.close();
  Listener v4;
  EXPECT_TRUE(reaches(v4));
}

TEST_F(ResolveTest, ADeadFirstAddressIsPassedOver) {
  Listener listener{"127.0.0.3"};
  server.knows("broker.test", "127.0.0.1");
  server.knows("broker.test", "127.0.0.2");
  server.knows("broker.test", "127.0.0.3");
  EXPECT_TRUE(reaches(listener));
}

TEST_F(ResolveTest, ASilentFirstAddressIsPassedOverAfterItsTime) {
  const BlackHole hole{"127.0.0.1"};
  Listener listener{"127.0.0.2", hole.port()};
  ASSERT_TRUE(listener.listening());
  server.knows("broker.test", "127.0.0.1");
  server.knows("broker.test", "127.0.0.2");
  const Instant start = loop.now();
  EXPECT_TRUE(reaches(listener));
  EXPECT_GE(loop.now(), start + 20ms);
}

TEST_F(ResolveTest, WhenAllAddressesFailTheMostTellingReasonIsReported) {
  server.knows("broker.test", "127.0.0.1");
  server.knows("broker.test", "127.255.255.255");
  Listener unused;
  const std::uint16_t port = unused.port();
  unused.close();
  EXPECT_EQ(open(loop, transport, Broker{"broker.test", port}).error(), Error::connect_refused);
}

TEST_F(ResolveTest, MoreAddressesThanAreKeptAreNotRemembered) {
  Listener listener{"127.0.0.20"};
  for (int i = 1; i <= 20; ++i)
    server.knows("broker.test", "127.0.0." + std::to_string(i));
  EXPECT_EQ(open(loop, transport, Broker{"broker.test", listener.port()}).error(),
            Error::connect_refused);
}

TEST_F(ResolveTest, ANameThatDoesNotExistIsNotFound) {
  EXPECT_EQ(open(loop, transport, Broker{"nowhere.test", 1883}).error(), Error::host_not_found);
  EXPECT_GT(server.asked(), 0);
  server.knows("nowhere.test", "127.0.0.1");
  Listener listener;
  EXPECT_TRUE(reaches(listener, "nowhere.test")) << "and may exist later";
}

TEST_F(ResolveTest, NamesThatCannotExistAreNotFound) {
  const std::string long_name(255, 'a');
  using namespace std::string_view_literals;
  for (const std::string_view name : {""sv, std::string_view{long_name}, "a\0b"sv, "a..b"sv}) {
    EXPECT_EQ(open(loop, transport, Broker{name, 1883}).error(), Error::host_not_found) << name;
  }
  EXPECT_EQ(server.asked(), 0);
}

TEST_F(ResolveTest, ALostQuestionIsAskedAgain) {
  Listener listener;
  server.knows("broker.test", "127.0.0.1");
  server.lose(2);
  TcpTransport other{loop, {.dns_servers = server.where(), .dns_timeout = 50ms}};
  EXPECT_TRUE(opens(loop, other, Broker{"broker.test", listener.port()}));
  EXPECT_GE(server.asked(), 3);
}

TEST_F(ResolveTest, ANameServerThatNeverAnswersEndsAsNotFoundAndDoesNotSpin) {
  server.hold();
  TcpTransport other{loop, {.dns_servers = server.where(), .dns_timeout = 10ms}};
  EXPECT_EQ(open(loop, other, Broker{"broker.test", 1883}).error(), Error::host_not_found);
  EXPECT_LE(loop.turns(), 30U) << "one for each question, and one for each that is repeated";
}

TEST_F(ResolveTest, ANameServerThatIsNotThereEndsAsNotFound) {
  TcpTransport other{loop, {.dns_servers = "127.0.0.1:1", .dns_timeout = 20ms}};
  EXPECT_EQ(open(loop, other, Broker{"broker.test", 1883}).error(), Error::host_not_found);
}

TEST_F(ResolveTest, NameServersThatCannotBeReadAreALinkError) {
  TcpTransport other{loop, {.dns_servers = "not an address"}};
  EXPECT_EQ(open(loop, other, Broker{"broker.test", 1883}).error(), Error::link_error);
}

TEST_F(ResolveTest, TheLoopGoesOnWhileTheNameServerIsSlow) {
  TcpTransport patient{loop, {.dns_servers = server.where(), .dns_timeout = 10s}};
  Listener listener;
  const Broker broker{"broker.test", listener.port()};
  server.knows("broker.test", "127.0.0.1");
  server.hold();
  Bell bell;
  ASSERT_EQ(patient.open(broker), Result<Progress>{Progress::pending});
  patient.wait({.read = true, .write = true}, std::nullopt, bell);
  turn_until(loop, [&] { return server.asked() == 2; });

  const std::uint64_t before = loop.turns();
  ASSERT_TRUE(loop.run_until(loop.sleep(20ms)));
  EXPECT_LE(loop.turns() - before, 2U) << "waiting for an answer must not spin";
  EXPECT_EQ(bell.rung, 0);

  server.answer_all();
  turn_until(loop, [&] { return bell.rung > 0; });
  EXPECT_TRUE(opens(loop, patient, broker));
}

TEST_F(ResolveTest, AWaiterFollowsAConnectionThatSomebodyElseDrivesOn) {
  TcpTransport patient{loop, {.dns_servers = server.where(), .dns_timeout = 1h}};
  Listener listener;
  const Broker broker{"broker.test", listener.port()};
  server.knows("broker.test", "127.0.0.1");
  server.hold();
  Bell bell;
  ASSERT_EQ(patient.open(broker), Result<Progress>{Progress::pending});
  patient.wait({.read = true, .write = true}, std::nullopt, bell);
  turn_until(loop, [&] { return server.asked() == 2; });
  server.answer_all();
  while (patient.descriptor() < 0)
    ASSERT_EQ(patient.open(broker), Result<Progress>{Progress::pending});
  EXPECT_EQ(bell.rung, 0);
  turn_until(loop, [&] { return bell.rung > 0; });
}

TEST_F(ResolveTest, ACloseEndsTheSearch) {
  const Broker broker{"broker.test", 1883};
  server.hold();
  const std::size_t before = open_descriptors();
  ASSERT_EQ(transport.open(broker), Result<Progress>{Progress::pending});
  turn_until_asked(broker);
  EXPECT_GT(open_descriptors(), before);
  Bell bell;
  transport.wait({.read = true, .write = true}, std::nullopt, bell);
  transport.close();
  EXPECT_EQ(open_descriptors(), before);
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(bell.rung, 1);
  server.answer_all();
  ASSERT_TRUE(loop.run_once(loop.now()));
  EXPECT_EQ(bell.rung, 1);
}

TEST_F(ResolveTest, ATransportMayBeDestroyedWhileItSearches) {
  server.hold();
  {
    TcpTransport other{loop, {.dns_servers = server.where()}};
    ASSERT_EQ(other.open(Broker{"broker.test", 1883}), Result<Progress>{Progress::pending});
  }
  ASSERT_TRUE(loop.run_once(loop.now()));
}

TEST_F(ResolveTest, AHundredSearchesLeakNoDescriptorAndNoPlaceInTheLoop) {
  Listener listener;
  server.knows("broker.test", "127.0.0.1");
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(opens(loop, transport, Broker{"broker.test", listener.port()}));
    transport.close();
  }
  EXPECT_EQ(open_descriptors(), before);
  // All but those of the name server and of the loop's own pipe.
  std::array<std::optional<Source>, PollSet::capacity - 2> sources;
  for (std::optional<Source>& source : sources)
    ASSERT_TRUE(source.emplace(loop).attach(STDERR_FILENO));
}

TEST_F(ResolveTest, AFullLoopRefusesToSearch) {
  std::array<std::optional<Source>, PollSet::capacity> sources;
  for (std::size_t i = 0; i + 2 < sources.size(); ++i)
    ASSERT_TRUE(sources[i].emplace(loop).attach(STDERR_FILENO));
  const std::size_t before = open_descriptors();
  EXPECT_EQ(open(loop, transport, Broker{"broker.test", 1883}).error(), Error::link_error);
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ResolveTest, LocalhostNeedsNoNameServer) {
  Listener listener;
  EXPECT_TRUE(reaches(listener, "localhost"));
  EXPECT_TRUE(reaches(listener, "LocalHost"));
  EXPECT_EQ(server.asked(), 0);
}

TEST_F(ResolveTest, LocalhostIsTriedAtBothOfItsAddresses) {
  Listener listener{"::1"};
  if (!listener.listening()) GTEST_SKIP() << "no IPv6 on this machine";
  EXPECT_TRUE(reaches(listener, "localhost"));
  EXPECT_EQ(server.asked(), 0);
}

TEST_F(ResolveTest, NumericAddressesNeedNoNameServer) {
  Listener listener;
  EXPECT_TRUE(reaches(listener, "127.0.0.1"));
  EXPECT_EQ(server.asked(), 0);
}

TEST_F(ResolveTest, ASuperLoopResolvesWithoutAnyWait) {
  Listener listener;
  const Broker broker{"broker.test", listener.port()};
  server.knows("broker.test", "127.0.0.1");
  Result<Progress> progress = transport.open(broker);
  while (progress == Progress::pending) {
    ASSERT_TRUE(loop.run_once(loop.now()));  // for the name server only
    progress = transport.open(broker);
  }
  EXPECT_EQ(progress, Progress::ready);
}

TEST(IpAddressTest, NumericAddressesAreRead) {
  const auto v4 = parse_ip_address("192.0.2.1");
  ASSERT_TRUE(v4);
  EXPECT_FALSE(v4->v6);
  EXPECT_EQ(v4->bytes[0], 192);
  EXPECT_EQ(v4->bytes[3], 1);
  const auto v6 = parse_ip_address("2001:db8::ff");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->v6);
  EXPECT_EQ(v6->bytes[0], 0x20);
  EXPECT_EQ(v6->bytes[15], 0xff);
  const auto scoped = parse_ip_address("fe80::1%lo");
  ASSERT_TRUE(scoped);
  EXPECT_GT(scoped->scope, 0U);
}

TEST(IpAddressTest, EverythingElseIsNot) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "localhost"sv, "192.0.2"sv, "192.0.2.1 "sv, "192.0.2.256"sv, "::g"sv, "127.0.0.1\0"sv,
        "fe80::1%"sv, "fe80::1%none0"sv, "fe80::1%no-such-interface"sv, "127.0.0.1%lo"sv, "[::1]"sv,
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"sv}) {
    EXPECT_FALSE(parse_ip_address(text)) << text;
  }
}

}  // namespace
}  // namespace minimq::posix::test

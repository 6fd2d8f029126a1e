// SPDX-License-Identifier: MIT
//
// TLS over a link in memory: how it opens, moves bytes, waits, and ends.
#include <minimq/asio/tls_transport.hpp>

#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "authority.hpp"
#include "memory_link.hpp"
#include "tls_server.hpp"

namespace minimq::asio::test {
namespace {

// A broker and a transport that trusts it.
struct TlsTest : ::testing::Test {
  explicit TlsTest(int version = TLS1_3_VERSION)
      : server{{.identity = identity(), .version = version, .protocol = "mqtt"}} {}

  static const Identity& identity() {
    static const Identity made = certified();
    return made;
  }
  void open() { ASSERT_EQ(open_error(tls, link), Error{}); }
  // Everything the broker gets, however the link is cut.
  void settle() {
    Bell bell;
    tls.wait({}, std::nullopt, bell);
    link.run();
    tls.cancel(bell);
  }

  TlsServer server;
  MemoryLink link{server};
  TlsTransport tls{link, {.authorities = authority().certificate}};
};

struct Tls12Test : TlsTest {
  Tls12Test() : TlsTest{TLS1_2_VERSION} {}
};

TEST_F(TlsTest, BytesGoBothWays) {
  open();
  EXPECT_EQ(write(tls, "to the broker"), Result<std::size_t>{13});
  EXPECT_EQ(server.received, "to the broker");
  server.send("to the client");
  EXPECT_EQ(read(tls), "to the client");
  EXPECT_EQ(read(tls), "") << "nothing is there now";
}

TEST_F(TlsTest, TheLinkBelowIsOpenedWithoutAskingItForTls) {
  for (const bool asked : {false, true}) {
    EXPECT_EQ(open_error(tls, link, {"localhost", 8883, asked}), Error{});
    EXPECT_FALSE(link.opened.back().tls());
    EXPECT_EQ(link.opened.back().host(), "localhost");
    EXPECT_EQ(link.opened.back().port(), 8883);
    EXPECT_TRUE(server.open()) << "it is always TLS";
    tls.close();
  }
}

TEST_F(TlsTest, ABrokerWithoutANameToVerifyIsRefused) {
  EXPECT_EQ(open_error(tls, link, Broker{"", 8883}), Error::transport_unsupported);
  EXPECT_EQ(open_error(tls, link, Broker{}), Error::transport_unsupported);
  EXPECT_EQ(open_error(tls, link, Broker::parse("unix:/run/broker")), Error::transport_unsupported);
  EXPECT_EQ(open_error(tls, link, Broker{std::string_view{"localhost\0.test", 15}, 8883}),
            Error::transport_unsupported);
  EXPECT_TRUE(link.opened.empty());

  TlsTransport named{link, {.authorities = authority().certificate, .server_name = "localhost"}};
  EXPECT_EQ(open_error(named, link, Broker::parse("unix:/run/broker")), Error{});
  EXPECT_TRUE(link.opened.back().is_unix_path());
}

TEST_F(TlsTest, TheNameAndTheProtocolAreAskedFor) {
  constexpr std::string_view protocols[] = {"x-other", "mqtt"};
  TlsTransport asking{link, {.authorities = authority().certificate, .alpn = protocols}};
  ASSERT_EQ(open_error(asking, link), Error{});
  EXPECT_EQ(server.server_name(), "localhost");
  EXPECT_EQ(server.protocol(), "mqtt");
  EXPECT_EQ(asking.alpn(), "mqtt");
  EXPECT_EQ(asking.version(), "TLSv1.3");
  asking.close();
  EXPECT_EQ(asking.alpn(), "");
  EXPECT_EQ(asking.version(), "");
}

TEST_F(TlsTest, AnAddressIsNoNameToAskFor) {
  TlsServer numeric{{.identity = certified({.names = "IP:127.0.0.1"})}};
  MemoryLink other{numeric};
  TlsTransport transport{other, {.authorities = authority().certificate}};
  ASSERT_EQ(open_error(transport, other, {"127.0.0.1", 8883}), Error{});
  EXPECT_EQ(numeric.server_name(), "");
  EXPECT_EQ(numeric.protocol(), "");
}

TEST_F(TlsTest, RecordsThatComeAndGoByteByByte) {
  link.read_piece = link.write_piece = 1;
  open();
  const std::string text(300, 'x');
  EXPECT_EQ(write(tls, text), Result<std::size_t>{300});
  EXPECT_EQ(server.received, text);
  server.send(text);
  std::string got;
  while (got.size() < text.size()) {
    const auto part = read(tls, 7);
    ASSERT_TRUE(part);
    got += *part;
  }
  EXPECT_EQ(got, text);
}

TEST_F(TlsTest, SeveralPiecesLeaveAsOneRecord) {
  open();
  const std::size_t before = link.write_count();
  const Bytes pieces[] = {as_bytes("one "), as_bytes("two "), as_bytes("three")};
  EXPECT_EQ(tls.write(pieces), Result<std::size_t>{13});
  EXPECT_EQ(server.received, "one two three");
  EXPECT_EQ(link.write_count() - before, 13u + 5 + 1 + 16) << "header, type and tag, once";
}

TEST_F(TlsTest, ALargeWriteIsTakenUpToARecord) {
  open();
  const std::string text(40'000, 'x');
  EXPECT_EQ(write(tls, text), Result<std::size_t>{16'384});
  EXPECT_EQ(server.received.size(), 16'384u);
}

TEST_F(TlsTest, NothingIsTakenWhileARecordIsLeft) {
  open();
  link.writable = false;
  EXPECT_EQ(write(tls, "first"), Result<std::size_t>{5}) << "it is ours now";
  EXPECT_EQ(write(tls, "second"), Result<std::size_t>{0});
  EXPECT_EQ(server.received, "");
  link.writable = true;
  EXPECT_EQ(write(tls, "other"), Result<std::size_t>{5}) << "what was not taken may change";
  EXPECT_EQ(server.received, "firstother");
}

TEST_F(TlsTest, TheRestOfARecordLeavesThoughNobodyIsInterested) {
  open();
  link.writable = false;
  EXPECT_EQ(write(tls, "held back"), Result<std::size_t>{9});
  Bell bell;
  tls.wait({}, std::nullopt, bell);
  link.run();
  EXPECT_EQ(server.received, "");
  link.writable = true;
  link.run();
  EXPECT_EQ(server.received, "held back");
  EXPECT_EQ(bell.rung, 0) << "and nobody is told";
  tls.cancel(bell);
}

TEST_F(TlsTest, WhatIsDecryptedAlreadyCountsAsReadable) {
  open();
  server.send("a record that is longer than the space");
  EXPECT_EQ(read(tls, 8), "a record");
  EXPECT_EQ(server.output, "") << "the link below has nothing more";
  Bell bell;
  tls.wait({.read = true, .write = false}, std::nullopt, bell);
  link.run();
  EXPECT_EQ(bell.rung, 1);
  EXPECT_EQ(read(tls), " that is longer than the space");
  tls.wait({.read = true, .write = false}, std::nullopt, bell);
  link.run();
  EXPECT_EQ(bell.rung, 1) << "now there is nothing";
  tls.cancel(bell);
}

TEST_F(TlsTest, WaitsKeepTheirInterestAndTheirDeadline) {
  open();
  static_cast<void>(read(tls));  // The tickets for another connection.
  Bell bell;
  tls.wait({}, link.now() + Duration{10}, bell);
  server.send("x");
  link.run();
  EXPECT_EQ(bell.rung, 0) << "no direction is wished";
  link.pass(Duration{10});
  link.run();
  EXPECT_EQ(bell.rung, 1);
  tls.wait({.read = true, .write = false}, std::nullopt, bell);
  link.run();
  EXPECT_EQ(bell.rung, 2);
  tls.wait({.read = true, .write = false}, std::nullopt, bell);
  tls.cancel(bell);
  link.run();
  EXPECT_EQ(bell.rung, 2) << "cancelled";
  EXPECT_FALSE(link.waited_for());
}

TEST_F(TlsTest, AReadThatHasToWriteMakesProgress) {
  open();
  server.update_keys();
  server.send("new keys");
  EXPECT_EQ(read(tls), "new keys");
  EXPECT_EQ(write(tls, "answered"), Result<std::size_t>{8});
  EXPECT_EQ(server.received, "answered") << "with the client's new key";
}

TEST_F(TlsTest, TheBrokerSaysGoodbye) {
  open();
  server.send("last words");
  server.send_close_notify();
  EXPECT_EQ(read(tls), "last words");
  EXPECT_EQ(read(tls).error(), Error::link_closed);
  EXPECT_EQ(tls.library_error(), 0);
  Bell bell;
  tls.wait({.read = true, .write = false}, std::nullopt, bell);
  link.run();
  EXPECT_EQ(bell.rung, 1) << "the end ends every wait";
}

TEST_F(TlsTest, TheClientSaysGoodbye) {
  open();
  EXPECT_FALSE(server.closed_by_client());
  tls.close();
  EXPECT_TRUE(server.closed_by_client());
  EXPECT_EQ(read(tls).error(), Error::link_closed);
  EXPECT_EQ(write(tls, "x").error(), Error::link_closed);
}

TEST_F(TlsTest, ALinkThatBreaksIsReportedBehindWhatItHasBrought) {
  open();
  server.send("whole");
  link.read_budget = link.read_count() + server.output.size();
  EXPECT_EQ(read(tls), "whole");
  EXPECT_EQ(read(tls).error(), Error::link_closed);
}

TEST_F(TlsTest, WhereWritingFailsAnAlertIsStillRead) {
  open();
  server.send("an alert, say");
  link.write_budget = link.write_count();
  EXPECT_EQ(write(tls, "x"), Result<std::size_t>{1});
  EXPECT_EQ(read(tls), "an alert, say");
  EXPECT_EQ(read(tls).error(), Error::link_error);
  EXPECT_EQ(write(tls, "x").error(), Error::link_error);
}

TEST_F(TlsTest, ABrokerThatSpeaksMqttInPlainText) {
  link.read_piece = 0;
  ASSERT_EQ(tls.open({"localhost", 8883}), Transport::Progress::pending);
  link.read_piece = SIZE_MAX;
  server.output = std::string{"\x20\x03\x00\x00\x00", 5};
  EXPECT_EQ(open_error(tls, link), Error::tls_error);
  EXPECT_NE(tls.library_error(), 0);
}

TEST_F(TlsTest, ARecordThatWasTamperedWith) {
  open();
  static_cast<void>(read(tls));
  server.send("payload");
  server.output.back() ^= 1;
  EXPECT_EQ(read(tls).error(), Error::tls_error);
  EXPECT_EQ(read(tls).error(), Error::tls_error) << "and so it stays";
  tls.close();
  EXPECT_EQ(open_error(tls, link), Error{}) << "until it is opened again";
  EXPECT_EQ(tls.library_error(), 0);
}

TEST_F(TlsTest, AWrongConfigurationIsNamedByOpen) {
  const std::string protected_key =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const std::string long_name(200, 'x');
  const TlsConfig wrong[] = {
      {.authorities = "no certificate"},
      {.authorities_file = "/nowhere/authorities.pem"},
      {.authorities = authority().certificate, .certificate = identity().certificate},
      {.authorities = authority().certificate,
       .certificate = identity().certificate,
       .private_key = authority().key},
      {.authorities = authority().certificate,
       .certificate = identity().certificate,
       .private_key = protected_key},
      {.psk_identity = long_name, .psk = as_bytes("0123456789abcdef")},
      {.authorities = authority().certificate,
       .minimum_version = TlsVersion::tls_1_3,
       .maximum_version = TlsVersion::tls_1_2},
  };
  for (const TlsConfig& config : wrong) {
    TlsTransport transport{link, config};
    EXPECT_EQ(open_error(transport, link), Error::tls_error);
    EXPECT_NE(transport.library_error(), 0);
  }
  EXPECT_TRUE(link.opened.empty());
}

TEST_F(Tls12Test, AVersionThatIsTooOldIsRefused) {
  TlsTransport strict{
      link, {.authorities = authority().certificate, .minimum_version = TlsVersion::tls_1_3}};
  EXPECT_EQ(open_error(strict, link), Error::tls_error);
  EXPECT_EQ(open_error(tls, link), Error{});
}

}  // namespace
}  // namespace minimq::asio::test

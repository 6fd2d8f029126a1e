// SPDX-License-Identifier: MIT
//
// The transport against a TLS server in memory.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>

#include "ports/mbedtls/support.hpp"

namespace minimq::mbedtls {
namespace {

using test::authority;
using test::Link;
using test::Peer;
using test::tls_text;
using Progress = Transport::Progress;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

std::string numbered(std::size_t size) {
  std::string text(size, '\0');
  std::iota(text.begin(), text.end(), '\0');
  return text;
}

class Calendar final : public tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override { return today; }
  std::optional<std::chrono::sys_seconds> today{std::chrono::sys_days{2026y / 7 / 1}};
};

TEST(MbedtlsTransport, CarriesBytesBothWays) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.wire.opened(), "localhost:8883");
  EXPECT_EQ(link.tls.library_error(), 0);
  EXPECT_EQ(link.tls.library_flags(), 0u);
  EXPECT_TRUE(link.tls.version().starts_with("TLSv1.")) << link.tls.version();
  ASSERT_TRUE(link.write("to the broker"));
  EXPECT_EQ(link.peer.received(), "to the broker");
  link.peer.send_text("to the device");
  EXPECT_EQ(link.read(13), "to the device");
  EXPECT_EQ(link.wire.sent().find("to the"), std::string::npos) << "plain text on the wire";
}

TEST(MbedtlsTransport, DoesTlsForABrokerThatDoesNotAskForIt) {
  Link link;
  link.broker = Broker{"localhost", 1883};
  ASSERT_EQ(link.open(), Progress::ready);
  ASSERT_TRUE(link.write("x"));
  EXPECT_EQ(link.wire.sent()[0], '\x16') << "a handshake record";
}

// A read gets what fits, and what is left inside TLS is readable without anything arriving.
TEST(MbedtlsTransport, WhatIsDecipheredAlreadyCountsAsReadable) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  const std::string text = numbered(1000);
  link.peer.send_text(text);
  EXPECT_EQ(link.read(10), text.substr(0, 10));
  EXPECT_EQ(link.wire.unread(), 0u);
  EXPECT_EQ(link.read(990), text.substr(10)) << "the wait of this read ends at once";
}

TEST(MbedtlsTransport, RecordsJoinedAndSplit) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.peer.send_text("ab");
  link.peer.send_text("c");
  link.peer.send_text("def");
  std::array<std::byte, 16> space{};
  EXPECT_EQ(link.tls.read(space), 6u) << "several records in one read";
  EXPECT_EQ(link.tls.read(space), 0u) << "nothing there is no error";
  link.wire.faults.read_piece = 1;
  link.peer.send_text("ghi");
  EXPECT_EQ(link.read(3), "ghi");
}

TEST(MbedtlsTransport, AGatherWriteIsOneRecord) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  const std::size_t before = link.wire.sent().size();
  const std::array pieces{as_bytes("one "), as_bytes("two "), as_bytes("three")};
  EXPECT_EQ(link.tls.write(pieces), 13u);
  const std::string record = link.wire.sent().substr(before);
  ASSERT_GT(record.size(), 5u);
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(record[3]) << 8 |
                                               static_cast<unsigned char>(record[4]));
  EXPECT_EQ(record.size(), 5 + length);
  (void)link.peer.step();
  EXPECT_EQ(link.peer.received(), "one two three");
}

TEST(MbedtlsTransport, MoreThanAChunkAndMoreThanARecord) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  const std::string text = numbered(20'000);
  ASSERT_TRUE(link.write(text));
  EXPECT_EQ(link.peer.received(), text);
  link.peer.send_text(text);
  EXPECT_EQ(link.read(text.size()), text);
}

// Rule 15 of the contract: what was taken is taken for good, whatever happens to it in tx.
TEST(MbedtlsTransport, WhatWasTakenMayChangeAndLeavesByItself) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.wire.blocked = true;
  std::string text = numbered(300);
  const Bytes piece = as_bytes(text);
  ASSERT_EQ(link.tls.write({&piece, 1}), 300u);
  EXPECT_EQ(link.tls.write({&piece, 1}), 0u) << "the first chunk is still here";
  std::ranges::fill(text, 'x');
  link.wire.blocked = false;
  link.wire.faults.write_piece = 7;
  ASSERT_TRUE(link.flush());
  EXPECT_EQ(link.peer.received(), numbered(300)) << "nobody but a reader has waited";
}

TEST(MbedtlsTransport, WithNoDirectionWishedWhatWasTakenLeavesAndNobodyIsWoken) {
  struct Bell final : Waiter {
    void ready() override { ++rung; }
    int rung{0};
  } bell;
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.wire.blocked = true;
  const Bytes piece = as_bytes("later");
  ASSERT_EQ(link.tls.write({&piece, 1}), 5u);
  link.tls.wait({}, link.wire.now() + 5s, bell);
  EXPECT_FALSE(link.wire.turn());
  link.wire.blocked = false;
  EXPECT_TRUE(link.wire.turn());
  (void)link.peer.step();
  EXPECT_EQ(link.peer.received(), "later");
  link.wire.end();
  EXPECT_FALSE(link.wire.turn()) << "a peer that hung up";
  EXPECT_EQ(bell.rung, 0);
  link.wire.clock().advance(5s);
  EXPECT_TRUE(link.wire.turn());
  EXPECT_EQ(bell.rung, 1);
  EXPECT_FALSE(link.wire.is_waited_for());
  link.tls.wait({.read = true}, std::nullopt, bell);
  link.tls.cancel(bell);
  EXPECT_FALSE(link.wire.is_waited_for());
}

// A slow handshake must not be a busy one: mosquitto's client spun here.
TEST(MbedtlsTransport, ASlowHandshakeWaitsForReadingOnly) {
  struct Bell final : Waiter {
    void ready() override {}
  } bell;
  Link link;
  ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
  link.tls.wait({.read = true, .write = true}, std::nullopt, bell);
  EXPECT_FALSE(link.wire.turn()) << "it has sent its hello and waits for the broker's";
  EXPECT_TRUE(link.wire.interest().read);
  EXPECT_FALSE(link.wire.interest().write);
  link.tls.close();
  link.wire.blocked = true;
  ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
  EXPECT_TRUE(link.wire.interest().write) << "it could not send its hello";
  EXPECT_FALSE(link.wire.interest().read);
}

TEST(MbedtlsTransport, CloseNotifyEndsTheStreamBehindTheLastByte) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.peer.send_text("last words");
  link.peer.close_notify(/*end=*/false);
  EXPECT_EQ(link.read(10), "last words");
  std::array<std::byte, 4> space{};
  EXPECT_EQ(link.tls.read(space).error(), Error::link_closed);
  const Bytes piece = as_bytes("x");
  EXPECT_EQ(link.tls.write({&piece, 1}).error(), Error::link_closed);
}

TEST(MbedtlsTransport, SaysCloseNotifyAndWhatWasTakenBefore) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  const Bytes piece = as_bytes("DISCONNECT");
  ASSERT_EQ(link.tls.write({&piece, 1}), 10u);
  link.tls.close();
  EXPECT_FALSE(link.wire.is_open());
  (void)link.peer.step();
  EXPECT_EQ(link.peer.received(), "DISCONNECT");
  EXPECT_TRUE(link.peer.notified());
  link.tls.close();
  std::array<std::byte, 4> space{};
  EXPECT_EQ(link.tls.read(space).error(), Error::link_closed);
  EXPECT_EQ(link.tls.write({&piece, 1}).error(), Error::link_closed);
}

TEST(MbedtlsTransport, ClosingDoesNotWaitForAWireThatTakesNothing) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.wire.blocked = true;
  const Bytes piece = as_bytes("lost");
  ASSERT_EQ(link.tls.write({&piece, 1}), 4u);
  link.tls.close();
  EXPECT_FALSE(link.wire.is_open());
  link.wire.blocked = false;
  ASSERT_EQ(link.open(), Progress::ready);
  ASSERT_TRUE(link.write("next"));
  EXPECT_EQ(link.peer.received(), "next") << "nothing of the connection before";
}

TEST(MbedtlsTransport, ResumesItsSession) {
  Link link;
  std::array<std::size_t, 2> sizes{};
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(link.open(), Progress::ready);
    sizes[std::min<std::size_t>(i, 1)] = link.wire.received() + link.wire.sent().size();
    ASSERT_TRUE(link.write("x"));
    EXPECT_EQ(link.peer.received(), "x");
    link.tls.close();
  }
  EXPECT_EQ(link.tls.handshakes().full, 1u);
  EXPECT_EQ(link.tls.handshakes().resumed, 3u);
  EXPECT_LT(2 * sizes[1], sizes[0]) << "bytes of a resumed handshake against a full one";

  link.tls.forget_session();
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.tls.handshakes().full, 2u);
}

TEST(MbedtlsTransport, ResumesNothingForAnotherNameNorForTooLong) {
  Peer::Options options{.certificate = "right.pem"};
  Link link{{.authorities = authority().c_str(), .session_lifetime = Milliseconds{60'000}},
            options};
  ASSERT_EQ(link.open(), Progress::ready);
  link.tls.close();
  link.broker = Broker{"elsewhere.test", 8883};
  EXPECT_EQ(link.open().error(), Error::certificate_wrong_name);
  link.broker = Broker{"localhost", 8883};
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.tls.handshakes().full, 2u);
  link.tls.close();
  link.wire.clock().advance(59s);
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.tls.handshakes().resumed, 1u);
  link.tls.close();
  link.wire.clock().advance(2s);
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.tls.handshakes().full, 3u) << "it counts from the full handshake";
}

TEST(MbedtlsTransport, WithoutAnAuthorityNothingIsSent) {
  Link link{{}};
  EXPECT_EQ(link.open().error(), Error::certificate_untrusted);
  EXPECT_EQ(link.wire.connections(), 0);
}

TEST(MbedtlsTransport, WithoutADateNothingIsSent) {
  Calendar calendar;
  calendar.today.reset();
  Link link{{.authorities = authority().c_str(), .clock = &calendar}};
  EXPECT_EQ(link.open().error(), Error::certificate_not_yet_valid);
  EXPECT_EQ(link.wire.connections(), 0);
  calendar.today = std::chrono::sys_days{2026y / 7 / 1};
  EXPECT_EQ(link.open(), Progress::ready) << "the clock has been set";
}

TEST(MbedtlsTransport, TheClockHookDecidesAboutTheDates) {
  Calendar calendar;
  Link link{{.authorities = authority().c_str(), .clock = &calendar}};
  calendar.today = std::chrono::sys_days{2101y / 1 / 1};
  EXPECT_EQ(link.open().error(), Error::certificate_expired);
  EXPECT_EQ(link.tls.library_error(), MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
  EXPECT_NE(link.tls.library_flags() & MBEDTLS_X509_BADCERT_EXPIRED, 0u);
  calendar.today = std::chrono::sys_days{1999y / 1 / 1};
  EXPECT_EQ(link.open().error(), Error::certificate_not_yet_valid);
  Link expired{{.authorities = authority().c_str(), .clock = &calendar},
               {.certificate = "expired.pem"}};
  calendar.today = std::chrono::sys_days{2000y / 6 / 1};
  EXPECT_EQ(expired.open(), Progress::ready) << "mbedTLS's own clock says no";
}

TEST(MbedtlsTransport, WithoutEntropyNothingIsSent) {
  struct Source final : tls::EntropySource {
    bool fill(std::span<std::byte> space) override {
      std::ranges::fill(space, std::byte{++calls});
      return works;
    }
    bool works{false};
    unsigned char calls{0};
  } source;
  Link link{{.authorities = authority().c_str(), .entropy = &source}};
  EXPECT_EQ(link.open().error(), Error::tls_error);
  EXPECT_NE(link.tls.library_error(), 0);
  EXPECT_TRUE(link.wire.sent().empty());
  source.works = true;
  EXPECT_EQ(link.open(), Progress::ready);
  EXPECT_GT(source.calls, 1);
}

TEST(MbedtlsTransport, WhatCannotBeReadIsToldAndNothingIsSent) {
  const std::string client = tls_text("client.pem");
  const std::string key = tls_text("client.key");
  for (const TlsConfig& config : std::initializer_list<TlsConfig>{
           {.authorities = "no certificate"},
           {.authorities = authority().c_str(), .certificate = "?", .private_key = key.c_str()},
           {.authorities = authority().c_str(), .certificate = client.c_str()},
           {.authorities = authority().c_str(), .record_bytes_max = 1000}}) {
    Link link{config};
    EXPECT_EQ(link.open().error(), Error::tls_error);
    EXPECT_NE(link.tls.library_error(), 0);
    EXPECT_TRUE(link.wire.sent().empty());
  }
}

TEST(MbedtlsTransport, TakesDerAndChainsOfIt) {
  const std::string both = tls_text("other_authority.der") + tls_text("authority.der");
  Link link{{.authorities = as_bytes(both)}};
  EXPECT_EQ(link.open(), Progress::ready);
}

TEST(MbedtlsTransport, VerificationCanBeSwitchedOffByItsLongName) {
  Link link{{.verification = tls::Verification::none_this_connection_is_not_secure},
            {.certificate = "self_signed.pem"}};
  EXPECT_EQ(link.open(), Progress::ready);
}

TEST(MbedtlsTransport, APathNeedsAName) {
  Link link;
  link.broker = Broker::parse("unix:/run/broker");
  EXPECT_EQ(link.open().error(), Error::transport_unsupported);
  Link named{{.authorities = authority().c_str(), .server_name = "localhost"}};
  named.broker = Broker::parse("unix:/run/broker");
  EXPECT_EQ(named.open(), Progress::ready);
  EXPECT_EQ(named.wire.opened(), "/run/broker:0");
}

TEST(MbedtlsTransport, WhatTheLowerTransportSaysPassesThrough) {
  Link link;
  link.wire.open_result = std::unexpected{Error::host_not_found};
  EXPECT_EQ(link.open().error(), Error::host_not_found);
  link.wire.open_result = Progress::pending;
  EXPECT_EQ(link.tls.open(link.broker), Progress::pending);
  link.wire.open_result = Progress::ready;
  EXPECT_EQ(link.open(), Progress::ready);
  link.wire.faults.cut_up = 0;
  link.wire.faults.cut_is = Error::link_error;
  ASSERT_TRUE(link.write("x")) << "taken; the next call tells";
  EXPECT_FALSE(link.write("y"));
  EXPECT_EQ(link.last_error, Error::link_error);
  EXPECT_EQ(link.tls.library_error(), 0) << "it was none of TLS";
}

TEST(MbedtlsTransport, OffersApplicationProtocols) {
  static constexpr std::array<const char*, 3> ours{"x-amzn-mqtt-ca", "mqtt", nullptr};
  static constexpr std::array<const char*, 2> theirs{"mqtt", nullptr};
  Link link{{.authorities = authority().c_str(), .alpn = ours.data()}, {.alpn = theirs.data()}};
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(link.tls.alpn(), "mqtt");
  link.tls.close();
  EXPECT_EQ(link.tls.alpn(), "");
}

TEST(MbedtlsTransport, ShowsItsCertificate) {
  const std::string client = tls_text("client.pem");
  const std::string key = tls_text("client.key");
  Link link{{.authorities = authority().c_str(),
             .certificate = client.c_str(),
             .private_key = key.c_str()},
            {.asks_for_certificate = true}};
  EXPECT_EQ(link.open(), Progress::ready);
  ASSERT_TRUE(link.write("x"));
  EXPECT_EQ(link.peer.received(), "x");

  const std::string wrong_client = tls_text("wrong_client.pem");
  const std::string wrong_key = tls_text("wrong_client.key");
  Link wrong{{.authorities = authority().c_str(),
              .certificate = wrong_client.c_str(),
              .private_key = wrong_key.c_str()},
             {.asks_for_certificate = true}};
  EXPECT_EQ(wrong.open().error(), Error::client_certificate_refused);
  EXPECT_EQ(wrong.tls.library_error(), MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
}

// Such a broker has not read everything when it closes; the system's answer to that is a reset,
// behind its last word.
TEST(MbedtlsTransport, HearsTheLastWordOfABrokerThatDoesNotReadAnyMore) {
  Link link;
  ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
  link.wire.give("\x15\x03\x03"sv);
  link.wire.give("\x00\x02\x02\x30"sv);  // unknown_ca
  link.wire.end();
  EXPECT_EQ(link.tls.open(link.broker).error(), Error::client_certificate_refused);

  link.wire.blocked = true;
  ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
  link.wire.give("\x15\x03\x03\x00\x02\x02\x30"sv);
  link.wire.blocked = false;
  link.wire.faults.cut_up = 0;
  link.wire.faults.cut_is = Error::link_error;
  link.wire.faults.reads_go_on = true;
  EXPECT_EQ(link.tls.open(link.broker).error(), Error::client_certificate_refused);
}

TEST(MbedtlsTransport, SharesAKey) {
  Peer::Options options{.psk = "0123456789abcdef"};
  Link link{{.psk = as_bytes("0123456789abcdef"), .psk_identity = "device"}, options};
  ASSERT_EQ(link.open(), Progress::ready);
  ASSERT_TRUE(link.write("x"));
  EXPECT_EQ(link.peer.received(), "x");

  Calendar calendar;
  calendar.today.reset();
  Link undated{{.psk = as_bytes("0123456789abcdef"), .psk_identity = "device", .clock = &calendar},
               options};
  EXPECT_EQ(undated.open(), Progress::ready) << "no certificate, no date";

  Link wrong{{.psk = as_bytes("fedcba9876543210"), .psk_identity = "device"}, options};
  EXPECT_EQ(wrong.open().error(), Error::tls_error);
  Link stranger{{.psk = as_bytes("0123456789abcdef"), .psk_identity = "stranger"}, options};
  EXPECT_EQ(stranger.open().error(), Error::tls_error);
}

}  // namespace
}  // namespace minimq::mbedtls

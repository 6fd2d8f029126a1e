// SPDX-License-Identifier: MIT
//
// The wire cut, split and stopped everywhere.
#include <gtest/gtest.h>

#include "ports/mbedtls/support.hpp"

namespace minimq::mbedtls {
namespace {

using test::authority;
using test::Link;
using test::Peer;
using test::Wire;
using Progress = Transport::Progress;
using namespace std::string_view_literals;

constexpr std::string_view psk_text = "0123456789abcdef";

// A handshake without certificates takes a hundred times less time than one with.
TlsConfig shared_key() {
  return {.psk = as_bytes(psk_text), .psk_identity = "device"};
}
Peer::Options knows_it() {
  return {.psk = psk_text};
}

void expect_conversation(Link& link) {
  ASSERT_TRUE(link.write("question"));
  ASSERT_EQ(link.peer.received(), "question");
  link.peer.send_text("answer");
  ASSERT_EQ(link.read(6), "answer");
}

struct Slices {
  const char* name;
  Wire::Faults faults;
  std::size_t peer_piece;
};

class Sliced : public ::testing::TestWithParam<Slices> {};

TEST_P(Sliced, HandshakeConversationAndResumption) {
  Link link{{.authorities = authority().c_str()}, {.piece = GetParam().peer_piece}};
  link.wire.faults = GetParam().faults;
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(link.open(), Progress::ready);
    expect_conversation(link);
    link.tls.close();
  }
  EXPECT_EQ(link.tls.handshakes().resumed, 1u);
}

INSTANTIATE_TEST_SUITE_P(
    MbedtlsFaults, Sliced,
    ::testing::Values(
        Slices{"ByteByByte", {.read_piece = 1, .write_piece = 1}, 1},
        Slices{"OneByteReads", {.read_piece = 1}, Wire::never},
        Slices{"OneByteWrites", {.write_piece = 1}, Wire::never},
        Slices{"WouldBlockEverywhere", {.stutters = true}, Wire::never},
        Slices{"SevenAndWouldBlock", {.read_piece = 7, .write_piece = 7, .stutters = true}, 5}),
    [](const auto& one) { return one.param.name; });

// The reasons for a cut are the lower transport's; the next connection is whole.
void expect_cut(Link& link, const Wire::Faults& faults, bool then_whole) {
  link.wire.faults = faults;
  const auto opened = link.open();
  if (opened) {  // Cut behind the handshake.
    (void)link.write("question");
    std::array<std::byte, 8> space{};
    (void)link.tls.read(space);
  } else {
    ASSERT_EQ(opened.error(), faults.cut_is);
    ASSERT_FALSE(link.wire.is_open());
    (void)link.peer.step();
    ASSERT_EQ(link.peer.received(), "");
  }
  link.tls.close();
  link.wire.faults = {};
  if (!then_whole) return;
  ASSERT_EQ(link.open(), Progress::ready);
  expect_conversation(link);
  link.tls.close();
}

// How many bytes a handshake has in each direction.
struct Size {
  std::size_t up;
  std::size_t down;
};
Size measure(Link& link) {
  EXPECT_EQ(link.open(), Progress::ready);
  const Size size{link.wire.sent().size(), link.wire.received()};
  EXPECT_GT(size.up, 100u);
  EXPECT_GT(size.down, 100u);
  link.tls.close();
  return size;
}

TEST(MbedtlsFaults, CutAtEveryByteOfAHandshakeWithASharedKey) {
  Link link{shared_key(), knows_it()};
  const Size size = measure(link);
  for (std::size_t at = 0; at <= size.up; ++at) {
    SCOPED_TRACE("up " + std::to_string(at));
    ASSERT_NO_FATAL_FAILURE(expect_cut(link, {.cut_up = at}, true));
  }
  for (std::size_t at = 0; at <= size.down; ++at) {
    SCOPED_TRACE("down " + std::to_string(at));
    ASSERT_NO_FATAL_FAILURE(expect_cut(link, {.cut_down = at, .cut_is = Error::link_error}, true));
  }
}

// Where both sides have to compute for each attempt, not each byte is cut; the test above has them.
TEST(MbedtlsFaults, CutAnywhereInAHandshakeWithCertificates) {
  Link link{{.authorities = authority().c_str(), .session_lifetime = Milliseconds{0}}};
  const Size size = measure(link);
  for (std::size_t at = 0; at <= size.up; at += 7) {
    SCOPED_TRACE("up " + std::to_string(at));
    ASSERT_NO_FATAL_FAILURE(expect_cut(link, {.cut_up = at}, at % 5 == 0));
  }
  for (std::size_t at = size.down; at > 0; at -= std::min<std::size_t>(at, 19)) {
    SCOPED_TRACE("down " + std::to_string(at));
    ASSERT_NO_FATAL_FAILURE(expect_cut(link, {.cut_down = at}, at % 5 == 0));
  }
}

// The broker's hello, its certificate and its signed key, recorded and played again: at each byte
// the stream ends.
TEST(MbedtlsFaults, CutAtEveryByteOfTheCertificates) {
  Link link{{.authorities = authority().c_str()}};
  ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
  (void)link.peer.step();
  const std::string flight = link.wire.take_given();
  link.tls.close();
  ASSERT_GT(flight.size(), 500u);
  ASSERT_EQ(flight.substr(flight.size() - 9, 3), "\x16\x03\x03") << "ServerHelloDone";
  for (std::size_t at = 0; at < flight.size() - 9; ++at) {
    SCOPED_TRACE(at);
    ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
    link.wire.give(flight.substr(0, at));
    link.wire.end();
    ASSERT_EQ(link.tls.open(link.broker).error(), Error::link_closed);
    ASSERT_FALSE(link.wire.is_open());
  }
  ASSERT_EQ(link.open(), Progress::ready);
  expect_conversation(link);
}

TEST(MbedtlsFaults, CutInEveryByteOfARecord) {
  Link link{shared_key(), knows_it()};
  const Size size = measure(link);
  std::size_t record = 1;
  for (std::size_t at = 0; at <= record; ++at) {
    SCOPED_TRACE(at);
    ASSERT_EQ(link.open(), Progress::ready);
    link.wire.faults.cut_down = size.down + at;
    link.peer.send_text("answer");
    record = link.wire.unread();
    EXPECT_GT(record, 20u);
    const std::string text = link.read(7);
    EXPECT_EQ(text, at == record ? "answer" : "");
    EXPECT_EQ(link.last_error, Error::link_closed);
    std::array<std::byte, 8> space{};
    EXPECT_EQ(link.tls.read(space).error(), Error::link_closed) << "and again";
    link.tls.close();
    link.wire.faults = {};
  }
}

TEST(MbedtlsFaults, GarbageFromTheBrokerEndsByName) {
  for (const std::string_view garbage : {"HTTP/1.1 400 Bad Request\r\n\r\n"sv, "\x20\x02\x00\x00"sv,
                                         "\x15\x03\x03\x00\x02\x02\x28"sv, "\x16\x03\x03\xff\xff"sv,
                                         "\x16\x03\x03\x00\x04\x02\xff\xff\xff"sv}) {
    Link link;
    ASSERT_EQ(link.tls.open(link.broker), Progress::pending);
    link.wire.give(garbage);
    link.wire.end();
    const auto opened = link.tls.open(link.broker);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error() == Error::tls_error || opened.error() == Error::link_closed)
        << to_string(opened.error());
    EXPECT_FALSE(link.wire.is_open());
  }
}

TEST(MbedtlsFaults, ABrokenRecordEndsTheConnection) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.wire.give(std::string{"\x17\x03\x03\x00\x20"} + std::string(32, 'x'));
  EXPECT_EQ(link.read(1), "");
  EXPECT_EQ(link.last_error, Error::tls_error);
  EXPECT_NE(link.tls.library_error(), 0);
  EXPECT_FALSE(link.write("x")) << "nothing more is sent";
}

TEST(MbedtlsFaults, PlainTextFromTheBrokerIsNotRead) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  link.wire.give("\x20\x03\x00\x00\x00 in plain text"sv);
  EXPECT_EQ(link.read(1), "");
  EXPECT_EQ(link.last_error, Error::tls_error);
}

}  // namespace
}  // namespace minimq::mbedtls

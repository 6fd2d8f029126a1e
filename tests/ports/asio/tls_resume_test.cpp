// SPDX-License-Identifier: MIT
//
// One connection after another: sessions taken up again, and links that break anywhere.
#include <minimq/asio/tls_transport.hpp>

#include <gtest/gtest.h>
#include <string>

#include "authority.hpp"
#include "memory_link.hpp"
#include "tls_server.hpp"

namespace minimq::asio::test {
namespace {

class TlsResumeTest : public ::testing::TestWithParam<int> {
 protected:
  TlsResumeTest()
      : server_{{.identity = certified({.names = "DNS:localhost,DNS:other.test"}),
                 .version = GetParam()}} {}

  void open(const Broker& broker = {"localhost", 8883}) {
    ASSERT_EQ(open_error(tls_, link_, broker), Error{});
    // With TLS 1.3 the tickets come behind the handshake.
    server_.send("welcome");
    ASSERT_EQ(read(tls_), "welcome");
  }

  TlsServer server_;
  MemoryLink link_{server_};
  TlsTransport tls_{link_, {.authorities = authority().certificate}};
};

INSTANTIATE_TEST_SUITE_P(Version, TlsResumeTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& made) {
                           return made.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsResumeTest, AReconnectTakesUpTheSession) {
  open();
  const std::size_t whole = link_.read_count();
  for (unsigned i = 1; i <= 3; ++i) {
    tls_.close();
    open();
    EXPECT_TRUE(server_.resumed());
    EXPECT_LT(link_.read_count(), whole) << "no certificate was sent";
    EXPECT_EQ(tls_.handshakes().full, 1u);
    EXPECT_EQ(tls_.handshakes().resumed, i);
  }
}

TEST_P(TlsResumeTest, ALinkThatBrokeDoesNotSpoilTheSession) {
  open();
  link_.read_budget = link_.read_count();
  EXPECT_EQ(read(tls_).error(), Error::link_closed);
  tls_.close();
  link_.read_budget = SIZE_MAX;
  open();
  EXPECT_TRUE(server_.resumed());
}

TEST_P(TlsResumeTest, ASessionIsForItsOwnBrokerOnly) {
  open();
  tls_.close();
  open({"other.test", 8883});
  EXPECT_FALSE(server_.resumed());
  tls_.close();
  open({"other.test", 8884});
  EXPECT_FALSE(server_.resumed());
  tls_.close();
  open({"other.test", 8884});
  EXPECT_TRUE(server_.resumed());
}

TEST_P(TlsResumeTest, ItCanBeSwitchedOff) {
  TlsTransport fresh{link_,
                     {.authorities = authority().certificate, .session_lifetime = Milliseconds{0}}};
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(open_error(fresh, link_), Error{});
    server_.send("welcome");
    ASSERT_EQ(read(fresh), "welcome");
    fresh.close();
  }
  EXPECT_EQ(fresh.handshakes().full, 2u);
  EXPECT_EQ(fresh.handshakes().resumed, 0u);
}

TEST_P(TlsResumeTest, ASessionHasALifetimeAndCanBeForgotten) {
  open();
  tls_.close();
  link_.pass(Duration{24 * 60 * 60 * 1'000 - 1});
  open();
  EXPECT_TRUE(server_.resumed());
  tls_.close();
  link_.pass(Duration{24 * 60 * 60 * 1'000});
  open();
  EXPECT_FALSE(server_.resumed());
  tls_.close();
  tls_.forget_session();
  open();
  EXPECT_FALSE(server_.resumed());
}

TEST_P(TlsResumeTest, AFailedHandshakeDropsTheSession) {
  open();
  tls_.close();
  link_.read_budget = 3;
  EXPECT_EQ(open_error(tls_, link_), Error::link_closed);
  link_.read_budget = SIZE_MAX;
  open();
  EXPECT_FALSE(server_.resumed()) << "who knows whether the session was to blame";
}

struct Cut {
  TlsServer& server;
  MemoryLink& link;
  TlsTransport& tls;

  // Whole, and a byte moves each way; with TLS 1.3 that brings the tickets.
  void open_whole() {
    link.read_budget = link.write_budget = SIZE_MAX;
    ASSERT_EQ(open_error(tls, link), Error{});
    ASSERT_EQ(write(tls, "x"), Result<std::size_t>{1});
    ASSERT_EQ(server.received, "x");
    server.send("y");
    ASSERT_EQ(read(tls), "y");
    tls.close();
  }
  // Fails by name: while it opens, or as soon as it reads.
  void open_cut() {
    Error error = open_error(tls, link);
    if (error == Error{}) {
      const auto text = read(tls);
      error = text ? Error{} : text.error();
      tls.close();
    }
    // Signatures differ in size, so the last cuts may lie behind the end.
    const bool cut =
        link.read_count() == link.read_budget || link.write_count() == link.write_budget;
    EXPECT_TRUE(!cut || error == Error::link_closed || error == Error::link_error) << int(error);
  }
  // The handshake is cut behind each of its bytes, in both directions.
  void everywhere(int whole_each) {
    ASSERT_EQ(open_error(tls, link), Error{});
    const std::size_t sizes[] = {link.read_count(), link.write_count()};
    tls.close();
    std::size_t* const budgets[] = {&link.read_budget, &link.write_budget};
    for (const int direction : {0, 1}) {
      for (std::size_t size = 0; size < sizes[direction]; ++size) {
        SCOPED_TRACE((direction == 0 ? "read " : "written ") + std::to_string(size));
        *budgets[direction] = size;
        open_cut();
        if (size % static_cast<std::size_t>(whole_each) == 0) open_whole();
        if (::testing::Test::HasFailure()) return;
      }
      open_whole();
    }
  }
};

TEST_P(TlsResumeTest, CutAtEveryByteOfTheHandshakeItAlwaysComesBack) {
  TlsTransport fresh{link_,
                     {.authorities = authority().certificate, .session_lifetime = Milliseconds{0}}};
  Cut{server_, link_, fresh}.everywhere(/*whole_each=*/8);
}

TEST_P(TlsResumeTest, CutAtEveryByteOfAResumedOneToo) {
  open();
  tls_.close();
  Cut{server_, link_, tls_}.everywhere(/*whole_each=*/1);  // A cut one drops the session.
  EXPECT_GT(tls_.handshakes().resumed, 0u);
}

}  // namespace
}  // namespace minimq::asio::test

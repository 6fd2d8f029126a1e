// SPDX-License-Identifier: MIT
//
// The handshake on a line that cuts and blocks wherever it can, and sessions that are resumed.
#include <gtest/gtest.h>

#include "ports/bearssl/pair.hpp"

namespace minimq::testing {
namespace {

using bearssl::TlsTransport;

class BearSslHandshake : public ::testing::Test {
 protected:
  // Sends both ways, and says what arrived.
  std::string talk(TlsTransport& client) {
    EXPECT_EQ(write(client, "hello"), 5u);
    while (server_.run()) {
    }
    server_.send("good day");
    while (server_.run()) {
    }
    return server_.take_received() + ", " + read(client);
  }

  Link link_{};
  World world_{};
  TlsServer server_{link_, world_.broker_identity};
};

TEST_F(BearSslHandshake, BytesOneByOne) {
  TlsTransport client{link_, world_.config};
  link_.piece = 1;
  EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
  EXPECT_EQ(write(client, "hello"), 5u);
  link_.piece = SIZE_MAX;
  EXPECT_EQ(read(client), "") << "which sends what is left";
  EXPECT_EQ(talk(client), "hellohello, good day");
}

TEST_F(BearSslHandshake, LineBlocksEveryOtherTime) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    TlsTransport client{link_, world_.config};
    link_.piece = piece;
    link_.blocks_every_other_time = true;
    EXPECT_EQ(open(client, server_, link_, world_.broker), "ready") << piece;
    link_.piece = SIZE_MAX;
    link_.blocks_every_other_time = false;
    EXPECT_EQ(talk(client), "hello, good day") << piece;
  }
}

TEST_F(BearSslHandshake, OneBufferForBothDirections) {
  world_.config.output = {};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{50}, SIZE_MAX}) {
    TlsTransport client{link_, world_.config};
    link_.piece = piece;
    EXPECT_EQ(open(client, server_, link_, world_.broker), "ready") << piece;
    link_.piece = SIZE_MAX;
    EXPECT_EQ(talk(client), "hello, good day") << piece;
  }
}

TEST_F(BearSslHandshake, StandardProfile) {
  world_.config.profile = &bearssl::standard_profile;
  TlsTransport client{link_, world_.config};
  EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
  EXPECT_EQ(talk(client), "hello, good day");
}

class BearSslCut : public BearSslHandshake {
 protected:
  void SetUp() override {
    world_.config.resumption = false;
    TlsTransport client{link_, world_.config};
    ASSERT_EQ(open(client, server_, link_, world_.broker), "ready");
    sent_ = link_.sent();
    received_ = link_.received();
  }
  // Wherever the line breaks, `open` says so, and the next attempt is a new one.
  void cut_everywhere(std::size_t& where, std::size_t size) {
    TlsTransport client{link_, world_.config};
    for (std::size_t count = 0; count < size; ++count) {
      where = count;
      ASSERT_EQ(open(client, server_, link_, world_.broker), "link_error") << count;
      ASSERT_FALSE(link_.is_open());
    }
    where = SIZE_MAX;
    EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
    EXPECT_EQ(talk(client), "hello, good day");
  }

  std::size_t sent_{0};
  std::size_t received_{0};
};

TEST_F(BearSslCut, AfterEveryByteToTheBroker) {
  cut_everywhere(link_.cut_to_server, sent_ - 8);  // Signatures differ in size.
}

TEST_F(BearSslCut, AfterEveryByteFromTheBroker) {
  cut_everywhere(link_.cut_to_client, received_ - 8);
}

TEST_F(BearSslHandshake, ServerEndsTheStreamOrTalksSomethingElse) {
  TlsTransport client{link_, world_.config};
  ASSERT_EQ(client.open(world_.broker), Transport::Progress::pending);
  link_.close_by_server();
  EXPECT_EQ(client.open(world_.broker), std::unexpected{Error::link_closed});
  EXPECT_EQ(client.library_error(), BR_ERR_OK);

  ASSERT_EQ(client.open(world_.broker), Transport::Progress::pending);
  link_.send_to_client("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(client.open(world_.broker), std::unexpected{Error::tls_error});
  EXPECT_NE(client.library_error(), BR_ERR_OK);
}

TEST_F(BearSslHandshake, BrokerRefusesWithAnAlert) {
  TlsTransport client{link_, world_.config};
  ASSERT_EQ(client.open(world_.broker), Transport::Progress::pending);
  link_.send_to_client({"\x15\x03\x03\x00\x02\x02\x28", 7});
  EXPECT_EQ(client.open(world_.broker), std::unexpected{Error::tls_error});
  EXPECT_EQ(client.library_error(), BR_ERR_RECV_FATAL_ALERT + BR_ALERT_HANDSHAKE_FAILURE);
}

// Who has no certificate learns of it although the broker closes before it has read everything.
TEST_F(BearSslHandshake, BrokerThatRefusesOurCertificateTakesNoMore) {
  for (const auto alert : {BR_ALERT_HANDSHAKE_FAILURE, BR_ALERT_UNKNOWN_CA}) {
    server_.require_certificate_of(world_.root);
    TlsTransport client{link_, world_.config};
    ASSERT_EQ(client.open(world_.broker), Transport::Progress::pending);
    server_.accept();
    while (server_.run()) {
    }
    link_.send_to_client({"\x15\x03\x03\x00\x02\x02", 6});
    link_.send_to_client(std::string(1, static_cast<char>(alert)));
    link_.close_by_server();
    link_.write_fails = true;
    EXPECT_EQ(client.open(world_.broker), std::unexpected{Error::client_certificate_refused});
    EXPECT_EQ(client.library_error(), BR_ERR_RECV_FATAL_ALERT + alert);
    link_.write_fails = false;
  }
}

TEST_F(BearSslHandshake, LowerTransportsErrorsPassThrough) {
  TlsTransport client{link_, world_.config};
  link_.open_result = Transport::Progress::pending;
  EXPECT_EQ(client.open(world_.broker), Transport::Progress::pending);
  EXPECT_EQ(client.open(world_.broker), Transport::Progress::pending);
  link_.open_result = std::unexpected{Error::host_not_found};
  EXPECT_EQ(client.open(world_.broker), std::unexpected{Error::host_not_found});
  link_.open_result = Transport::Progress::ready;
  EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
}

TEST_F(BearSslHandshake, ClosedInTheMiddleAndOpenedAgain) {
  TlsTransport client{link_, world_.config};
  client.close();
  EXPECT_EQ(client.open(world_.broker), Transport::Progress::pending);
  client.close();
  client.close();
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
}

class BearSslResumption : public BearSslHandshake {
 protected:
  // Opens, talks, closes; what the handshake cost in bytes.
  std::size_t connect(TlsTransport& client) {
    EXPECT_EQ(open(client, server_, link_, world_.broker), "ready");
    const std::size_t bytes = link_.sent() + link_.received();
    EXPECT_EQ(talk(client), "hello, good day");
    client.close();
    return bytes;
  }
};

TEST_F(BearSslResumption, LaterHandshakesAreShort) {
  TlsTransport client{link_, world_.config};
  const std::size_t whole = connect(client);
  EXPECT_FALSE(client.resumed());
  for (int i = 0; i < 3; ++i) {
    const std::size_t brief = connect(client);
    EXPECT_TRUE(client.resumed());
    EXPECT_LT(brief * 2, whole) << brief << " bytes instead of " << whole;
  }
  client.forget_session();
  EXPECT_NEAR(static_cast<double>(connect(client)), static_cast<double>(whole), 8)
      << "signatures differ in size";
  EXPECT_FALSE(client.resumed());
  EXPECT_EQ(client.handshakes().full, 2u);
  EXPECT_EQ(client.handshakes().resumed, 3u);
}

TEST_F(BearSslResumption, BrokerHasForgottenIt) {
  TlsTransport client{link_, world_.config};
  (void)connect(client);
  server_.forget_sessions();
  (void)connect(client);
  EXPECT_FALSE(client.resumed());
  (void)connect(client);
  EXPECT_TRUE(client.resumed());
}

TEST_F(BearSslResumption, NotForAnotherHostNotLongerThanTheCertificateNotIfSwitchedOff) {
  TlsTransport client{link_, world_.config};
  (void)connect(client);
  world_.broker = Broker{"other.example.test", 8883};
  (void)connect(client);
  EXPECT_FALSE(client.resumed()) << "another host";
  world_.calendar.unix_time = today + day;
  (void)connect(client);
  EXPECT_TRUE(client.resumed());
  world_.calendar.unix_time = today + day + 1;
  EXPECT_EQ(open(client, server_, link_, world_.broker), "certificate_expired");
  world_.calendar.unix_time = today;
  world_.config.resumption = false;
  TlsTransport other{link_, world_.config};
  (void)connect(other);
  (void)connect(other);
  EXPECT_FALSE(other.resumed());
}

TEST_F(BearSslResumption, AttemptThatFailsIsNotRepeated) {
  TlsTransport client{link_, world_.config};
  (void)connect(client);
  ASSERT_EQ(client.open(world_.broker), Transport::Progress::pending);
  client.close();  // the session's connect_timeout
  (void)connect(client);
  EXPECT_FALSE(client.resumed());
}

}  // namespace
}  // namespace minimq::testing

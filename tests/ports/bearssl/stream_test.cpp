// SPDX-License-Identifier: MIT
//
// An open connection: records, waits, and the end.
#include <gtest/gtest.h>

#include "ports/bearssl/pair.hpp"

namespace minimq::testing {
namespace {

using bearssl::TlsTransport;

class Flag final : public Waiter {
 public:
  int count{0};
  void ready() override { ++count; }
};

class BearSslStream : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(open(client_, server_, link_, world_.broker), "ready"); }

  void serve() {
    while (server_.run()) {
    }
  }
  // Whether a wait for this ends now.
  bool ends(Interest interest, std::optional<Instant> deadline = std::nullopt) {
    Flag flag;
    client_.wait(interest, deadline, flag);
    EXPECT_EQ(flag.count, 0) << "ready() from inside wait()";
    for (int turn = 0; turn < 10 && link_.run_once(); ++turn) {
    }
    const bool ended = flag.count != 0;
    EXPECT_LE(flag.count, 1);
    EXPECT_FALSE(!ended && link_.run_once()) << "a spin";
    client_.cancel(flag);
    EXPECT_FALSE(link_.is_waited_for());
    return ended;
  }

  static constexpr Interest none{};
  static constexpr Interest to_read{.read = true};
  static constexpr Interest to_write{.write = true};

  Link link_{};
  World world_{};
  TlsServer server_{link_, world_.broker_identity};
  TlsTransport client_{link_, world_.config};
};

TEST_F(BearSslStream, SpansAndRecordsOfAnySizeArriveInOrder) {
  std::string text;
  while (text.size() < 5'000)
    text += std::to_string(text.size()) + ' ';
  const std::array<Bytes, 3> spans{as_bytes("a"), as_bytes(text), as_bytes("z")};
  EXPECT_FALSE(has_application_data(link_.everything_sent()));
  EXPECT_EQ(client_.write(spans), text.size() + 2);
  EXPECT_TRUE(has_application_data(link_.everything_sent()));
  serve();
  EXPECT_EQ(server_.take_received(), "a" + text + "z");
  for (std::size_t begin = 0; begin < text.size(); begin += 700)
    server_.send(text.substr(begin, 700));
  std::string received;
  for (int turn = 0; turn < 100 && received.size() < text.size(); ++turn) {
    serve();
    received += read(client_, 333);
  }
  EXPECT_EQ(received, text);
}

TEST_F(BearSslStream, RecordsSplitAnywhereAndJoined) {
  for (std::size_t piece = 1; piece < 60; ++piece) {
    server_.send("one");
    server_.send("two");
    serve();
    link_.piece = piece;
    std::string received;
    for (int turn = 0; turn < 200 && received.size() < 6; ++turn)
      received += read(client_);
    ASSERT_EQ(received, "onetwo") << piece;
  }
}

TEST_F(BearSslStream, WhatHasArrivedInsideOfTlsIsReadable) {
  EXPECT_FALSE(ends(to_read));
  server_.send("hello");
  serve();
  EXPECT_EQ(read(client_, 2), "he");
  EXPECT_TRUE(ends(to_read)) << "although the lower transport has nothing";
  EXPECT_FALSE(ends(none));
  EXPECT_EQ(read(client_), "llo");
  EXPECT_FALSE(ends(to_read));
}

TEST_F(BearSslStream, HalfARecordEndsNoWait) {
  const std::string record = server_.seal("hello");
  link_.send_to_client(record.substr(0, 10));
  EXPECT_FALSE(ends(to_read));
  link_.send_to_client(record.substr(10, record.size() - 11));
  EXPECT_FALSE(ends(to_read));
  EXPECT_EQ(read(client_), "");
  link_.send_to_client(record.substr(record.size() - 1));
  EXPECT_TRUE(ends(to_read));
  EXPECT_EQ(read(client_), "hello");
}

TEST_F(BearSslStream, LineIsCutInTheMiddleOfARecord) {
  link_.send_to_client(server_.seal("hello"));
  link_.cut_to_client = link_.received() + 10;
  EXPECT_TRUE(ends(to_read));
  EXPECT_EQ(read(client_), "link_error");
  (void)write(client_, "taken, as a line that is about to break would");
  EXPECT_EQ(write(client_, "hello"), 0u);
  link_.cut_to_client = SIZE_MAX;
  client_.close();
  EXPECT_EQ(open(client_, server_, link_, world_.broker), "ready");
}

TEST_F(BearSslStream, WhatWasTakenLeavesWhateverTheApplicationWaitsFor) {
  for (const Interest interest : {to_read, to_write, none}) {
    link_.write_budget = 10;
    EXPECT_EQ(write(client_, "hello"), 5u) << "it is in the record";
    serve();
    EXPECT_EQ(server_.take_received(), "");
    EXPECT_FALSE(ends(interest));
    link_.write_budget = SIZE_MAX;
    EXPECT_EQ(ends(interest), interest.write);
    serve();
    EXPECT_EQ(server_.take_received(), "hello");
  }
}

TEST_F(BearSslStream, WriteBlocksWhileARecordIsInTheWay) {
  link_.write_budget = 10;
  EXPECT_EQ(write(client_, "hello"), 5u);
  EXPECT_EQ(write(client_, "again"), 0u);
  link_.write_budget = SIZE_MAX;
  EXPECT_EQ(write(client_, "again"), 5u);
  serve();
  EXPECT_EQ(server_.take_received(), "helloagain");
}

TEST_F(BearSslStream, DeadlineEndsTheWait) {
  EXPECT_FALSE(ends(to_read, link_.now() + Duration{10}));
  link_.clock.advance(Duration{10});
  EXPECT_TRUE(ends(to_read, link_.now()));
  EXPECT_TRUE(ends(none, link_.now()));
}

TEST_F(BearSslStream, BrokerSaysGoodbye) {
  server_.send("last words");
  serve();
  server_.say_goodbye();
  serve();
  EXPECT_TRUE(ends(to_read));
  EXPECT_EQ(read(client_), "last words");
  EXPECT_EQ(read(client_), "link_closed");
  EXPECT_EQ(client_.library_error(), BR_ERR_OK);
  serve();
  EXPECT_TRUE(server_.is_closed()) << "it was answered";
  EXPECT_FALSE(ends(none));
  EXPECT_TRUE(ends(to_write));
}

TEST_F(BearSslStream, WeSayGoodbye) {
  server_.send("nobody reads this");
  serve();
  (void)read(client_, 1);
  client_.close();
  EXPECT_FALSE(link_.is_open());
  serve();
  EXPECT_TRUE(server_.is_closed());
  EXPECT_EQ(server_.error(), BR_ERR_OK);
  EXPECT_EQ(read(client_), "link_closed");
  EXPECT_EQ(write(client_, "hello"), 0u);
}

TEST_F(BearSslStream, GoodbyeDoesNotWait) {
  link_.write_budget = 0;
  client_.close();
  EXPECT_FALSE(link_.is_open());
  EXPECT_FALSE(server_.is_closed());
}

TEST_F(BearSslStream, StreamThatEndsWithoutGoodbye) {
  server_.send("last words");
  serve();
  link_.close_by_server();
  EXPECT_EQ(read(client_), "last words");
  EXPECT_EQ(read(client_), "link_closed");
  EXPECT_TRUE(ends(to_read));
  EXPECT_FALSE(ends(none));
}

TEST_F(BearSslStream, ForgedRecord) {
  link_.send_to_client({"\x17\x03\x03\x00\x20", 5});
  link_.send_to_client(std::string(32, 'x'));
  EXPECT_EQ(read(client_), "tls_error");
  EXPECT_EQ(client_.library_error(), BR_ERR_BAD_MAC);
  EXPECT_EQ(write(client_, "hello"), 0u);
  client_.close();
  EXPECT_EQ(open(client_, server_, link_, world_.broker), "ready");
  EXPECT_FALSE(client_.resumed()) << "no session survives that";
}

TEST_F(BearSslStream, RecordThatDoesNotFit) {
  link_.send_to_client({"\x17\x03\x03\x40\x00", 5});
  EXPECT_EQ(read(client_), "tls_error");
  EXPECT_EQ(client_.library_error(), BR_ERR_TOO_LARGE);
}

TEST_F(BearSslStream, RenegotiationIsRefusedAndTheConnectionGoesOn) {
  server_.renegotiate();
  serve();
  EXPECT_EQ(read(client_), "");
  EXPECT_EQ(write(client_, "hello"), 5u);
  serve();
  // no_renegotiation is a warning, which BearSSL's server takes for the end.
  constexpr int refused = BR_ERR_RECV_FATAL_ALERT + BR_ALERT_NO_RENEGOTIATION;
  EXPECT_EQ(server_.error(), refused);
  EXPECT_EQ(client_.library_error(), BR_ERR_OK);
}

TEST_F(BearSslStream, FloodOfEmptyRecordsDoesNotKeepACall) {
  for (int i = 0; i < 200; ++i)
    server_.send("");
  server_.send("hello");
  serve();
  EXPECT_EQ(read(client_), "");
  EXPECT_NE(link_.unread(), 0u);
  for (int turn = 0; turn < 10 && link_.unread() != 0; ++turn) {
    EXPECT_TRUE(ends(to_read));
  }
  EXPECT_EQ(read(client_), "hello");
}

}  // namespace
}  // namespace minimq::testing

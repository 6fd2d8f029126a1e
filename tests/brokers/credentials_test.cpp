// SPDX-License-Identifier: MIT
//
// A broker that wants a password.
#include <gtest/gtest.h>
#include <string>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

constexpr std::string_view log_line = "New connection";

class PasswordBroker : public ::testing::Test {
 protected:
  static std::string passwords(posix::EventLoop& loop, const TemporaryDirectory& directory) {
    const std::string file = directory.file("passwords");
    Process tool{loop, {"mosquitto_passwd", "-c", "-b", file, "alice", "s3cret"}};
    EXPECT_EQ(tool.finish(), 0) << tool.output();
    return file;
  }

  posix::EventLoop loop_;
  TemporaryDirectory directory_;
  Mosquitto broker_{loop_, "allow_anonymous false\npassword_file " + passwords(loop_, directory_)};
  Credentials right_{.user_name = "alice", .password = as_bytes("s3cret")};
  Credentials wrong_{.user_name = "alice", .password = as_bytes("guess")};
};

TEST_F(PasswordBroker, LetsTheRightOneIn) {
  Client client{loop_, broker_.address(), "device", {.credentials = &right_}};
  client.connect();
  ASSERT_TRUE(broker_.says("u'alice'"));
}

TEST_F(PasswordBroker, StopsTheWrongOneWithItsReason) {
  Client client{
      loop_, broker_.address(), "device", {.credentials = &wrong_, .stop_on_permanent = true}};
  client.expect(Event::Kind::disconnected);
  const Event event = client.expect(Event::Kind::stopped);
  EXPECT_EQ(event.cause().error, Error::connection_refused);
  EXPECT_EQ(event.cause().reason, ReasonCode::not_authorized);
  EXPECT_EQ(client.session().state(), Session::State::stopped);
  EXPECT_FALSE(client.session().next_deadline()) << "nothing happens until start()";

  // The cure is at hand.
  EXPECT_TRUE(client.session().set_credentials(&right_));
  EXPECT_TRUE(client.session().start());
  client.connect();
  EXPECT_EQ(broker_.count(log_line), 2u);
}

TEST_F(PasswordBroker, IsNotHammeredByTheWrongOne) {
  Client client{loop_, broker_.address(), "device", {.credentials = &wrong_}};
  const Event event = client.expect(Event::Kind::disconnected);
  EXPECT_EQ(event.cause().error, Error::connection_refused);
  EXPECT_EQ(event.cause().reason, ReasonCode::not_authorized);
  EXPECT_GE(event.next_attempt(), loop_.now() + 14min);
  EXPECT_EQ(client.session().next_deadline(), event.next_attempt());
  // Until then nothing happens, whatever else the loop has to do.
  Client other{loop_, broker_.address(), "other", {.credentials = &right_}};
  other.connect();
  EXPECT_EQ(broker_.count(log_line), 2u);
  EXPECT_EQ(client.session().counters().failures, 1);
}

TEST_F(PasswordBroker, RefusesTheOneWithoutCredentials) {
  Client client{loop_, broker_.address(), "device", {.stop_on_permanent = true}};
  client.expect(Event::Kind::disconnected);
  const Event event = client.expect(Event::Kind::stopped);
  EXPECT_EQ(event.cause().error, Error::connection_refused);
  EXPECT_EQ(event.cause().reason, ReasonCode::not_authorized);
}

TEST_F(PasswordBroker, IsAskedAgainAtOnceOnDemand) {
  Client client{loop_, broker_.address(), "device", {.credentials = &wrong_}};
  client.expect(Event::Kind::disconnected);
  EXPECT_TRUE(client.session().reconnect_now());
  client.expect(Event::Kind::disconnected);
  ASSERT_TRUE(broker_.says(log_line, 2));
}

}  // namespace
}  // namespace minimq::brokers

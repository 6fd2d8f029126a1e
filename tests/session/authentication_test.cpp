// SPDX-License-Identifier: MIT
//
// What a session makes of enhanced authentication: when it tries again, and what it refuses.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

using namespace std::chrono_literals;

// One round; the broker proves itself with "proof".
class Secret final : public Authenticator {
 public:
  [[nodiscard]] std::string_view method() const override { return "SECRET"; }
  [[nodiscard]] Result<Bytes> begin() override { return as_bytes("first"); }
  [[nodiscard]] Result<Bytes> challenge(Bytes) override { return as_bytes("answer"); }
  [[nodiscard]] bool finish(Bytes data) override { return as_text(data) == "proof"; }
};

class AuthenticatedSession : public ::testing::Test {
 protected:
  static ConnackFields accepted(std::string_view proof = "proof") {
    return {.properties = {authentication_method("SECRET"), authentication_data(proof)}};
  }
  static Packet challenge() {
    return auth(0x18, {authentication_method("SECRET"), authentication_data("why")});
  }
  static Packet done(std::string_view proof = "proof") {
    return auth(0x00, {authentication_method("SECRET"), authentication_data(proof)});
  }

  Secret secret_;
  Authentication authentication_{secret_};
  Extras extras_{.authentication = &authentication_};
  Config config_{.extras = &extras_};
};

TEST_F(AuthenticatedSession, GoesOnlineBehindItsChallenge) {
  Script script{config_};
  script.run();
  script.expect("CONNECT * {* authentication_method=SECRET authentication_data=first}");
  script.send(challenge());
  script.expect("AUTH 0x18 {authentication_method=SECRET authentication_data=answer}");
  script.expect_no_event();
  script.send(connack(accepted()));
  script.expect_event("connected");
}

TEST_F(AuthenticatedSession, AWrongProofIsRetriedSlowly) {
  Script script{config_};
  script.go_online(accepted("wrong"));
  script.expect_event("disconnected authentication_failed *");
  EXPECT_GE(script.next_deadline(), 15min);
}

TEST_F(AuthenticatedSession, ARefusalIsRetriedSlowly) {
  for (const auto reason : {std::uint8_t{0x87}, std::uint8_t{0x8C}}) {
    Script script{config_};
    script.run();
    script.expect("CONNECT *");
    script.send(connack({.reason = reason}));
    script.expect_event("disconnected connection_refused *");
    EXPECT_GE(script.next_deadline(), 15min) << "[MQTT-4.12.0-4]";
  }
}

TEST_F(AuthenticatedSession, ReauthenticatesWhileMessagesGoOn) {
  Script script{config_};
  script.connect(accepted());
  ASSERT_TRUE(script.session().reauthenticate());
  script.expect("AUTH 0x19 {authentication_method=SECRET authentication_data=first}");
  const auto ticket = script.session().publish({.topic = "a", .qos = QoS::at_least_once});
  ASSERT_TRUE(ticket);
  const auto id = script.expect("PUBLISH q1 *").id;
  script.send(challenge(), publish({.topic = "in", .payload = "x"}));
  script.expect("AUTH 0x18");
  script.expect_event("inbound q0 in x");
  script.send(puback(id), done());
  script.expect_event("settled publish 0x00");
  script.expect_no_event();
  EXPECT_FALSE(authentication_.busy()) << "[MQTT-4.12.1-1]";
}

TEST_F(AuthenticatedSession, AFailedReauthenticationEndsTheConnection) {
  Script script{config_};
  script.connect(accepted());
  ASSERT_TRUE(script.session().reauthenticate());
  script.expect("AUTH 0x19");
  script.send(done("wrong"));
  script.expect("DISCONNECT 0x80");
  script.expect_event("disconnected authentication_failed 0x80");
  EXPECT_GE(script.next_deadline(), 15min) << "[MQTT-4.12.1-2]";
}

TEST_F(AuthenticatedSession, ABrokerThatSaysNothingIsTriedAgainSoon) {
  Script script{config_};
  script.connect(accepted());
  ASSERT_TRUE(script.session().reauthenticate());
  script.expect("AUTH 0x19");
  script.advance(10s);
  script.expect_event("disconnected authentication_timeout");
  EXPECT_LE(script.next_deadline(), 1s);
}

TEST_F(AuthenticatedSession, NamesWhyItCannotReauthenticate) {
  Script script{config_};
  EXPECT_EQ(script.session().reauthenticate().error(), Error::not_online);
  script.connect(accepted());
  ASSERT_TRUE(script.session().reauthenticate());
  EXPECT_EQ(script.session().reauthenticate().error(), Error::busy);
  Script without;
  without.connect();
  EXPECT_EQ(without.session().reauthenticate().error(), Error::no_authenticator)
      << "[MQTT-4.12.0-7]";
  without.expect_nothing();
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// A Mosquitto that asks for SCRAM-SHA-256, by the plugin in plugin/.
#include <gtest/gtest.h>
#include <string>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "support/scram_sha_256.hpp"

namespace minimq::brokers {
namespace {

std::string plugin(const std::string& more = "") {
  return "allow_anonymous true\nplugin " MINIMQ_BIN_DIR
         "/scram_plugin.so\nplugin_opt_user alice\nplugin_opt_password pencil\n" +
         more;
}

class ScramBroker : public ::testing::Test {
 protected:
  struct Device {
    Device(posix::EventLoop& loop, Mosquitto& broker, std::string_view password, bool stops = true)
        : scram{"alice", password},
          client{loop, broker.address(), "device", config(&extras, stops)} {}
    static Config config(const Extras* extras, bool stops) {
      return {.extras = extras, .stop_on_permanent = stops};
    }
    // The session lives until its exchange is over.
    [[nodiscard]] bool finish_exchange(posix::EventLoop& loop) {
      return turn_until(loop, [this] { return !authentication.busy(); });
    }
    example::ScramSha256 scram;
    Authentication authentication{scram};
    Extras extras{.authentication = &authentication};
    Client client;
  };

  posix::EventLoop loop_;
};

TEST_F(ScramBroker, LetsInWhoKnowsThePassword) {
  Mosquitto broker{loop_, plugin()};
  Device device{loop_, broker, "pencil"};
  device.client.connect();
  EXPECT_TRUE(broker.says("scram: exchange 1 of alice")) << "[MQTT-4.12.0-3]";
  device.client.subscribe("t");
  EXPECT_TRUE(
      device.client.publish({.topic = "t", .payload = "x", .qos = QoS::at_least_once}).ok());
  EXPECT_EQ(device.client.message().payload, "x");
  device.client.disconnect();
}

TEST_F(ScramBroker, StopsWhoDoesNot) {
  Mosquitto broker{loop_, plugin()};
  Device device{loop_, broker, "pen"};
  device.client.expect(Event::Kind::disconnected);
  const Cause cause = device.client.expect(Event::Kind::stopped).cause();
  EXPECT_EQ(cause.error, Error::connection_refused);
  EXPECT_EQ(cause.reason, ReasonCode::not_authorized) << "[MQTT-4.12.0-4]";
}

TEST_F(ScramBroker, IsLeftIfItsSignatureIsWrong) {
  Mosquitto broker{loop_, plugin("plugin_opt_lie true\n")};
  Device device{loop_, broker, "pencil"};
  device.client.expect(Event::Kind::disconnected);
  EXPECT_EQ(device.client.expect(Event::Kind::stopped).cause().error, Error::authentication_failed);
}

TEST_F(ScramBroker, RefusesAMethodItDoesNotHave) {
  Mosquitto broker{loop_};
  Device device{loop_, broker, "pencil"};
  device.client.expect(Event::Kind::disconnected);
  const Cause cause = device.client.expect(Event::Kind::stopped).cause();
  EXPECT_EQ(cause.error, Error::connection_refused);
  EXPECT_EQ(cause.reason, ReasonCode::bad_authentication_method) << "[MQTT-4.12.0-1]";
}

// Between the messages: Mosquitto 2.0.11 takes every other packet during the exchange for an error.
TEST_F(ScramBroker, ReauthenticatesAsOftenAsIsWanted) {
  Mosquitto broker{loop_, plugin()};
  Device device{loop_, broker, "pencil"};
  Client& client = device.client;
  client.connect();
  client.subscribe("t", QoS::at_most_once);  // No acknowledgement of ours is under way.
  for (std::size_t exchange = 2; exchange <= 4; ++exchange) {
    ASSERT_TRUE(client.session().reauthenticate());
    EXPECT_EQ(client.session().reauthenticate().error(), Error::busy);
    ASSERT_TRUE(device.finish_exchange(loop_));
    EXPECT_TRUE(broker.says("scram: exchange " + std::to_string(exchange) + " of alice"))
        << "[MQTT-4.12.1-1]";
    EXPECT_TRUE(client.publish({.topic = "t", .payload = "x", .qos = QoS::exactly_once}).ok());
    EXPECT_EQ(client.message().payload, "x");
  }
  client.disconnect();
}

// What it does to a device that publishes meanwhile, which 4.12.1 allows: the message is not lost.
TEST_F(ScramBroker, AMessageThatMosquittoDoesNotTakeMeanwhileArrivesLater) {
  Mosquitto broker{loop_, plugin()};
  Device device{loop_, broker, "pencil", /*stops=*/false};
  Client& client = device.client;
  client.connect();
  ASSERT_TRUE(client.session().reauthenticate());
  const auto ticket =
      client.session().publish({.topic = "t", .payload = "x", .qos = QoS::at_least_once});
  ASSERT_TRUE(ticket);
  // Its DISCONNECT may be lost with what it did not read of ours, so why is not certain.
  client.expect(Event::Kind::disconnected);
  ASSERT_TRUE(client.session().reconnect_now());
  EXPECT_FALSE(is_error(client.settled(ticket).reason())) << "[MQTT-4.4.0-1]";
  client.expect(Event::Kind::reconnected);
}

TEST_F(ScramBroker, ConnectsAgainWithAnExchangeOfItsOwn) {
  Mosquitto broker{loop_, plugin()};
  Device device{loop_, broker, "pencil"};
  device.client.connect();
  device.client.die();
  device.client.expect(Event::Kind::disconnected);
  device.client.expect(Event::Kind::reconnected);
  EXPECT_TRUE(broker.says("scram: exchange 1 of alice", 2)) << "[MQTT-4.12.0-5]";
}

// Mosquitto 2.0.11 says so with a second CONNACK, which is an error of its own [MQTT-3.2.0-2].
TEST_F(ScramBroker, ARefusedReauthenticationEndsTheConnection) {
  Mosquitto broker{loop_, plugin("plugin_opt_again false\n")};
  Device device{loop_, broker, "pencil"};
  device.client.connect();
  ASSERT_TRUE(device.client.session().reauthenticate());
  const Cause cause = device.client.expect(Event::Kind::disconnected).cause();
  EXPECT_EQ(cause.error, Error::protocol_error) << "[MQTT-4.12.1-2] [MQTT-3.2.0-2]";
  device.client.expect(Event::Kind::stopped);
}

}  // namespace
}  // namespace minimq::brokers

// SPDX-License-Identifier: MIT
//
// The will: seen when a connection dies, and only then.
#include <array>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

class Will : public ::testing::Test {
 protected:
  Will() {
    watcher_.connect();
    watcher_.subscribe("will/+");
  }

  // Whatever the broker had to publish before this call comes before the mark.
  void mark() { EXPECT_TRUE(watcher_.session().publish({.topic = "will/mark"})); }

  // The end of a power supply: the connection is reset, and nobody comes back.
  static void pull_the_plug(std::optional<Client>& device) {
    device->reset_on_close();
    device.reset();
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Client watcher_{loop_, broker_.address(), "watcher"};
  minimq::Will will_{.topic = "will/device", .payload = as_bytes("gone")};
};

TEST_F(Will, IsSeenAfterAKilledConnection) {
  std::optional<Client> device;
  device.emplace(loop_, broker_.address(), "device", Config{.will = &will_});
  device->connect();
  pull_the_plug(device);
  const Received message = watcher_.message();
  EXPECT_EQ(message.topic, "will/device");
  EXPECT_EQ(message.payload, "gone") << "[MQTT-3.1.2-7] [MQTT-3.1.2-8]";
}

TEST_F(Will, IsKeptByTheBrokerOnlyIfItIsRetained) {
  for (const bool retained : {false, true}) {
    will_.retain = retained;
    std::optional<Client> device;
    device.emplace(loop_, broker_.address(), "device", Config{.will = &will_});
    device->connect();
    pull_the_plug(device);
    EXPECT_EQ(watcher_.message().payload, "gone");
    Client late{loop_, broker_.address(), retained ? "late" : "too late"};
    late.connect();
    late.subscribe("will/+");
    mark();
    const Received message = late.message();
    EXPECT_EQ(message.topic, retained ? "will/device" : "will/mark")
        << "[MQTT-3.1.2-14] [MQTT-3.1.2-15]";
    EXPECT_EQ(message.retain, retained);
    EXPECT_EQ(watcher_.message().topic, "will/mark");
  }
}

TEST_F(Will, IsSeenWhenTheLinkDiesAndTheDeviceComesBackByItself) {
  Client device{loop_, broker_.address(), "device", {.will = &will_}};
  device.connect();
  device.die();
  EXPECT_EQ(device.expect(Event::Kind::disconnected).cause().error, Error::link_closed);
  device.expect(Event::Kind::reconnected);
  EXPECT_EQ(watcher_.message().payload, "gone");
}

TEST_F(Will, IsNotSeenAfterAnOrderlyDisconnect) {
  Client device{loop_, broker_.address(), "device", {.will = &will_}};
  device.connect();
  device.disconnect();
  ASSERT_TRUE(broker_.says("Client device disconnected"));
  mark();
  EXPECT_EQ(watcher_.message().topic, "will/mark") << "[MQTT-3.1.2-10] [MQTT-3.14.4-3]";
}

TEST_F(Will, IsSeenAfterADisconnectThatAsksForIt) {
  Client device{loop_, broker_.address(), "device", {.will = &will_}};
  device.connect();
  device.disconnect({.reason = ReasonCode::disconnect_with_will_message});
  ASSERT_TRUE(broker_.says("Client device disconnected"));
  mark();
  EXPECT_EQ(watcher_.message().topic, "will/device") << "[MQTT-3.1.2-8]";
  EXPECT_EQ(watcher_.message().topic, "will/mark");
}

TEST_F(Will, WaitsForItsDelay) {
  const std::array properties{Property::will_delay_s(2)};
  will_.properties = properties;
  std::optional<Client> device;
  device.emplace(loop_, broker_.address(), "device", Config{.will = &will_});
  device->connect();
  const Instant killed = loop_.now();
  pull_the_plug(device);
  ASSERT_TRUE(broker_.says("Client device closed its connection") ||
              broker_.count("Socket error on client device") > 0);
  mark();
  EXPECT_EQ(watcher_.message().topic, "will/mark");
  EXPECT_EQ(watcher_.message().topic, "will/device");
  EXPECT_GE(loop_.now() - killed, 1s) << "the broker counts in whole seconds";
}

TEST_F(Will, IsNotSeenWhenTheDeviceIsBackBeforeItsDelayEnds) {
  const std::array properties{Property::will_delay_s(1)};
  will_.properties = properties;
  minimq::Will others = will_;
  others.topic = "will/other";
  Client device{loop_, broker_.address(), "device", {.will = &will_}};
  std::optional<Client> other;
  other.emplace(loop_, broker_.address(), "other", Config{.will = &others});
  device.connect();
  other->connect();
  device.die();
  device.expect(Event::Kind::disconnected);
  device.expect(Event::Kind::reconnected);
  // The will of the one that dies later, and for good, is the first and only one.
  pull_the_plug(other);
  EXPECT_EQ(watcher_.message().topic, "will/other") << "[MQTT-3.1.3-9]";
  mark();
  EXPECT_EQ(watcher_.message().topic, "will/mark");
}

TEST_F(Will, CarriesItsPropertiesQoSAndRetain) {
  const std::array properties{Property::content_type("text/plain"),
                              Property::payload_is_text(),
                              Property::message_expiry_s(1000),
                              Property{PropertyId::response_topic, "answers"},
                              Property{PropertyId::correlation_data, "42"},
                              Property::user("device", "7")};
  will_.properties = properties;
  will_.qos = QoS::exactly_once;
  will_.retain = true;
  std::optional<Client> device;
  device.emplace(loop_, broker_.address(), "device", Config{.will = &will_});
  device->connect();
  pull_the_plug(device);
  const Event event = watcher_.expect(Event::Kind::inbound);
  const Message& message = event.message();
  EXPECT_EQ(message.topic(), "will/device");
  EXPECT_EQ(message.qos(), QoS::exactly_once);
  EXPECT_EQ(message.content_type(), "text/plain");
  EXPECT_EQ(message.response_topic(), "answers");
  ASSERT_TRUE(message.correlation_data());
  EXPECT_EQ(as_text(*message.correlation_data()), "42");
  EXPECT_EQ(message.properties().user("device"), "7");
  EXPECT_TRUE(message.properties().find(PropertyId::payload_format_indicator));
  EXPECT_TRUE(message.properties().find(PropertyId::message_expiry_interval));

  Client late{loop_, broker_.address(), "late"};
  late.connect();
  late.subscribe("will/device");
  EXPECT_TRUE(late.message().retain) << "[MQTT-3.1.2-15]";
}

}  // namespace
}  // namespace minimq::brokers

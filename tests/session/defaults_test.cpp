// SPDX-License-Identifier: MIT
//
// Every default of the configuration, as the README's table lists them.
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

TEST(Defaults, OfEveryField) {
  const Config config;
  EXPECT_FALSE(config.broker.valid());
  EXPECT_TRUE(config.more_brokers.empty());
  EXPECT_EQ(config.client_id, "");
  EXPECT_TRUE(config.buffers.rx.empty());
  EXPECT_TRUE(config.buffers.tx.empty());
  EXPECT_EQ(config.credentials, nullptr);
  EXPECT_EQ(config.will, nullptr);
  EXPECT_TRUE(config.properties.empty());
  EXPECT_EQ(config.tracer, nullptr);
  EXPECT_EQ(config.session_expiry_s, 3600u);
  EXPECT_EQ(config.maximum_packet_size, 0u);
  EXPECT_EQ(config.keep_alive_s, 60);
  EXPECT_EQ(config.receive_maximum, 4);
  EXPECT_EQ(config.inbound_capacity, 0);
  EXPECT_EQ(config.inbound_entries(), 8);
  EXPECT_EQ(config.subscribe_reserve, 64);
  EXPECT_EQ(config.connect_timeout, 30s);
  EXPECT_EQ(config.connack_timeout, 10s);
  EXPECT_EQ(config.ping_timeout, 10s);
  EXPECT_EQ(config.backoff_min, 1s);
  EXPECT_EQ(config.backoff_max, 120s);
  EXPECT_EQ(config.stable_time, 30s);
  EXPECT_EQ(config.slow_retry_min, 15min);
  EXPECT_EQ(config.slow_retry_max, 1h);
  EXPECT_EQ(config.oversize, Oversize::refuse);
  EXPECT_EQ(config.on_session_lost, OnSessionLost::publish_again);
  EXPECT_TRUE(config.clean_start);
  EXPECT_FALSE(config.adopt_session);
  EXPECT_FALSE(config.downgrade_qos);
  EXPECT_FALSE(config.queue_qos0_offline);
  EXPECT_FALSE(config.stop_on_permanent);
}

TEST(Defaults, OfTheStructuresInIt) {
  const Will will;
  EXPECT_EQ(will.qos, QoS::at_most_once);
  EXPECT_FALSE(will.retain);
  EXPECT_TRUE(will.payload.empty());
  const Credentials credentials;
  EXPECT_FALSE(credentials.user_name);
  EXPECT_FALSE(credentials.password);
}

TEST(Defaults, OfCommands) {
  const Publication publication;
  EXPECT_EQ(publication.qos, QoS::at_most_once);
  EXPECT_FALSE(publication.retain);
  EXPECT_FALSE(publication.detached);
  const TopicFilter filter;
  EXPECT_EQ(filter.maximum_qos, QoS::exactly_once);
  EXPECT_FALSE(filter.no_local);
  EXPECT_FALSE(filter.retain_as_published);
  EXPECT_EQ(filter.retain_handling, RetainHandling::send);
  const DisconnectOptions options;
  EXPECT_EQ(options.reason, ReasonCode::normal_disconnection);
  EXPECT_EQ(options.drain, 0s);
}

TEST(Defaults, AsTheyLookInConnect) {
  Script script;
  script.expect(
      "CONNECT clean=1 id=demo {keep_alive=60 session_expiry=3600 receive_maximum=4 "
      "maximum_packet_size=255}");
}

TEST(Defaults, OfThePortOfABroker) {
  EXPECT_EQ(Broker::parse("host").port(), 1883);
  EXPECT_EQ(Broker::parse("mqtts://host").port(), 8883);
}

}  // namespace
}  // namespace minimq::testing

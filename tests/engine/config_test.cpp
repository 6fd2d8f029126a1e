// SPDX-License-Identifier: MIT
//
// A wrong configuration has a name of its own, and a right one works to its last byte.
#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class ConfigTest : public EngineScript {
 protected:
  // The first fault of the fixture's configuration after this change.
  std::optional<Error> fault(const std::function<void(Config&)>& change) const {
    Config changed = config;
    change(changed);
    return check_config(changed);
  }
};

TEST_F(ConfigTest, TheClientIdHasAtMost65535BytesOfUtf8) {
  const std::string longest(65'535, 'c');
  const std::string too_long(65'536, 'c');
  EXPECT_EQ(fault([&](Config& c) { c.client_id = longest; }), std::nullopt);
  EXPECT_EQ(fault([&](Config& c) { c.client_id = too_long; }), Error::config_client_id);
  EXPECT_EQ(fault([](Config& c) { c.client_id = "\xFF"; }), Error::config_client_id);
  EXPECT_EQ(fault([](Config& c) { c.client_id = std::string_view{"a\0", 2}; }),
            Error::config_client_id);
  EXPECT_EQ(fault([](Config& c) { c.client_id = ""; }), std::nullopt);
}

TEST_F(ConfigTest, EveryBrokerMustBeOne) {
  const std::array good{Broker{"b", 1}, Broker::parse("mqtt://host:1884")};
  const std::array bad{Broker{"b", 1}, Broker::parse("http://host")};
  EXPECT_EQ(fault([&](Config& c) { c.more_brokers = good; }), std::nullopt);
  EXPECT_EQ(fault([&](Config& c) { c.more_brokers = bad; }), Error::config_broker);
  EXPECT_EQ(fault([](Config& c) { c.broker = Broker{}; }), Error::config_broker);
  EXPECT_EQ(fault([](Config& c) { c.broker = Broker::parse("host:99999"); }), Error::config_broker);
}

TEST_F(ConfigTest, TheBuffersHaveTheirSmallestSizes) {
  std::vector<std::byte> memory(1024);
  const std::span<std::byte> rx = std::span{memory}.first(rx_size_min);
  const std::size_t tx_min = tx_size_min(8) + 64;
  const std::span<std::byte> tx = std::span{memory}.subspan(512, tx_min);
  EXPECT_EQ(fault([&](Config& c) { c.buffers = {rx, tx}; }), std::nullopt);
  EXPECT_EQ(fault([&](Config& c) { c.buffers = {rx.first(rx_size_min - 1), tx}; }),
            Error::config_rx_too_small);
  EXPECT_EQ(fault([&](Config& c) { c.buffers = {rx, tx.first(tx_min - 1)}; }),
            Error::config_tx_too_small);
  EXPECT_EQ(fault([&](Config& c) { c.buffers = {}; }), Error::config_rx_too_small);
  EXPECT_EQ(fault([&](Config& c) { c.buffers = {rx, {}}; }), Error::config_tx_too_small);
  EXPECT_EQ(fault([&](Config& c) {
              c.buffers = {rx, tx};
              c.receive_maximum = 5;  // Two more entries in the table.
            }),
            Error::config_tx_too_small);
}

TEST_F(ConfigTest, TheBuffersShareNoByte) {
  std::vector<std::byte> memory(2048);
  const std::span all{memory};
  const auto with = [&](std::size_t rx_at, std::size_t tx_at) {
    return fault(
        [&](Config& c) { c.buffers = {all.subspan(rx_at, 256), all.subspan(tx_at, 768)}; });
  };
  EXPECT_EQ(with(0, 256), std::nullopt);
  EXPECT_EQ(with(768, 0), std::nullopt);
  EXPECT_EQ(with(0, 255), Error::config_buffers_overlap);
  EXPECT_EQ(with(767, 0), Error::config_buffers_overlap);
  EXPECT_EQ(with(100, 0), Error::config_buffers_overlap);
}

TEST_F(ConfigTest, TheReceiveMaximumIsNotZeroAndFitsTheTableTwice) {
  EXPECT_EQ(fault([](Config& c) { c.receive_maximum = 0; }), Error::config_receive_maximum);
  EXPECT_EQ(fault([](Config& c) { c.inbound_capacity = 7; }), Error::config_inbound_capacity);
  EXPECT_EQ(fault([](Config& c) { c.inbound_capacity = 8; }), std::nullopt);
  EXPECT_EQ(fault([](Config& c) { c.inbound_capacity = 20; }), std::nullopt);
}

TEST_F(ConfigTest, TheAnnouncedSizeExceedsRxAndIsForSkipping) {
  const auto with = [&](Oversize oversize, std::uint32_t size) {
    return fault([&](Config& c) {
      c.oversize = oversize;
      c.maximum_packet_size = size;
    });
  };
  EXPECT_EQ(with(Oversize::skip, 257), std::nullopt);
  EXPECT_EQ(with(Oversize::skip, 256), Error::config_maximum_packet_size);
  EXPECT_EQ(with(Oversize::refuse, 257), Error::config_maximum_packet_size);
}

TEST_F(ConfigTest, CredentialsFitTheirFields) {
  const std::string longest(65'535, 'u');
  const std::string too_long(65'536, 'u');
  const auto with = [&](const Credentials& credentials) {
    return fault([&](Config& c) { c.credentials = &credentials; });
  };
  EXPECT_EQ(with({.user_name = longest, .password = as_bytes(longest)}), std::nullopt);
  EXPECT_EQ(with({.password = as_bytes("\xFF")}), std::nullopt);
  EXPECT_EQ(with({.user_name = too_long}), Error::config_credentials);
  EXPECT_EQ(with({.password = as_bytes(too_long)}), Error::config_credentials);
  EXPECT_EQ(with({.user_name = "\xC3"}), Error::config_credentials);
}

TEST_F(ConfigTest, TheWillIsAMessageThatMayBePublished) {
  const std::string too_long(65'536, 'w');
  const auto with = [&](const Will& will) { return fault([&](Config& c) { c.will = &will; }); };
  EXPECT_EQ(with({.topic = "w"}), std::nullopt);
  EXPECT_EQ(with({.topic = "w/+"}), Error::config_will);
  EXPECT_EQ(with({.topic = ""}), Error::config_will);
  EXPECT_EQ(with({.topic = "w", .payload = as_bytes(too_long)}), Error::config_will);
  const Property expiry = Property::session_expiry_s(1);
  EXPECT_EQ(with({.topic = "w", .properties = {&expiry, 1}}), Error::config_property);
}

TEST_F(ConfigTest, ThePropertiesOfConnectAreOnesThatBelongThere) {
  const Property user = Property::user("a", "b");
  const Property wrong = Property::reason_string("no");
  EXPECT_EQ(fault([&](Config& c) { c.properties = {&user, 1}; }), std::nullopt);
  EXPECT_EQ(fault([&](Config& c) { c.properties = {&wrong, 1}; }), Error::config_property);
}

TEST_F(ConfigTest, TimesAreNeitherZeroNorLongerThanADay) {
  const Milliseconds day{86'400'000};
  for (Milliseconds Config::* time :
       {&Config::connect_timeout, &Config::connack_timeout, &Config::ping_timeout}) {
    EXPECT_EQ(fault([&](Config& c) { c.*time = day; }), std::nullopt);
    EXPECT_EQ(fault([&](Config& c) { c.*time = day + Milliseconds{1}; }), Error::config_timeout);
    EXPECT_EQ(fault([&](Config& c) { c.*time = Milliseconds{0}; }), Error::config_timeout);
  }
  for (Milliseconds Config::* time :
       {&Config::backoff_min, &Config::slow_retry_min, &Config::stable_time}) {
    EXPECT_EQ(fault([&](Config& c) { c.*time = Milliseconds{0}; }), Error::config_backoff);
    EXPECT_EQ(fault([&](Config& c) { c.*time = day + Milliseconds{1}; }), Error::config_backoff);
  }
  EXPECT_EQ(fault([](Config& c) { c.backoff_max = c.backoff_min; }), std::nullopt);
  EXPECT_EQ(fault([](Config& c) { c.backoff_max = c.backoff_min - Milliseconds{1}; }),
            Error::config_backoff);
  EXPECT_EQ(fault([](Config& c) { c.slow_retry_max = c.slow_retry_min - Milliseconds{1}; }),
            Error::config_backoff);
}

// Memory that begins and ends anywhere.
TEST_F(ConfigTest, MisalignedBuffersWork) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    for (std::size_t less = 0; less < 8; ++less) {
      std::vector<std::byte> memory(1024);
      const std::size_t tx_size = tx_size_min(8) + 64 + 16 - less;
      config.buffers = {std::span{memory}.subspan(shift, 256),
                        std::span{memory}.subspan(256 + shift, tx_size)};
      start_anew();
      connect();
      receive("32 07 00 01 't' 00 05 00 'x' 34 07 00 01 't' 00 06 00 'y'");
      EXPECT_EQ(message(), "x");
      EXPECT_EQ(message(), "y");
      engine().end_views();
      int accepted = 0;
      while (publish(QoS::at_least_once))
        ++accepted;
      EXPECT_GE(accepted, 4);
      EXPECT_TRUE(subscribe());
      EXPECT_FALSE(sent().empty());
    }
  }
}

// The smallest storage is one that works.
TEST_F(ConfigTest, TheSmallestBuffersAreEnoughForASubscriptionAndAMessage) {
  std::vector<std::byte> memory(rx_size_min + tx_size_min(8) + 64);
  config.buffers = Buffers::split(memory, rx_size_min);
  connect();
  const Ticket s = name('s', subscribe());
  const Ticket a = name('a', publish(QoS::at_least_once, std::string(40, 'p')));
  sent();
  receive("90 04 <s> 00 01 40 02 <a>");
  EXPECT_EQ(outcome(s), "1");
  EXPECT_EQ(outcome(a), "0");
}

}  // namespace
}  // namespace minimq::testing

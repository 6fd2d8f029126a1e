// SPDX-License-Identifier: MIT
//
// README.md has a row for every field of Config, and its default is the real one.
#include <minimq/config.hpp>

#include <concepts>
#include <cstddef>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "docs/markdown.hpp"

namespace minimq::test {
namespace {

using Pair = std::pair<std::string, std::string>;

std::string shown(bool value) {
  return value ? "true" : "false";
}
std::string shown(std::unsigned_integral auto value) {
  return std::to_string(value);
}
std::string shown(Milliseconds value) {
  return value.count() % 1000 == 0 ? std::to_string(value.count() / 1000) + " s"
                                   : std::to_string(value.count()) + " ms";
}
std::string shown(std::string_view value) {
  return value.empty() ? "empty" : std::string{value};
}
std::string shown(const Broker& value) {
  return value.valid() ? "a broker" : "none";
}
std::string shown(const Buffers& value) {
  return value.rx.empty() && value.tx.empty() ? "none" : "some";
}
std::string shown(const Tracer* value) {
  return value == nullptr ? "none" : "a function";
}
template <class T>
std::string shown(std::span<const T> value) {
  return value.empty() ? "none" : "some";
}
template <class T>
std::string shown(const T* value) {
  return value == nullptr ? "none" : "some";
}
std::string shown(Oversize value) {
  return value == Oversize::refuse ? "refuse" : "skip";
}
std::string shown(OnSessionLost value) {
  return value == OnSessionLost::publish_again ? "publish_again" : "fail";
}

// In the order of the declaration. A structured binding names every field or does not compile.
std::vector<Pair> real_defaults() {
  const Config config{};
  const auto& [broker, more_brokers, client_id, buffers, credentials, will, properties, tracer,
               extras, session_expiry_s, maximum_packet_size, keep_alive_s, receive_maximum,
               inbound_capacity, subscribe_reserve, connect_timeout, connack_timeout, ping_timeout,
               backoff_min, backoff_max, stable_time, slow_retry_min, slow_retry_max, oversize,
               on_session_lost, clean_start, adopt_session, downgrade_qos, queue_qos0_offline,
               stop_on_permanent] = config;
  EXPECT_EQ(&config.stop_on_permanent, &stop_on_permanent);
  EXPECT_EQ(&config.keep_alive_s, &keep_alive_s);
  EXPECT_EQ(&config.connect_timeout, &connect_timeout);
  return {{"broker", shown(broker)},
          {"more_brokers", shown(more_brokers)},
          {"client_id", shown(client_id)},
          {"buffers", shown(buffers)},
          {"credentials", shown(credentials)},
          {"will", shown(will)},
          {"properties", shown(properties)},
          {"tracer", shown(tracer)},
          {"extras", shown(extras)},
          {"session_expiry_s", shown(session_expiry_s)},
          {"maximum_packet_size", shown(maximum_packet_size)},
          {"keep_alive_s", shown(keep_alive_s)},
          {"receive_maximum", shown(receive_maximum)},
          {"inbound_capacity", shown(inbound_capacity)},
          {"subscribe_reserve", shown(subscribe_reserve)},
          {"connect_timeout", shown(connect_timeout)},
          {"connack_timeout", shown(connack_timeout)},
          {"ping_timeout", shown(ping_timeout)},
          {"backoff_min", shown(backoff_min)},
          {"backoff_max", shown(backoff_max)},
          {"stable_time", shown(stable_time)},
          {"slow_retry_min", shown(slow_retry_min)},
          {"slow_retry_max", shown(slow_retry_max)},
          {"oversize", shown(oversize)},
          {"on_session_lost", shown(on_session_lost)},
          {"clean_start", shown(clean_start)},
          {"adopt_session", shown(adopt_session)},
          {"downgrade_qos", shown(downgrade_qos)},
          {"queue_qos0_offline", shown(queue_qos0_offline)},
          {"stop_on_permanent", shown(stop_on_permanent)}};
}

TEST(ReadmeDefaults, EveryFieldOfConfigHasItsRowWithTheRealDefault) {
  std::vector<Pair> claimed;
  for (const Row& row : table_of("README.md", "field")) {
    ASSERT_EQ(row.size(), 3u) << row.front();
    EXPECT_FALSE(row[2].empty()) << row.front();
    claimed.emplace_back(unquoted(row[0]), row[1]);
  }
  EXPECT_EQ(claimed, real_defaults());
}

TEST(ReadmeDefaults, ATableThatIsNotThereHasNoRows) {
  EXPECT_TRUE(table_of("README.md", "no such heading").empty());
  EXPECT_TRUE(table_of("no_such_file.md", "field").empty());
}

}  // namespace
}  // namespace minimq::test

// SPDX-License-Identifier: MIT
//
// The numbers about the storage in README.md.
#include <minimq/engine.hpp>

#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "docs/markdown.hpp"

namespace minimq::test {
namespace {

constexpr std::size_t storage_size = 1024;
constexpr std::size_t rx_size = 256;
constexpr std::string_view topic = "demo/out";
constexpr std::string_view payload = "thirty-two bytes, not one more..";
static_assert(topic.size() == 8 && payload.size() == 32);

std::vector<std::size_t> numbers_of(std::string_view heading) {
  std::vector<std::size_t> numbers;
  for (const Row& row : table_of("README.md", heading))
    numbers.push_back(std::stoul(row.at(1)));
  return numbers;
}

std::size_t messages_that_fit(std::size_t size) {
  alignas(16) static std::array<std::byte, storage_size> storage;
  const Config config{.broker = {"broker", Broker::default_port},
                      .client_id = "demo",
                      .buffers = Buffers::split(std::span{storage}.first(size), rx_size)};
  EXPECT_FALSE(check_config(config));
  Engine engine{config};
  const Publication message{.topic = topic, .payload = payload, .qos = QoS::at_least_once};
  std::size_t count = 0;
  while (engine.publish(message))
    ++count;
  return count;
}

TEST(ReadmeMemory, TheTableOfTheStorageIsTrue) {
  const std::uint16_t entries = Config{}.inbound_entries();
  const std::size_t reserve = Config{}.subscribe_reserve;
  const std::vector<std::size_t> real{rx_size_min,
                                      tx_overhead(entries),
                                      tx_overhead(entries + 1) - tx_overhead(entries),
                                      tx_slot_size,
                                      reserve,
                                      tx_size_min(entries) + reserve};
  EXPECT_EQ(numbers_of("in the storage"), real);
}

TEST(ReadmeMemory, AsManyMessagesFitAsTheReadmeSays) {
  const std::vector<std::size_t> claimed = numbers_of("with 1024 bytes, 256 of them rx");
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(messages_that_fit(storage_size), claimed.front());
}

TEST(ReadmeMemory, FewerMessagesFitIntoLess) {
  EXPECT_LT(messages_that_fit(storage_size - 64), messages_that_fit(storage_size));
}

TEST(ReadmeMemory, TheSmallestTxOfTheTableIsEnoughAndOneByteLessIsNot) {
  static std::array<std::byte, storage_size> storage;
  Config config{.broker = {"broker", Broker::default_port}};
  const std::size_t smallest = numbers_of("in the storage").back();
  config.buffers = Buffers::split(std::span{storage}.first(rx_size_min + smallest), rx_size_min);
  EXPECT_FALSE(check_config(config));
  config.buffers =
      Buffers::split(std::span{storage}.first(rx_size_min + smallest - 1), rx_size_min);
  EXPECT_EQ(check_config(config), Error::config_tx_too_small);
}

}  // namespace
}  // namespace minimq::test

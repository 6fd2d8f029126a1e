// SPDX-License-Identifier: MIT
//
// Mosquitto 2.0.11 sends its queue to a client that comes back without regard to the Receive
// Maximum.
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <string_view>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "brokers/support/proxy.hpp"

namespace minimq::brokers {
namespace {

constexpr std::size_t flood_size = 150;

class QueueOfTheBroker : public ::testing::TestWithParam<QoS> {
 protected:
  QueueOfTheBroker() {
    client_.connect();
    client_.subscribe("flood");
    client_.disconnect();
    writer_.connect();
    for (std::size_t i = 0; i < flood_size; ++i) {
      const std::string payload = std::to_string(i);
      EXPECT_TRUE(
          writer_
              .publish({.topic = "flood", .payload = std::string_view{payload}, .qos = GetParam()})
              .ok());
    }
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_,
                    "allow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n"};
  Proxy link_{loop_, broker_.port()};
  Client client_{loop_, link_.address(), "device", {.receive_maximum = 4}};
  Client writer_{loop_, broker_.address(), "writer"};
};

TEST_P(QueueOfTheBroker, ArrivesWholeAndEachMessageOnce) {
  ASSERT_TRUE(client_.session().start());
  std::set<std::string> seen;
  std::size_t messages = 0;
  std::size_t refusals = 0;
  while (messages < flood_size) {
    const Event event = client_.next();
    if (event.kind() == Event::Kind::idle) break;
    if (event.kind() == Event::Kind::disconnected) {
      ++refusals;
      EXPECT_EQ(event.cause().error, Error::receive_maximum_exceeded);
    } else if (event.kind() == Event::Kind::inbound) {
      ++messages;
      seen.emplace(event.message().text());
    }
  }
  // Whatever else was to come, comes before the mark.
  EXPECT_TRUE(writer_.publish({.topic = "flood", .payload = "mark", .qos = GetParam()}).ok());
  EXPECT_EQ(client_.expect_back(Event::Kind::inbound).message().text(), "mark");
  EXPECT_EQ(messages, flood_size);
  EXPECT_EQ(seen.size(), flood_size);
  const Counters counters = client_.session().counters();
  RecordProperty("connections", counters.connections);
  RecordProperty("under_way_at_most", static_cast<int>(link_.under_way_max()));
  RecordProperty("refusals", static_cast<int>(refusals));
  RecordProperty("refused_messages", counters.refused_inbound);
  RecordProperty("publishes_from_broker",
                 static_cast<int>(link_.down().arrived(PacketType::publish)));
}

INSTANTIATE_TEST_SUITE_P(QoS, QueueOfTheBroker,
                         ::testing::Values(QoS::at_least_once, QoS::exactly_once),
                         [](const auto& instance) {
                           return instance.param == QoS::at_least_once ? "AtLeastOnce"
                                                                       : "ExactlyOnce";
                         });

}  // namespace
}  // namespace minimq::brokers

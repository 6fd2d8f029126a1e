// SPDX-License-Identifier: MIT
//
// Wrong configurations: each has its own name, is reported once, and nothing is ever opened.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Milliseconds day{24u * 60 * 60 * 1000};

// What a configuration may point to.
struct Materials {
  std::vector<std::byte> storage = std::vector<std::byte>(2048);
  std::string long_text = std::string(65'536, 'x');
  std::string longest_text = std::string(65'535, 'x');
  Credentials credentials{};
  Will will{.topic = "will"};
  std::array<Broker, 2> brokers{Broker{"second", 1883}, Broker{}};
  std::array<Property, 2> properties{Property::user("a", "b"), Property::user("c", "d")};
  Config config{.broker = Broker{"broker.test", 1883},
                .client_id = "demo",
                .buffers = Buffers::split(storage, 256)};
};

struct Case {
  std::string name;
  Error error;
  std::function<void(Config&, Materials&)> spoil;
};

std::vector<Case> wrong_buffers() {
  using enum Error;
  return {
      {"NoBuffers", config_rx_too_small, [](Config& c, Materials&) { c.buffers = {}; }},
      {"SplitThatDoesNotFit", config_rx_too_small,
       [](Config& c, Materials& m) { c.buffers = Buffers::split(m.storage, 4000); }},
      {"RxTooSmall", config_rx_too_small,
       [](Config& c, Materials& m) { c.buffers = Buffers::split(m.storage, rx_size_min - 1); }},
      {"TxEmpty", config_tx_too_small,
       [](Config& c, Materials& m) { c.buffers = Buffers::split(m.storage, 2048); }},
      {"TxTooSmall", config_tx_too_small,
       [](Config& c, Materials&) {
         c.buffers.tx = c.buffers.tx.first(tx_size_min(8) + c.subscribe_reserve - 1);
       }},
      {"TxTooSmallForTheInboundTable", config_tx_too_small,
       [](Config& c, Materials&) { c.inbound_capacity = 500; }},
      {"TxTooSmallForTheReserve", config_tx_too_small,
       [](Config& c, Materials&) { c.subscribe_reserve = 2000; }},
      {"BuffersOverlap", config_buffers_overlap,
       [](Config& c, Materials& m) { c.buffers.tx = std::span{m.storage}.subspan(255); }},
      {"SameBufferTwice", config_buffers_overlap,
       [](Config& c, Materials& m) { c.buffers = {m.storage, m.storage}; }},
      {"RxTooLarge", config_buffers_too_large,
       [](Config& c, Materials& m) { c.buffers.rx = {m.storage.data(), std::size_t{1} << 31}; }},
      {"TxTooLarge", config_buffers_too_large,
       [](Config& c, Materials& m) { c.buffers.tx = {m.storage.data(), std::size_t{1} << 31}; }},
      {"ReceiveMaximumZero", config_receive_maximum,
       [](Config& c, Materials&) { c.receive_maximum = 0; }},
      {"InboundCapacityBelowTwiceTheReceiveMaximum", config_inbound_capacity,
       [](Config& c, Materials&) { c.inbound_capacity = 7; }},
      {"MaximumPacketSizeThatIsNotUsed", config_maximum_packet_size,
       [](Config& c, Materials&) { c.maximum_packet_size = 4096; }},
      {"MaximumPacketSizeThatDoesNotExceedRx", config_maximum_packet_size,
       [](Config& c, Materials&) {
         c.oversize = Oversize::skip;
         c.maximum_packet_size = 256;
       }},
  };
}

std::vector<Case> wrong_times() {
  using enum Error;
  std::vector<Case> cases{
      {"BackoffMinAboveMax", config_backoff,
       [](Config& c, Materials&) { c.backoff_min = c.backoff_max + 1ms; }},
      {"SlowRetryMinAboveMax", config_backoff,
       [](Config& c, Materials&) { c.slow_retry_min = c.slow_retry_max + 1ms; }},
      {"BackoffMaxAboveADay", config_backoff,
       [](Config& c, Materials&) { c.backoff_max = day + 1ms; }},
      {"SlowRetryMaxAboveADay", config_backoff,
       [](Config& c, Materials&) { c.slow_retry_max = day + 1ms; }},
      {"StableTimeAboveADay", config_backoff,
       [](Config& c, Materials&) { c.stable_time = day + 1ms; }},
  };
  const auto add = [&cases](const std::string& name, Error error, Milliseconds value,
                            Milliseconds Config::* member) {
    cases.push_back({name, error, [=](Config& c, Materials&) { c.*member = value; }});
  };
  add("BackoffMinZero", config_backoff, 0ms, &Config::backoff_min);
  add("SlowRetryMinZero", config_backoff, 0ms, &Config::slow_retry_min);
  add("StableTimeZero", config_backoff, 0ms, &Config::stable_time);
  add("ConnectTimeoutZero", config_timeout, 0ms, &Config::connect_timeout);
  add("ConnackTimeoutZero", config_timeout, 0ms, &Config::connack_timeout);
  add("PingTimeoutZero", config_timeout, 0ms, &Config::ping_timeout);
  add("ConnectTimeoutAboveADay", config_timeout, day + 1ms, &Config::connect_timeout);
  add("ConnackTimeoutAboveADay", config_timeout, day + 1ms, &Config::connack_timeout);
  add("PingTimeoutAboveADay", config_timeout, day + 1ms, &Config::ping_timeout);
  return cases;
}

std::vector<Case> wrong_contents() {
  using enum Error;
  return {
      {"NoBroker", config_broker, [](Config& c, Materials&) { c.broker = {}; }},
      {"BrokerThatCannotBeParsed", config_broker,
       [](Config& c, Materials&) { c.broker = Broker::parse("host:port"); }},
      {"OneOfMoreBrokersIsWrong", config_broker,
       [](Config& c, Materials& m) { c.more_brokers = m.brokers; }},
      {"ClientIdTooLong", config_client_id,
       [](Config& c, Materials& m) { c.client_id = m.long_text; }},
      {"ClientIdNotUtf8", config_client_id,
       [](Config& c, Materials&) { c.client_id = "\xC0\x80"; }},
      {"ClientIdWithZero", config_client_id,
       [](Config& c, Materials&) { c.client_id = std::string_view{"a\0b", 3}; }},
      {"UserNameTooLong", config_credentials,
       [](Config& c, Materials& m) {
         m.credentials.user_name = m.long_text;
         c.credentials = &m.credentials;
       }},
      {"UserNameNotUtf8", config_credentials,
       [](Config& c, Materials& m) {
         m.credentials.user_name = "\xED\xA0\x80";
         c.credentials = &m.credentials;
       }},
      {"PasswordTooLong", config_credentials,
       [](Config& c, Materials& m) {
         m.credentials.password = as_bytes(m.long_text);
         c.credentials = &m.credentials;
       }},
      {"WillWithoutTopic", config_will,
       [](Config& c, Materials& m) {
         m.will.topic = "";
         c.will = &m.will;
       }},
      {"WillWithWildcard", config_will,
       [](Config& c, Materials& m) {
         m.will.topic = "a/#";
         c.will = &m.will;
       }},
      {"WillTooLong", config_will,
       [](Config& c, Materials& m) {
         m.will.payload = as_bytes(m.long_text);
         c.will = &m.will;
       }},
      {"PropertyThatDoesNotBelongInConnect", config_property,
       [](Config& c, Materials& m) {
         m.properties[0] = Property::content_type("text");
         c.properties = m.properties;
       }},
      {"PropertyThatHasItsOwnField", config_property,
       [](Config& c, Materials& m) {
         m.properties[0] = Property::session_expiry_s(1);
         c.properties = m.properties;
       }},
      {"PropertyNotUtf8", config_property,
       [](Config& c, Materials& m) {
         m.properties[0] = Property::user("a", "\xFF");
         c.properties = m.properties;
       }},
      {"PropertyThatDoesNotBelongInTheWill", config_property,
       [](Config& c, Materials& m) {
         m.properties[0] = Property::session_expiry_s(1);
         m.will.properties = m.properties;
         c.will = &m.will;
       }},
  };
}

class WrongConfiguration : public ::testing::TestWithParam<Case> {
 protected:
  WrongConfiguration() { GetParam().spoil(materials.config, materials); }
  [[nodiscard]] std::string expected_event() const {
    return "stopped " + std::string{to_string(GetParam().error)};
  }

  Materials materials;
  ManualClock clock;
  MemoryTransport transport{clock};
};

const auto name_of_case = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Buffers, WrongConfiguration, ::testing::ValuesIn(wrong_buffers()),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Times, WrongConfiguration, ::testing::ValuesIn(wrong_times()),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Contents, WrongConfiguration, ::testing::ValuesIn(wrong_contents()),
                         name_of_case);

TEST_P(WrongConfiguration, IsNamedAtOnceAndReportedOnceAndOpensNothing) {
  Session session{materials.config, transport};
  EXPECT_EQ(session.config_error(), GetParam().error);
  EXPECT_EQ(session.state(), Session::State::stopped);
  for (int i = 0; i < 10; ++i) {
    session.drive(clock.now());
    EXPECT_EQ(session.next_deadline(), std::nullopt);
    const auto event = session.next_event();
    EXPECT_EQ(event ? to_text(*event) : "none", i == 0 ? expected_event() : "none");
    clock.advance(1h);
  }
  EXPECT_THAT(transport.opened(), IsEmpty());
}

TEST_P(WrongConfiguration, RefusesEveryCommandByItsName) {
  Session session{materials.config, transport};
  const auto refused = std::unexpected{GetParam().error};
  EXPECT_EQ(session.publish({.topic = "a"}), refused);
  EXPECT_EQ(session.publish({.topic = "a", .payload = "x", .qos = QoS::exactly_once}), refused);
  EXPECT_EQ(session.subscribe({.filter = "a"}), refused);
  EXPECT_EQ(session.unsubscribe("a"), refused);
  EXPECT_EQ(session.disconnect(), refused);
  EXPECT_EQ(session.start(), refused);
  EXPECT_EQ(session.reconnect_now(), refused);
  EXPECT_EQ(session.tx_free(), 0u);
  EXPECT_THAT(transport.opened(), IsEmpty());
}

TEST_P(WrongConfiguration, LoopThatIgnoresEveryErrorDoesNotSpin) {
  Session session{materials.config, transport};
  Frames frames;
  std::vector<std::string> log;
  Task<> task = [](Frames&, Session& s, std::vector<std::string>& l) -> Task<> {
    for (;;) {
      const Event event = co_await s.poll();
      l.push_back(to_text(event));
      (void)s.subscribe({.filter = "a"});
      (void)s.start();
    }
  }(frames, session, log);
  ASSERT_TRUE(task.start());
  transport.advance(48h);
  EXPECT_THAT(log, ElementsAre(expected_event()));
}

TEST(RightConfiguration, SmallestBuffersAreAccepted) {
  Script script{{}, {.rx = rx_size_min, .tx = tx_size_min(8) + 64}};
  EXPECT_EQ(script.session().config_error(), std::nullopt);
  script.connect();
}

TEST(RightConfiguration, LongestClientIdIsSentWhole) {
  const Materials materials;
  Script script{{.client_id = materials.longest_text}};
  EXPECT_EQ(script.go_online().client_id, materials.longest_text);
}

TEST(RightConfiguration, BufferThatIsNotAlignedIsAccepted) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> storage(2048);
    Script script{
        {.buffers = Buffers::split(std::span{storage}.subspan(shift, 1500 + shift), 251)}};
    script.connect();
    ASSERT_TRUE(script.session().publish({.topic = "a", .qos = QoS::exactly_once}));
    const auto id = script.expect("PUBLISH q2 *").id;
    script.send(pubrec(id));
    script.expect("PUBREL *");
    script.send(pubcomp(id));
    script.expect_event("settled publish 0x00");
  }
}

TEST(RightConfiguration, FaultIsCuredWhileStopped) {
  ManualClock clock;
  MemoryTransport transport{clock};
  Materials materials;
  materials.config.broker = {};
  Session session{materials.config, transport};
  EXPECT_EQ(session.set_broker({}), std::unexpected{Error::config_broker});
  EXPECT_EQ(session.start(), std::unexpected{Error::config_broker});
  ASSERT_TRUE(session.set_broker(Broker{"good", 1883}));
  EXPECT_EQ(session.config_error(), std::nullopt);
  ASSERT_TRUE(session.start());
  session.drive(clock.now());
  EXPECT_THAT(transport.opened(), ElementsAre("good:1883"));
}

}  // namespace
}  // namespace minimq::testing

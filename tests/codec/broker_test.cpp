// SPDX-License-Identifier: MIT
#include "minimq/broker.hpp"

#include <gtest/gtest.h>
#include <string>

namespace minimq {
namespace {

struct Good {
  std::string_view text;
  std::string_view host;
  std::uint16_t port;
  bool tls;
};

constexpr Good good[] = {
    {"localhost", "localhost", 1883, false},
    {"broker.example.org", "broker.example.org", 1883, false},
    {"broker.example.org.", "broker.example.org.", 1883, false},
    {"my_host-1:1884", "my_host-1", 1884, false},
    {"127.0.0.1:1883", "127.0.0.1", 1883, false},
    {"h:1", "h", 1, false},
    {"h:65535", "h", 65'535, false},
    {"mqtt:1884", "mqtt", 1884, false},
    {"unix:1884", "unix", 1884, false},
    {"mqtt://host", "host", 1883, false},
    {"mqtt://host:8883", "host", 8883, false},
    {"MQTT://Host", "Host", 1883, false},
    {"mqtts://host", "host", 8883, true},
    {"MqTtS://host:1", "host", 1, true},
    {"[::1]", "::1", 1883, false},
    {"[::1]:1884", "::1", 1884, false},
    {"mqtts://[fe80::1%eth0]", "fe80::1%eth0", 8883, true},
    {"mqtt://[2001:db8::8:800:200C:417A]:99", "2001:db8::8:800:200C:417A", 99, false},
    {"::1", "::1", 1883, false},
    {"::", "::", 1883, false},
    {"1::", "1::", 1883, false},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 1883, false},
    {"1::3:4:5:6:7:8", "1::3:4:5:6:7:8", 1883, false},
    {"::ffff:192.0.2.1", "::ffff:192.0.2.1", 1883, false},
    {"1:2:3:4:5:6:255.0.10.1", "1:2:3:4:5:6:255.0.10.1", 1883, false},
    {"fe80::1%wlan0", "fe80::1%wlan0", 1883, false},
};

constexpr std::string_view bad[] = {
    "",
    " ",
    ":",
    ":1883",
    "host:",
    "host:0",
    "host:00",
    "host:01883",
    "host:65536",
    "host:99999",
    "host:4294968179",
    "host:18446744073709551616",
    "host:-1",
    "host:+1",
    "host: 1883",
    "host:1883 ",
    "host:1883x",
    "host:x",
    "host:1883:1884",
    " host",
    "host ",
    "ho st",
    "host/",
    "host:1883/",
    "host/path",
    "user@host",
    "host?x",
    "host#x",
    "ho\tst",
    ".host",
    "host..org",
    ".",
    "[",
    "]",
    "[]",
    "[]:1883",
    "[::1",
    "::1]",
    "[::1]x",
    "[::1]1883",
    "[::1]:",
    "[::1]:0",
    "[::1]:65536",
    "[::1]:1883x",
    "[[::1]]",
    "[host]",
    "[127.0.0.1]",
    "a:b:c",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    ":::",
    "1:::2",
    "::1::",
    "1:2:",
    ":1:2",
    "::g",
    "::12345",
    "::1.2.3",
    "::1.2.3.256",
    "::1.2.3.04",
    "::1.2.3.4.5",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "fe80::1%",
    "fe80::1%a b",
    "%eth0",
    "mqtt://",
    "mqtt://:1883",
    "mqtt:/host",
    "mqtt:///host",
    "mqtts://",
    "mqtt://mqtt://host",
    "mqttx://host",
    "http://host",
    "tcp://host:1883",
    "://host",
    "unix:",
    "unix:path",
    "mqtt://unix:/x",
};

TEST(BrokerText, ThatIsGoodGivesHostPortAndScheme) {
  for (const Good& it : good) {
    const Broker broker = Broker::parse(it.text);
    EXPECT_TRUE(broker.valid()) << it.text;
    EXPECT_FALSE(broker.is_unix_path()) << it.text;
    EXPECT_EQ(broker.host(), it.host) << it.text;
    EXPECT_EQ(broker.port(), it.port) << it.text;
    EXPECT_EQ(broker.tls(), it.tls) << it.text;
  }
}

TEST(BrokerText, ThatIsBadGivesNothing) {
  for (const std::string_view text : bad) {
    const Broker broker = Broker::parse(text);
    EXPECT_FALSE(broker.valid()) << text;
    EXPECT_EQ(broker.host(), "") << text;
    EXPECT_EQ(broker.port(), 0) << text;
  }
}

TEST(BrokerText, OfAUnixSocketGivesItsPath) {
  for (const std::string_view text : {"unix:/run/mqtt.sock", "UNIX:/run/mqtt.sock"}) {
    const Broker broker = Broker::parse(text);
    EXPECT_TRUE(broker.valid());
    EXPECT_TRUE(broker.is_unix_path());
    EXPECT_EQ(broker.host(), "/run/mqtt.sock");
    EXPECT_FALSE(broker.tls());
  }
  EXPECT_EQ(Broker::parse("unix:/a b:1883").host(), "/a b:1883");
}

TEST(BrokerText, WithAZeroByteIsBad) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {"host\0"sv, "ho\0st"sv, "host:1883\0"sv, "\0"sv, "unix:/a\0b"sv, "[::1\0]"sv, "::1\0"sv}) {
    EXPECT_FALSE(Broker::parse(text).valid());
  }
}

TEST(BrokerText, IsAViewOfWhatItWasMadeFrom) {
  const std::string text = "mqtt://host:1883";
  EXPECT_EQ(Broker::parse(text).host().data(), text.data() + 7);
}

TEST(BrokerText, HostNamesHaveAtMost253Bytes) {
  std::string name(253, 'a');
  EXPECT_TRUE(Broker::parse(name).valid());
  EXPECT_TRUE(Broker::parse(name + ":1883").valid());
  EXPECT_FALSE(Broker::parse(name + "a").valid());
}

TEST(BrokerText, EveryPortBetweenOneAndTheLargestIsGood) {
  for (unsigned port = 0; port < 70'000; ++port) {
    const std::string text = "h:" + std::to_string(port);
    const Broker broker = Broker::parse(text);
    ASSERT_EQ(broker.valid(), port >= 1 && port <= 65'535) << port;
    EXPECT_EQ(broker.port(), broker.valid() ? port : 0);
  }
}

TEST(BrokerText, EveryByteInAHostName) {
  for (unsigned value = 0; value < 256; ++value) {
    const char character = static_cast<char>(value);
    const std::string text = {'a', character, 'b'};
    const bool expected = (value >= '0' && value <= '9') || (value >= 'a' && value <= 'z') ||
                          (value >= 'A' && value <= 'Z') || character == '-' || character == '_' ||
                          character == '.';
    EXPECT_EQ(Broker::parse(text).valid(), expected) << value;
  }
}

TEST(Broker, MadeByHandIsTakenAsItIs) {
  constexpr Broker broker{"host", 1, true};
  EXPECT_TRUE(broker.valid());
  EXPECT_EQ(broker.host(), "host");
  EXPECT_EQ(broker.port(), 1);
  EXPECT_TRUE(broker.tls());
  EXPECT_FALSE(Broker{}.valid());
}

}  // namespace
}  // namespace minimq

// SPDX-License-Identifier: MIT
#include <minimq/tls/host_name.hpp>

#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "support/hex.hpp"

namespace minimq::tls {
namespace {

std::string address(std::string_view text) {
  const auto parsed = parse_numeric_address(text);
  return parsed ? testing::to_hex(parsed->bytes()) : "none";
}

TEST(HostName, IsCoveredByItself) {
  EXPECT_TRUE(name_covers("broker.example.com", "broker.example.com"));
  EXPECT_TRUE(name_covers("Broker.Example.COM", "bROKER.example.com"));
  EXPECT_TRUE(name_covers("localhost", "localhost"));
  EXPECT_TRUE(name_covers("broker.example.com", "broker.example.com."));
}

TEST(HostName, IsNotCoveredByAnother) {
  EXPECT_FALSE(name_covers("broker.example.com", "broker.example.org"));
  EXPECT_FALSE(name_covers("broker.example.com", "example.com"));
  EXPECT_FALSE(name_covers("example.com", "broker.example.com"));
  EXPECT_FALSE(name_covers("broker.example.co", "broker.example.com"));
  EXPECT_FALSE(name_covers("", "broker"));
  EXPECT_FALSE(name_covers("", ""));
  EXPECT_FALSE(name_covers("broker", ""));
  EXPECT_FALSE(name_covers("", "."));
  constexpr std::string_view with_nul{"broker.example.com\0.evil.org", 28};
  EXPECT_FALSE(name_covers(with_nul, "broker.example.com"));
}

TEST(HostName, IsCoveredByAWildcardForItsFirstLabel) {
  EXPECT_TRUE(name_covers("*.example.com", "broker.example.com"));
  EXPECT_TRUE(name_covers("*.EXAMPLE.com", "BROKER.example.com."));
  EXPECT_FALSE(name_covers("*.example.com", "a.broker.example.com"));
  EXPECT_FALSE(name_covers("*.example.com", "example.com"));
  EXPECT_FALSE(name_covers("*.example.com", ".example.com"));
  EXPECT_FALSE(name_covers("*.example.com", "broker.example.org"));
}

TEST(HostName, IsNotCoveredByAWildcardForATopLevelDomain) {
  EXPECT_FALSE(name_covers("*.com", "broker.com"));
  EXPECT_FALSE(name_covers("*.com.", "broker.com."));
  EXPECT_FALSE(name_covers("*.com.", "broker.com"));
  EXPECT_FALSE(name_covers("*", "localhost"));
  EXPECT_FALSE(name_covers("*.", "localhost."));
  EXPECT_FALSE(name_covers("*..com", "broker..com.")) << "an empty label is none";
}

TEST(HostName, IsNotCoveredByAWildcardElsewhere) {
  EXPECT_FALSE(name_covers("broker.*.com", "broker.example.com"));
  EXPECT_FALSE(name_covers("br*.example.com", "broker.example.com"));
  EXPECT_FALSE(name_covers("*.*.com", "broker.example.com"));
  EXPECT_FALSE(name_covers("*ker.example.com", "broker.example.com"));
}

TEST(HostName, AnAddressIsCoveredByNoName) {
  EXPECT_FALSE(name_covers("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(name_covers("*.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(name_covers("2001:db8::1", "2001:db8::1"));
}

TEST(NumericAddress, OfVersion4) {
  EXPECT_EQ(address("192.0.2.1"), "C0 00 02 01");
  EXPECT_EQ(address("0.0.0.0"), "00 00 00 00");
  for (const std::string_view text :
       {"", ".", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "256.0.0.1",
        "1.2.3.a", "1.2.3.1000", "localhost", "1.2.3.-4", " 1.2.3.4"})
    EXPECT_EQ(address(text), "none") << text;
}

TEST(NumericAddress, OfVersion6) {
  EXPECT_EQ(address("2001:db8::1"), "20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01");
  EXPECT_EQ(address("::"), "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
  EXPECT_EQ(address("FE80::1%eth0"), "FE 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01");
  EXPECT_EQ(address("::ffff:192.0.2.1"), "00 00 00 00 00 00 00 00 00 00 FF FF C0 00 02 01");
  EXPECT_EQ(address("1:2:3:4:5:6:7:8"), "00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08");
  EXPECT_EQ(address("1:2:3:4:5:6:7::"), "00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 00");
  EXPECT_EQ(address("1:2:3:4:5:6:9.8.7.6"), "00 01 00 02 00 03 00 04 00 05 00 06 09 08 07 06");
  for (const std::string_view text :
       {":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3",
        "1::2:", ":1::2", "12345::", "g::", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "[::1]",
        "1:2:3:4:5:6:7:1.2.3.4"})
    EXPECT_EQ(address(text), "none") << text;
}

}  // namespace
}  // namespace minimq::tls

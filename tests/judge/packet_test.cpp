// SPDX-License-Identifier: MIT
//
// What one packet shows by itself.
#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/judge/client_packet.hpp"
#include "support/judge/violation.hpp"

namespace minimq::judge {
namespace {

// The packet as a line of text, or why no client may send it.
std::string verdict(std::string_view bytes) {
  try {
    const auto packet = parse_client_packet(testing::hex(bytes));
    return packet ? to_string(*packet) : "incomplete";
  } catch (const Violation& violation) {
    return violation.what();
  }
}

TEST(JudgedPacket, IsTakenApart) {
  EXPECT_EQ(verdict("30 06 00 01 'a' 00 'xy'"), "PUBLISH q0 topic=a payload=xy");
  EXPECT_EQ(verdict("3B 09 00 01 'a' 12 34 02 01 01 'x'"),
            "PUBLISH q1 d1 retain id=4660 topic=a payload=x {payload_format=1}");
  EXPECT_EQ(verdict("62 03 00 07 92"), "PUBREL id=7 0x92");
  EXPECT_EQ(verdict("40 02 00 07"), "PUBACK id=7 0x00");
  EXPECT_EQ(verdict("82 07 00 07 00 00 01 'a' 2D"),
            "SUBSCRIBE id=7 a:1,no_local,as_published,handling2");
  EXPECT_EQ(verdict("E0 00"), "DISCONNECT 0x00");
  EXPECT_EQ(verdict("E0 02 04"), "incomplete");
  EXPECT_EQ(verdict("E0"), "incomplete");
  EXPECT_EQ(verdict("30 80"), "incomplete");
}

struct Pair {
  std::string_view statement;
  std::string_view broken;
  std::string_view lawful;
};

// A name for GoogleTest's messages.
void PrintTo(const Pair& one, std::ostream* stream) {
  *stream << one.statement << ": " << one.broken;
}

class PacketRule : public ::testing::TestWithParam<Pair> {};

TEST_P(PacketRule, ForbidsTheOneAndNotTheOther) {
  const Pair& one = GetParam();
  const bool numbered = one.statement.find('-') != std::string_view::npos;
  const std::string head =
      (numbered ? "[MQTT-" : "(section ") + std::string{one.statement} + (numbered ? "] " : ") ");
  EXPECT_TRUE(verdict(one.broken).starts_with(head)) << verdict(one.broken);
  EXPECT_NE(verdict(one.lawful).front(), '[') << verdict(one.lawful);
  EXPECT_NE(verdict(one.lawful).front(), '(') << verdict(one.lawful);
  EXPECT_NE(verdict(one.lawful), "incomplete");
}

INSTANTIATE_TEST_SUITE_P(
    Data, PacketRule,
    ::testing::Values(Pair{"1.5.4-1", "30 04 00 01 FF 00", "30 04 00 01 7F 00"},
                      Pair{"1.5.4-1", "30 06 00 03 ED A0 80 00", "30 06 00 03 ED 9F BF 00"},
                      Pair{"1.5.4-1", "30 05 00 02 C0 80 00", "30 05 00 02 C2 80 00"},
                      Pair{"1.5.4-1", "30 06 00 03 E0 9F BF 00", "30 06 00 03 E0 A0 80 00"},
                      Pair{"1.5.4-1", "30 07 00 04 F4 90 80 80 00", "30 07 00 04 F4 8F BF BF 00"},
                      Pair{"1.5.4-1", "30 05 00 02 E2 82 00", "30 06 00 03 E2 82 AC 00"},
                      Pair{"1.5.4-2", "30 05 00 02 'a' 00 00", "30 05 00 02 'ab' 00"},
                      Pair{"1.5.5-1", "30 84 00 00 01 'a' 00", "30 04 00 01 'a' 00"},
                      Pair{"1.5.5-1", "30 05 00 01 'a' 80 00", "30 04 00 01 'a' 00"},
                      Pair{"1.5.5", "30 FF FF FF FF 7F", "30 04 00 01 'a' 00"},
                      Pair{"2.2.1-3", "40 02 00 00", "40 02 00 01"},
                      Pair{"2.2.1-3", "82 07 00 00 00 00 01 'a' 00", "82 07 00 01 00 00 01 'a' 00"},
                      Pair{"4.13.1", "30 03 00 01 'a'", "30 04 00 01 'a' 00"},
                      Pair{"4.13.1", "30 04 00 03 'a' 00", "30 04 00 01 'a' 00"},
                      Pair{"4.13.1", "C0 01 00", "C0 00"},
                      Pair{"4.13.1", "40 05 00 01 00 00 00", "40 04 00 01 00 00"},
                      Pair{"2.1.2", "D0 00", "C0 00"}, Pair{"2.1.2", "20 03 00 00 00", "C0 00"},
                      Pair{"2.1.2", "00 00", "C0 00"}));

INSTANTIATE_TEST_SUITE_P(
    Flags, PacketRule,
    ::testing::Values(Pair{"2.1.3-1", "C1 00", "C0 00"},
                      Pair{"2.1.3-1", "42 02 00 01", "40 02 00 01"},
                      Pair{"2.1.3-1", "11 0D 00 04 'MQTT' 05 02 00 00 00 00 00",
                           "10 0D 00 04 'MQTT' 05 02 00 00 00 00 00"},
                      Pair{"3.6.1-1", "60 02 00 01", "62 02 00 01"},
                      Pair{"3.8.1-1", "80 07 00 01 00 00 01 'a' 00", "82 07 00 01 00 00 01 'a' 00"},
                      Pair{"3.10.1-1", "A0 06 00 01 00 00 01 'a'", "A2 06 00 01 00 00 01 'a'"},
                      Pair{"3.14.1-1", "E2 00", "E0 00"},
                      Pair{"3.15.1-1", "F1 07 18 05 15 00 02 'ab'", "F0 07 18 05 15 00 02 'ab'"}));

INSTANTIATE_TEST_SUITE_P(
    Properties, PacketRule,
    ::testing::Values(
        Pair{"2.2.2.2", "30 06 00 01 'a' 02 17 01", "30 06 00 01 'a' 02 01 01"},
        Pair{"2.2.2.2", "30 08 00 01 'a' 04 01 01 01 01", "30 06 00 01 'a' 02 01 01"},
        Pair{"2.2.2.2", "30 06 00 01 'a' 02 01 02", "30 06 00 01 'a' 02 01 00"},
        Pair{"2.2.2.2", "30 05 00 01 'a' 01 7F", "30 04 00 01 'a' 00"},
        Pair{"2.2.2.2", "40 07 00 01 00 03 21 00 01", "40 08 00 01 00 04 1F 00 01 'x'"},
        Pair{"2.2.2.2", "E0 05 00 03 1C 00 00", "E0 05 00 03 1F 00 00"},
        Pair{"1.5.5-1", "30 07 00 01 'a' 03 81 00 01", "30 06 00 01 'a' 02 01 01"},
        Pair{"1.5.4-1", "30 0B 00 01 'a' 07 26 00 01 FF 00 01 'b'",
             "30 13 00 01 'a' 0F 26 00 01 'a' 00 01 'b' 26 00 01 'a' 00 02 'bc'"},
        Pair{"3.3.4-6", "30 06 00 01 'a' 02 0B 01", "30 06 00 01 'a' 02 01 01"},
        Pair{"3.3.2-8", "30 07 00 01 'a' 03 23 00 00", "30 07 00 01 'a' 03 23 00 01"},
        Pair{"3.3.2-14", "30 08 00 01 'a' 04 08 00 01 '#'", "30 08 00 01 'a' 04 08 00 01 'b'"},
        Pair{"3.8.2.1.2", "82 09 00 01 02 0B 00 00 01 'a' 00",
             "82 09 00 01 02 0B 01 00 01 'a' 00"}));

INSTANTIATE_TEST_SUITE_P(
    Connect, PacketRule,
    ::testing::Values(Pair{"3.1.2-1", "10 0D 00 04 'MQTt' 05 02 00 00 00 00 00",
                           "10 0D 00 04 'MQTT' 05 02 00 00 00 00 00"},
                      Pair{"3.1.2-2", "10 0D 00 04 'MQTT' 04 02 00 00 00 00 00",
                           "10 0D 00 04 'MQTT' 05 00 00 00 00 00 00"},
                      Pair{"3.1.2-3", "10 0D 00 04 'MQTT' 05 03 00 00 00 00 00",
                           "10 0D 00 04 'MQTT' 05 02 00 3C 00 00 00"},
                      Pair{"3.1.2-11", "10 0D 00 04 'MQTT' 05 0A 00 00 00 00 00",
                           "10 13 00 04 'MQTT' 05 0E 00 00 00 00 00 00 00 01 'w' 00 00"},
                      Pair{"3.1.2-13", "10 0D 00 04 'MQTT' 05 22 00 00 00 00 00",
                           "10 13 00 04 'MQTT' 05 26 00 00 00 00 00 00 00 01 'w' 00 00"},
                      Pair{"3.1.2-12", "10 13 00 04 'MQTT' 05 1E 00 00 00 00 00 00 00 01 'w' 00 00",
                           "10 13 00 04 'MQTT' 05 16 00 00 00 00 00 00 00 01 'w' 00 00"},
                      Pair{"4.7.0-1", "10 13 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 '+' 00 00",
                           "10 13 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 'w' 00 00"},
                      Pair{"4.7.3-1", "10 12 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 00 00 00",
                           "10 13 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 'w' 00 00"},
                      Pair{"4.13.1", "10 0D 00 04 'MQTT' 05 82 00 00 00 00 00",
                           "10 0F 00 04 'MQTT' 05 82 00 00 00 00 00 00 00"},
                      Pair{"4.13.1", "10 0F 00 04 'MQTT' 05 02 00 00 00 00 00 00 00",
                           "10 0F 00 04 'MQTT' 05 42 00 00 00 00 00 00 00"},
                      Pair{"3.1.2.11.3", "10 10 00 04 'MQTT' 05 02 00 00 03 21 00 00 00 00",
                           "10 10 00 04 'MQTT' 05 02 00 00 03 21 00 01 00 00"},
                      Pair{"3.1.2.11.4", "10 12 00 04 'MQTT' 05 02 00 00 05 27 00 00 00 00 00 00",
                           "10 12 00 04 'MQTT' 05 02 00 00 05 27 00 00 00 10 00 00"},
                      Pair{"3.1.2.11.10", "10 11 00 04 'MQTT' 05 02 00 00 04 16 00 01 'd' 00 00",
                           "10 15 00 04 'MQTT' 05 02 00 00 08 15 00 01 'm' 16 00 01 'd' 00 00"}));

INSTANTIATE_TEST_SUITE_P(
    Publish, PacketRule,
    ::testing::Values(Pair{"3.3.1-2", "38 04 00 01 'a' 00", "30 04 00 01 'a' 00"},
                      Pair{"3.3.1-4", "36 06 00 01 'a' 00 01 00", "34 06 00 01 'a' 00 01 00"},
                      Pair{"3.3.2-2", "30 04 00 01 '#' 00", "30 04 00 01 '/' 00"},
                      Pair{"4.7.3-1", "30 03 00 00 00", "30 06 00 00 03 23 00 01"}));

INSTANTIATE_TEST_SUITE_P(
    Answers, PacketRule,
    ::testing::Values(Pair{"3.4.2-1", "40 03 00 01 10", "40 03 00 01 80"},
                      Pair{"3.4.2-1", "40 03 00 01 01", "40 03 00 01 00"},
                      Pair{"3.5.2-1", "50 03 00 01 92", "50 03 00 01 99"},
                      Pair{"3.6.2-1", "62 03 00 01 80", "62 03 00 01 92"},
                      Pair{"3.7.2-1", "70 03 00 01 91", "70 03 00 01 92"},
                      Pair{"3.14.2-1", "E0 01 8E", "E0 01 04"},
                      Pair{"3.14.2-1", "E0 01 87", "E0 01 82"},
                      Pair{"3.15.2-1", "F0 00", "F0 07 18 05 15 00 02 'ab'"},
                      Pair{"3.15.2-1", "F0 07 00 05 15 00 02 'ab'", "F0 07 19 05 15 00 02 'ab'"},
                      Pair{"3.15.2.2.2", "F0 02 18 00", "F0 07 18 05 15 00 02 'ab'"}));

INSTANTIATE_TEST_SUITE_P(
    Filters, PacketRule,
    ::testing::Values(
        Pair{"3.8.3-2", "82 03 00 01 00", "82 07 00 01 00 00 01 'a' 00"},
        Pair{"3.10.3-2", "A2 03 00 01 00", "A2 06 00 01 00 00 01 'a'"},
        Pair{"3.8.3-4", "82 10 00 01 00 00 0A '$share/g/a' 04",
             "82 10 00 01 00 00 0A '$share/g/a' 00"},
        Pair{"3.8.3-5", "82 07 00 01 00 00 01 'a' 40", "82 07 00 01 00 00 01 'a' 2C"},
        Pair{"3.8.3.1", "82 07 00 01 00 00 01 'a' 03", "82 07 00 01 00 00 01 'a' 02"},
        Pair{"3.8.3.1", "82 07 00 01 00 00 01 'a' 30", "82 07 00 01 00 00 01 'a' 20"},
        Pair{"4.7.1-1", "82 08 00 01 00 00 02 'a#' 00", "82 08 00 01 00 00 02 '/#' 00"},
        Pair{"4.7.1-1", "82 09 00 01 00 00 03 '#/a' 00", "82 07 00 01 00 00 01 '#' 00"},
        Pair{"4.7.1-2", "82 08 00 01 00 00 02 'a+' 00", "82 08 00 01 00 00 02 '/+' 00"},
        Pair{"4.7.1-2", "A2 07 00 01 00 00 02 '+b'", "A2 08 00 01 00 00 03 '+/b'"},
        Pair{"4.7.3-1", "82 06 00 01 00 00 00 00", "82 07 00 01 00 00 01 'a' 00"},
        Pair{"4.8.2-1", "82 0E 00 01 00 00 08 '$share//' 00", "82 0E 00 01 00 00 08 '$shared/' 00"},
        Pair{"4.8.2-2", "82 10 00 01 00 00 0A '$share/+/a' 00",
             "82 10 00 01 00 00 0A '$share/g/+' 00"},
        Pair{"4.8.2-2", "82 0F 00 01 00 00 09 '$share/g/' 00",
             "82 10 00 01 00 00 0A '$share/g/a' 00"}));

}  // namespace
}  // namespace minimq::judge

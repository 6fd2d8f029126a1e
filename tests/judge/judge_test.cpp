// SPDX-License-Identifier: MIT
//
// What the judge objects to, and the lawful thing that looks like it.
#include <gtest/gtest.h>

#include "judge/talk.hpp"

namespace minimq::judge {
namespace {

struct Case {
  std::string_view statement;
  std::string_view broken;
  std::string_view lawful;
};

void PrintTo(const Case& one, std::ostream* stream) {
  *stream << one.statement << ": " << one.broken;
}

class Judged : public ::testing::TestWithParam<Case> {};

TEST_P(Judged, ObjectsToTheOneAndNotToTheOther) {
  const Talk broken{GetParam().broken};
  EXPECT_EQ(broken.verdict(), GetParam().statement) << broken.reason();
  const Talk lawful{GetParam().lawful};
  EXPECT_EQ(lawful.verdict(), "") << lawful.reason();
}

INSTANTIATE_TEST_SUITE_P(
    Connection, Judged,
    ::testing::Values(
        Case{"3.1.0-1", "open ping", "open connect"},
        Case{"3.1.0-2", "go connect", "go close open connect"},
        Case{"3.1.4", "open connect pub0", "open connect bye"},
        // An Authentication Method "m" makes it a rule.
        Case{"3.1.2-30", "open =101200044D51545405020000041500016D000163 ping",
             "open =101200044D51545405020000041500016D000163 <=20070000041500016D ping"},
        Case{"3.1.4-6", "open connect <refusal ping", "open connect <refusal"},
        Case{"3.1.4-6", "open connect <refusal bye", "open connect <connack bye"},
        Case{"3.14.4-1", "go bye ping", "go ping bye"},
        Case{"3.14.4-1", "go bye ping/1", "go bye close go ping"},
        Case{"3.14.4-1", "go pub1:1 <puback:1 bye <pub1:1 puback:1", "go <pub1:1 puback:1 bye"},
        Case{"3.2.2-4", "open resume <connack+ ping", "open resume <connack+ bye"},
        Case{"3.2.2-4", "open connect <connack+ ping", "go again ping"},
        // Session Expiry Interval 0, and an Authentication Method that nobody has asked for.
        Case{"3.2.2-4", "go close open resume <=20080100051100000000 again ping",
             "go close open resume <=200C0100091500016D1100000000 again ping"},
        // The identifier "x" is assigned to a client without one, and to one that has its own.
        Case{"3.2.2-4",
             "open =101200044D51545405020000051100000E100000 <=200700000412000178 again ping",
             "open connect <=200700000412000178 again ping"},
        // A client without an identifier gets one, or none.
        Case{"3.2.2-15",
             "open =101200044D51545405020000051100000E100000 <=200C0000091200017827000000"
             "02 pub0",
             "open =101200044D51545405020000051100000E100000 <=20080000052700000002 pub0"},
        Case{"3.14.2.2.2", "open =100E00044D5154540502000000000163 <connack =E0070005110000000A",
             "go =E0070005110000000A"},
        Case{"3.1.2-20", "go +11 ping", "go +10 ping"},
        Case{"3.1.2-20", "go +11 close", "go +5 ping +10 close"},
        Case{"3.1.2-20", "go <pub0 +6 <pub0 +6 ping", "go +6 stuck +6 ping"},
        // Server Keep Alive of five seconds.
        Case{"3.1.2-20", "open connect <=2006000003130005 +6 ping",
             "open connect <=2006000003130005 +5 ping"},
        Case{"3.1.2-20", "open connect <=2006000003130005 +5 ping again +11 ping",
             "open connect <=2006000003130005 +5 ping again +10 ping"}));

INSTANTIATE_TEST_SUITE_P(
    Identifiers, Judged,
    ::testing::Values(
        Case{"2.2.1-3", "go pub1:7 pub1:7", "go pub1:7 <puback:7 pub1:7"},
        Case{"2.2.1-3", "go pub1:7 sub:7", "go pub1:7 sub:8"},
        Case{"2.2.1-3", "go sub:7 pub2:7", "go sub:7 <suback:7 pub2:7"},
        Case{"2.2.1-3", "go sub:7 unsub:7", "go sub:7 <suback:7 unsub:7"},
        Case{"2.2.1-3", "go unsub:7 <suback:7 pub1:7", "go unsub:7 <unsuback:7 pub1:7"},
        Case{"2.2.1-3", "go pub2:7 <pubrec:7 pub1:7", "go pub2:7 <pubrec!:7 pub1:7"},
        Case{"2.2.1-3", "go pub2:7 <pubrec:7 pubrel:7 pub1:7",
             "go pub2:7 <pubrec:7 pubrel:7 <pubcomp:7 pub1:7"},
        Case{"2.2.1-3", "go pub2:7 <puback:7 pub1:7", "go <pub1:7 pub1:7 <puback:7 puback:7"},
        Case{"2.2.1-3", "go pub1:7 again other1:7", "go pub1:7 anew other1:7"},
        Case{"2.2.1-3", "go pub1:7 again other1d:7", "go pub1:7 again pub1d:7"},
        Case{"2.2.1-3", "go sub:7 sub:7", "go sub:7 again sub:7"}));

INSTANTIATE_TEST_SUITE_P(
    Repetition, Judged,
    ::testing::Values(
        Case{"4.3.2-2", "go pub1d:7", "go pub1:7"}, Case{"4.3.3-2", "go pub2d:7", "go pub2:7"},
        Case{"3.3.1-1", "go pub1:7 again pub1:7", "go pub1:7 again pub1d:7"},
        Case{"4.4.0-1", "go pub1:7 pub1d:7", "go pub1:7 again pub1d:7 again pub1d:7"},
        Case{"4.4.0-1", "go pub1:7 again pub1d:7 pub1d:7", "go pub2:7 again pub2d:7"},
        Case{"4.4.0-1", "go pub2:7 <pubrec:7 pubrel:7 pubrel:7",
             "go pub2:7 <pubrec:7 pubrel:7 <pubrec:7 pubrel:7"},
        Case{"4.3.2-2", "go pub1:7 anew pub1d:7", "go pub1:7 anew pub1:7"},
        // Clean Start ends the session even if its CONNACK is lost.
        Case{"4.3.2-2", "go pub1:7 close go pub1d:7",
             "go pub1:7 close open resume close open resume <connack+ pub1d:7"},
        Case{"4.3.2-2", "go pub1:7 <puback:7 again pub1d:7", "go pub1:7 again pub1d:7"},
        Case{"4.3.3-6", "go pub2:7 <pubrec:7 pubrel:7 again pub2d:7",
             "go pub2:7 <pubrec:7 pubrel:7 again pubrel:7"},
        Case{"4.3.3-6", "go pub2:7 <pubrec:7 pubrel:7 pub2d:7",
             "go pub2:7 <pubrec:7 again pubrel:7 <pubcomp:7"},
        Case{"4.3.3-4", "go pub2:7 <pubrec:7 again pub2d:7", "go pub2:7 <=5002 again pub2d:7"},
        Case{"4.4.0-1", "go pub2:7 <pubrec:7 pubrel:7 <pubrec!:7 pubrel:7",
             "go pub2:7 <pubrec:7 pubrel:7 <pubrec!:7 again pubrel:7"},
        // Read together with something that makes the client end the connection, or not.
        Case{"4.3.2-2", "go pub1:7 <puback:7&pub0 again pub1d:7",
             "go pub1:7 <pub0&puback:7 again pub1d:7"},
        Case{"4.3.2-2", "go pub1:7 <pub0&puback:7 <pub0 again pub1d:7",
             "go pub1:7 <pub0&puback:7 pub1:7 again pub1d:7"},
        Case{"4.3.3-2", "go pub2:7 <pub0&pubrec!:7 <pub0 again pub2d:7",
             "go pub2:7 <pub0&pubrec!:7 again pub2d:7"},
        Case{"4.3.3-4", "go pub2:7 <pub0&pubrec:7 <pub0 again pub2d:7",
             "go pub2:7 <pub0&pubrec:7 again pub2d:7"},
        Case{"4.3.3-4", "go pub2:7 <pubrec:7 pubrel:7 <pub0&pubcomp:7 <pub0 again pubrel:7",
             "go pub2:7 <pubrec:7 pubrel:7 <pub0&pubcomp:7 again pubrel:7"},
        Case{"4.6.0-1", "go pub1:1 pub2:2 again pub2d:2 pub1d:1",
             "go pub1:1 pub2:2 again pub1d:1 pub2d:2"},
        // Broken off within a PUBLISH, before or after its identifier.
        Case{"4.3.2-2", "go pub1:7/2 again pub1d:7 pub1d:8", "go pub1:7/2 again pub1d:7"},
        Case{"4.4.0-1", "go pub1:7/8 again pub1d:7 pub1d:7", "go pub1:7/8 again pub1:7"},
        Case{"4.3.2-2", "go pub1:7/2 anew pub1d:7", "go pub1:7/8 again other1:7"}));

INSTANTIATE_TEST_SUITE_P(
    Acknowledgements, Judged,
    ::testing::Values(
        Case{"2.2.1-5", "go puback:7", "go <pub1:7 puback:7"},
        Case{"2.2.1-5", "go <pub1:7 puback:7 puback:7", "go <pub1:7 <pub1d:7 puback:7 puback:7"},
        Case{"2.2.1-5", "go <pub1:7 pubrec:7", "go <pub2:7 pubrec:7"},
        Case{"2.2.1-5", "go <pub2:7 puback:7", "go <pub1:7 puback!:7"},
        Case{"2.2.1-5", "go <pub1:7 again puback:7", "go <pub1:7 again <pub1d:7 puback:7"},
        Case{"4.6.0-2", "go <pub1:1 <pub1:2 puback:2", "go <pub1:1 <pub2:2 pubrec:2 puback:1"},
        Case{"4.6.0-3", "go <pub2:1 <pub2:2 pubrec:2", "go <pub2:1 <pub2:2 pubrec:1 pubrec:2"},
        Case{"4.6.0-3", "go <pub2:1 pubrec:1 <pub2d:1 <pub2:2 pubrec:2",
             "go <pub2:1 pubrec:1 <pub2d:1 <pubrel:1 pubcomp:1 <pub2:2 pubrec:2"},
        // Receive Maximum 2 in CONNECT.
        Case{"4.6.0-3",
             "open =101600044D5154540502000A081100000E10210002000163 <connack <pub2:1 <pub2:2 "
             "pubrec:2",
             "open =101600044D5154540502000A081100000E10210002000163 <connack <pub2:1 <pub2:2 "
             "<pub2:3 pubrec:2"},
        Case{"4.6.0-2",
             "open =101600044D5154540502000A081100000E10210002000163 <connack <pub2:1 pubrec!:1 "
             "<pub1:2 <pub1:3 puback:3",
             "open =101600044D5154540502000A081100000E10210002000163 <connack <pub2:1 pubrec:1 "
             "<pub1:2 <pub1:3 puback:3"},
        Case{"4.6.0-4", "go pub2:1 pub2:2 <pubrec:2 <pubrec:1 pubrel:1 pubrel:2",
             "go pub2:1 pub2:2 <pubrec:2 <pubrec:1 pubrel:2 pubrel:1"},
        Case{"4.6.0-4", "go pub2:1 pub2:2 <pubrec:1 <pubrec:2 again pubrel:2 pubrel:1",
             "go pub2:1 pub2:2 <pubrec:1 <pubrec:2 again pubrel:1 pubrel:2"},
        Case{"4.6.0-2", "go <pub2:1 <pub1:7 <pub1:1 =4003000197",
             "go <pub2:1 <pub1:7 <pub1:1 =4003000191 puback:7"},
        Case{"4.3.3-4", "go pub2:7 pubrel:7", "go pub2:7 <pubrec:7 pubrel:7"},
        Case{"4.3.3-4", "go pubrel?:7", "go <pubrec:7 pubrel?:7"},
        Case{"4.3.3-4", "go pub2:7 <pubrec!:7 pubrel:7", "go pub2:7 <pubrec!:7 pub2:7"},
        Case{"4.3.3-4", "go pub2:7 <pubrec:7 pubrel?:7", "go pub2:7 anew <pubrec:7 pubrel?:7"},
        Case{"4.3.3-4", "go pub2:7 <pubcomp:7 <pubrec:7 pubrel?:7",
             "go pub2:7 <pubrec:7 <pubcomp:7 <pubrec:7 pubrel?:7"},
        Case{"4.3.3-11", "go <pub2:7 pubrec:7 pubcomp:7",
             "go <pub2:7 pubrec:7 <pubrel:7 pubcomp:7"},
        Case{"4.3.3-11", "go <pubrel:7 pubcomp?:7 pubcomp?:7", "go <pubrel:7 pubcomp?:7"},
        Case{"4.1.0-1", "go <pub2:7 pubrec:7 <pubrel:7 pubcomp?:7",
             "go <pub2:7 pubrec:7 <pubrel:7 pubcomp:7 <pubrel:7 pubcomp?:7"},
        Case{"4.1.0-1", "go <pub2:7 <pub2d:7 pubrec:7 pubrec:7 <pubrel:7 pubcomp?:7",
             "go <pub2:7 <pub2d:7 pubrec:7 <pubrel:7 pubrec:7 pubcomp:7 <pubrel:7 pubcomp?:7"},
        Case{"4.1.0-1", "go <pub2:7 pubrec:7 again <pubrel:7 pubcomp?:7",
             "go <pub2:7 pubrec:7 <pubrel:7 again <pubrel:7 pubcomp?:7"},
        Case{"4.1.0-1", "go <pub2:7 pubrec:7 again <pub2d:7 pubrec:7 <pubrel:7 pubcomp?:7",
             "go <pub2:7 pubrec:7 anew <pubrel:7 pubcomp?:7"}));

// The CONNACKs carry Receive Maximum 1, Maximum QoS 1, no retain, Maximum Packet Size 8, Topic
// Alias Maximum 2, and no wildcards, Subscription Identifiers or shared subscriptions.
INSTANTIATE_TEST_SUITE_P(
    Limits, Judged,
    ::testing::Values(
        Case{"3.3.4-7", "open connect <=2006000003210001 pub1:1 pub1:2",
             "open connect <=2006000003210001 pub1:1 <puback:1 pub1:2"},
        Case{"3.3.4-7", "open connect <=2006000003210001 pub2:1 <pubrec:1 pubrel:1 pub1:2",
             "open connect <=2006000003210001 pub2:1 <pubrec:1 pubrel:1 <pubcomp:1 pub1:2"},
        Case{"3.3.4-7", "go pub1:1 pub1:2 close open resume <=2006010003210001 pub1d:1 pub1d:2",
             "open connect <=2006000003210001 pub1:1 again pub1d:1 pub1:2"},
        Case{"3.3.4-7", "open connect <=2006000003210001 <puback:9 pub1:1 pub1:2",
             "open connect <=2006000003210001 pub1:1 pub0 sub:3 ping"},
        Case{"3.2.2-11", "open connect <=20050000022401 pub2:1",
             "open connect <=20050000022401 pub1:1"},
        Case{"3.2.2-11", "go pub2:1 close open resume <=20050100022401 pub2d:1",
             "go pub1:1 close open resume <=20050100022401 pub1d:1"},
        Case{"3.2.2-14", "open connect <=20050000022500 =31050001740078",
             "open connect <=20050000022500 =30050001740078"},
        Case{"3.2.2-14", "go close open resume <=20050100022500 =31050001740078",
             "open connect <=20050000022500 again =31050001740078"},
        Case{"3.2.2-15", "open connect <=20080000052700000008 pub1:1",
             "open connect <=20080000052700000008 pub0"},
        Case{"3.2.2-17", "open connect <=2006000003220002 =30080001740323000378",
             "open connect <=2006000003220002 =30080001740323000278"},
        Case{"3.2.2-18", "go =30080001740323000178",
             "open connect <=2006000003220002 =30080001740323000178 =300700000323000178"},
        Case{"3.3.2-7", "open connect <=2006000003220002 =300700000323000178",
             "open connect <=2006000003220002 =30080001740323000178 =300700000323000178"},
        Case{"3.3.2-7",
             "open connect <=2006000003220002 =30080001740323000178 close open resume "
             "<=2006010003220002 =300700000323000178",
             "open connect <=2006000003220002 =320A00017400070323000178 close open resume "
             "<=2006010003220002 =3A0A00017400070323000278"},
        Case{"3.2.2.3.11", "open connect <=20050000022800 =82070001000001'+'00",
             "open connect <=20050000022800 sub:1"},
        Case{"3.2.2.3.12", "open connect <=20050000022900 =82090001020B0100017400",
             "open connect <=20050000022900 sub:1"},
        Case{"3.2.2.3.13", "open connect <=20050000022A00 =8210000100000A'$share/g/a'00",
             "open connect <=20050000022A00 sub:1"}));

// CONNECT with the Authentication Method "m"; AUTH with the same, or with "n".
INSTANTIATE_TEST_SUITE_P(
    Authentication, Judged,
    ::testing::Values(
        Case{"4.12.0-7", "go =F00619041500016D",
             "open =101200044D51545405020000041500016D000163 <=20070000041500016D "
             "=F00619041500016D"},
        Case{"4.12.0-5",
             "open =101200044D51545405020000041500016D000163 <=F00618041500016D =F00618041500016E",
             "open =101200044D51545405020000041500016D000163 <=F00618041500016D =F00618041500016D"},
        Case{
            "4.12.0-3", "open =101200044D51545405020000041500016D000163 =F00618041500016D",
            "open =101200044D51545405020000041500016D000163 <=20070000041500016D =F00619041500016D "
            "<=F00618041500016D =F00618041500016D"},
        Case{"4.12.1-1",
             "open =101200044D51545405020000041500016D000163 <=F00618041500016D =F00619041500016D",
             "open =101200044D51545405020000041500016D000163 <=20070000041500016D "
             "=F00619041500016D"}));

}  // namespace
}  // namespace minimq::judge

// SPDX-License-Identifier: MIT
//
// Every packet of the table of reactions, good and bad, in every split into two reads and byte by
// byte. The engine's own split test has a long conversation of good ones.
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

class EverySplit : public Statement {
 protected:
  static constexpr std::size_t byte_by_byte = 0;

  // What is seen and sent when the packet comes with its first `first` bytes by themselves. Another
  // one follows it at once, as it may in a stream.
  std::string story(std::string_view packet, bool answer, std::size_t first) {
    if (answer) {
      start_anew();
      open();
      a = name('a', publish(QoS::at_least_once));
    } else {
      busy();
    }
    const std::string whole = bytes(std::string{packet} + " 30 05 00 01 't' 00 'z'");
    const std::size_t size = (whole.size() + 1) / 3;
    std::string text;
    for (std::size_t at = 0; at < size;) {
      const std::size_t end = first == byte_by_byte ? at + 1 : at == 0 ? first : size;
      if (!receive(whole.substr(at * 3, (end - at) * 3 - 1))) break;
      text += " " + sent();
      at = end;
    }
    text += " " + seen() + " " + sent() + " " + reaction();
    std::erase(text, ' ');
    return text;
  }

  void expect_same(std::string_view packet, bool answer, std::string_view id) {
    const std::string whole = story(packet, answer, SIZE_MAX / 6);
    busy();
    const std::size_t size = hex(bytes(packet)).size();
    for (std::size_t first = byte_by_byte; first <= size + 7; ++first) {
      ASSERT_EQ(story(packet, answer, first), whole) << packet << " after " << first << id;
    }
  }
};

TEST_F(EverySplit, OfAGoodPacketIsTheSame) {
  for (const std::string_view packet :
       {"30 10 00 01 't' 0B 03 00 01 'c' 26 00 01 'k' 00 01 'v'", "33 08 00 01 't' 00 05 00 'xy'",
        "3D 0B 00 01 't' 00 05 03 0B 80 01 'xy'", "40 02 <a>",
        "40 0E <a> 10 0A 1F 00 00"
        "26 00 00 00 02 'vv'",
        "50 03 <b> 97", "50 02 <b>", "62 02 00 09", "62 03 00 09 92", "70 02 <c>",
        "70 04 <c> 92 00", "90 04 <s> 00 01", "90 09 <s> 05 1F 00 02 'no' 87", "B0 04 <u> 00 11",
        "D0 00", "E0 00", "E0 01 8B", "E0 09 9D 07 1C 00 04 'host'"}) {
    expect_same(packet, false, " [MQTT-4.2.0-1]");
  }
}

TEST_F(EverySplit, OfABadPacketIsTheSame) {
  for (const std::string_view packet : {"00 00",
                                        "21 03 00 00 00",
                                        "20 03 00 00 00",
                                        "36 07 00 01 't' 00 05 00 'x'",
                                        "38 00",
                                        "30 05 00 01 '#' 00 'x'",
                                        "30 04 00 00 00 'x'",
                                        "30 08 00 01 't' 03 23 00 01 'x'",
                                        "30 06 00 01 't' 01 7E 'x'",
                                        "30 04 00 05 't' 00",
                                        "30 80 80 80 80 01",
                                        "30 FF FF FF 7F",
                                        "32 07 00 01 't' 00 00 00 'x'",
                                        "40 02 <b>",
                                        "40 03 <a> 01",
                                        "40 01 00",
                                        "50 02 <a>",
                                        "62 02 00 00",
                                        "70 02 <a>",
                                        "90 03 <s> 00",
                                        "90 05 <s> 00 00 00",
                                        "90 04 <s> 00 03",
                                        "B0 04 <u> 00 01",
                                        "C0 00",
                                        "D0 01 00",
                                        "E0 01 05",
                                        "E0 07 00 05 11 00 00 00 05",
                                        "F0 00"}) {
    expect_same(packet, false, " [MQTT-4.2.0-1]");
  }
}

TEST_F(EverySplit, OfAnAnswerToConnectIsTheSame) {
  for (const std::string_view packet :
       {"20 03 00 00 00", "20 11 00 00 0E 21 00 01 24 01 27 00 00 01 00 25 00 13 00 1E",
        "20 08 00 87 05 1F 00 02 'no'", "20 03 01 00 00", "20 03 02 00 00", "20 03 00 01 00",
        "20 06 00 00 03 21 00 00", "20 02 00 00", "D0 00", "E0 00", "F0 00",
        "20 FF 01 00 00 FC 01 1F 00"}) {
    expect_same(packet, true, " [MQTT-4.2.0-1]");
  }
}

}  // namespace
}  // namespace minimq::testing

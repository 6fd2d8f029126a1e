// SPDX-License-Identifier: MIT
#include "codec/utf8.hpp"

#include <gtest/gtest.h>

#include "codec/reader.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

bool is_valid(std::string_view in_hex) {
  const Tight text{hex(in_hex)};
  return is_valid_utf8(text.text());
}

// By the definition: everything but surrogates and U+0000, in the shortest form.
std::string encode(std::uint32_t code_point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code_point < 0x80) return {byte(code_point)};
  if (code_point < 0x800) return {byte(0xC0 | code_point >> 6), byte(0x80 | (code_point & 0x3F))};
  if (code_point < 0x10000) {
    return {byte(0xE0 | code_point >> 12), byte(0x80 | (code_point >> 6 & 0x3F)),
            byte(0x80 | (code_point & 0x3F))};
  }
  return {byte(0xF0 | code_point >> 18), byte(0x80 | (code_point >> 12 & 0x3F)),
          byte(0x80 | (code_point >> 6 & 0x3F)), byte(0x80 | (code_point & 0x3F))};
}

TEST(Utf8, EveryCodePointButSurrogatesAndZeroIsValid) {  // [MQTT-1.5.4-1], [MQTT-1.5.4-2]
  for (std::uint32_t code_point = 0; code_point < 0x14'0000; ++code_point) {
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const bool expected = code_point != 0 && !surrogate && code_point <= 0x10'FFFF;
    ASSERT_EQ(is_valid_utf8(encode(code_point)), expected)
        << std::hex << code_point << " [MQTT-1.5.4-1] [MQTT-1.5.4-2]";
  }
}

// The classes of the Unicode Standard: category Cc, and the 66 non-characters of its chapter 23.7.
bool is_control_or_noncharacter(std::uint32_t code_point) {
  const bool control = code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
  const bool noncharacter =
      (code_point >= 0xFDD0 && code_point <= 0xFDEF) || (code_point & 0xFFFE) == 0xFFFE;
  return control || noncharacter;
}

TEST(Utf8, ControlCharactersAndNonCharactersAreValidButNotSent) {
  int refused = 0;
  for (std::uint32_t code_point = 1; code_point < 0x11'0000; ++code_point) {
    if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
    const bool expected = !is_control_or_noncharacter(code_point);
    ASSERT_EQ(is_sendable_utf8(encode(code_point)), expected)
        << std::hex << code_point << " [MQTT-1.5.4-M]";
    refused += expected ? 0 : 1;
  }
  EXPECT_EQ(refused, 31 + 33 + 66);
  EXPECT_FALSE(is_sendable_utf8("long enough\tto be looked at by words"));
  EXPECT_TRUE(is_sendable_utf8("long enough to be looked at by words"));
  EXPECT_FALSE(is_sendable_utf8(std::string_view{"\0", 1}));
  EXPECT_FALSE(is_sendable_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_sendable_utf8("cut \xE2\x82"));
  EXPECT_TRUE(is_sendable_utf8(""));
}

TEST(Utf8, KnownGoodTexts) {
  for (const std::string_view text :
       {"", "'a'", "EF BB BF", "EF BB BF 'text'", "F4 8F BF BF", "C2 80", "DF BF", "E0 A0 80",
        "ED 9F BF", "EE 80 80", "F0 90 80 80", "EF BF BF", "01", "7F", "'12345678' E2 82 AC '9'"}) {
    EXPECT_TRUE(is_valid(text)) << text;
  }
}

TEST(Utf8, OverlongFormsAreInvalid) {
  for (const std::string_view text : {"C0 80", "C0 AF", "C1 BF", "E0 80 80", "E0 80 AF", "E0 9F BF",
                                      "F0 80 80 80", "F0 8F BF BF", "F0 80 80 AF"}) {
    EXPECT_FALSE(is_valid(text)) << text;
  }
}

TEST(Utf8, SurrogatesAreInvalidAlsoInPairs) {
  for (const std::string_view text : {"ED A0 80", "ED AF BF", "ED B0 80", "ED BF BF",
                                      "ED A0 80 ED B0 80", "'abcdefgh' ED A0 80"}) {
    EXPECT_FALSE(is_valid(text)) << text;
  }
}

TEST(Utf8, WhatIsAboveTheLastCodePointIsInvalid) {
  for (const std::string_view text : {"F4 90 80 80", "F5 80 80 80", "F7 BF BF BF", "F8 88 80 80 80",
                                      "FC 84 80 80 80 80", "FE", "FF", "FE FE FF FF"}) {
    EXPECT_FALSE(is_valid(text)) << text;
  }
}

TEST(Utf8, CutAndMisplacedContinuationsAreInvalid) {
  for (const std::string_view text :
       {"80", "BF", "C2", "E2", "E2 82", "F0", "F0 9F", "F0 9F 98", "C2 41", "E2 82 41", "E2 41 82",
        "F0 9F 98 41", "C2 C2 80", "E2 82 AC 80", "41 80"}) {
    EXPECT_FALSE(is_valid(text)) << text;
  }
}

TEST(Utf8, EveryPairOfBytesAgreesWithTheDefinition) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const auto plain = [](unsigned byte) { return byte >= 1 && byte < 0x80; };
      const bool expected =
          (plain(first) && plain(second)) || (first >= 0xC2 && first <= 0xDF && second >> 6 == 2);
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(is_valid_utf8({text, 2}), expected) << first << ' ' << second;
    }
  }
}

// The check goes by words where all is ASCII; a bad byte must be seen at each place of a word.
TEST(Utf8, ABadByteIsSeenAtEveryPlaceOfALongText) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string good(size, 'x');
    EXPECT_TRUE(is_valid_utf8(Tight{as_bytes(good)}.text()));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\x00', '\x80', '\xFF', '\xC2', '\xED'}) {
        std::string text = good;
        text[at] = bad;
        const Tight copy{as_bytes(text)};
        EXPECT_FALSE(is_valid_utf8(copy.text())) << size << ' ' << at;
      }
      std::string text = good;
      text.replace(at, 1, "\xE2\x82\xAC");
      EXPECT_TRUE(is_valid_utf8(Tight{as_bytes(text)}.text())) << size << ' ' << at;
      text[at] = '\x01';  // below it a borrow could hide
      EXPECT_FALSE(is_valid_utf8(Tight{as_bytes(text)}.text())) << size << ' ' << at;
      std::string ones = good;
      ones[at] = '\x01';
      EXPECT_TRUE(is_valid_utf8(ones));
    }
  }
}

TEST(Utf8, AByteOrderMarkIsDataAndStays) {  // [MQTT-1.5.4-3]
  const std::vector<std::byte> bytes = hex("00 05 EF BB BF 'ab'");
  Reader reader{bytes};
  EXPECT_EQ(reader.text(),
            "\xEF\xBB\xBF"
            "ab")
      << "[MQTT-1.5.4-3]";
  EXPECT_FALSE(reader.failed());
}

}  // namespace
}  // namespace minimq::codec

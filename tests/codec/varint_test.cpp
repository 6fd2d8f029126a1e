// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "codec/reader.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

struct Varint {
  enum class State {
    complete,
    incomplete,
    malformed,
  };
  State state;
  std::size_t size;
  std::uint32_t value;
};

Varint parse_varint(Bytes bytes) {
  Reader reader{bytes};
  const std::uint32_t value = reader.varint();
  if (reader.cut()) return {Varint::State::incomplete, 0, 0};
  if (reader.failed()) return {Varint::State::malformed, 0, 0};
  return {Varint::State::complete, bytes.size() - reader.left(), value};
}

struct Form {
  std::string_view bytes;
  std::uint32_t value;
};

// The bounds of table 1-1.
constexpr Form bounds[] = {
    {"00", 0},
    {"7F", 127},
    {"80 01", 128},
    {"FF 7F", 16'383},
    {"80 80 01", 16'384},
    {"FF FF 7F", 2'097'151},
    {"80 80 80 01", 2'097'152},
    {"FF FF FF 7F", 268'435'455},
};

// Leading zeros, five bytes, and a fourth byte that goes on [MQTT-1.5.5-1].
constexpr std::string_view malformed[] = {
    "80 00",          "81 00",          "FF 00",          "80 80 00",       "FF FF 00",
    "80 80 80 00",    "FF FF FF 00",    "80 80 80 80",    "FF FF FF FF",    "80 80 80 80 00",
    "80 80 80 80 01", "FF FF FF FF 7F", "FF FF FF FF FF", "80 80 80 80 80",
};

TEST(VariableByteInteger, ReadsTheBoundsOfEachSize) {
  for (const Form& form : bounds) {
    const Tight bytes{hex(form.bytes)};
    const Varint varint = parse_varint(bytes.bytes());
    EXPECT_EQ(varint.state, Varint::State::complete) << form.bytes;
    EXPECT_EQ(varint.value, form.value) << form.bytes;
    EXPECT_EQ(varint.size, bytes.bytes().size()) << form.bytes;
  }
}

TEST(VariableByteInteger, WritesTheBoundsOfEachSize) {
  for (const Form& form : bounds) {
    const auto write = [&](Writer& writer) { writer.varint(form.value); };
    EXPECT_EQ(written(write), form.bytes) << "[MQTT-1.5.5-1]";
    EXPECT_EQ(measured(write).size(), varint_size(form.value));
  }
}

TEST(VariableByteInteger, WaitsForTheBytesThatAreMissing) {
  for (const Form& form : bounds) {
    const std::vector<std::byte> whole = hex(form.bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Tight cut{Bytes{whole}.first(size)};
      EXPECT_EQ(parse_varint(cut.bytes()).state, Varint::State::incomplete) << form.bytes;
    }
  }
}

TEST(VariableByteInteger, IsMalformedUnlessItHasItsShortestForm) {
  for (const std::string_view form : malformed) {
    const Tight bytes{hex(form)};
    EXPECT_EQ(parse_varint(bytes.bytes()).state, Varint::State::malformed)
        << form << " [MQTT-1.5.5-1]";
  }
}

TEST(VariableByteInteger, IsMalformedAfterFourBytesWithoutWaitingForTheFifth) {
  EXPECT_EQ(parse_varint(hex("80 80 80 80")).state, Varint::State::malformed) << "[MQTT-1.5.5-M]";
  EXPECT_EQ(parse_varint(hex("80 80 80")).state, Varint::State::incomplete);
}

TEST(VariableByteInteger, AllFormsOfUpToTwoBytesAreTakenExactlyIfMinimal) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::vector<std::byte> bytes{static_cast<std::byte>(first),
                                         static_cast<std::byte>(second)};
      const Varint varint = parse_varint(bytes);
      if (first < 128) {
        EXPECT_EQ(varint.value, first);
        EXPECT_EQ(varint.size, 1u);
      } else if (second == 0) {
        EXPECT_EQ(varint.state, Varint::State::malformed);
      } else if (second < 128) {
        EXPECT_EQ(varint.value, (first & 127) + 128 * second);
        EXPECT_EQ(varint.size, 2u);
      } else {
        EXPECT_EQ(varint.state, Varint::State::incomplete);
      }
    }
  }
}

TEST(VariableByteInteger, InsideAPacketAnIncompleteOneIsMalformed) {
  for (const std::string_view form : {"", "80", "80 80", "FF FF FF"}) {
    const Tight bytes{hex(form)};
    Reader reader{bytes.bytes()};
    EXPECT_EQ(reader.varint(), 0u);
    EXPECT_EQ(reader.error(), ReasonCode::malformed_packet) << form;
  }
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/reader.hpp"

#include <gtest/gtest.h>

#include "codec/support.hpp"

namespace minimq::codec {
namespace {

TEST(Reader, TakesNumbersBigEndian) {
  const Tight bytes{hex("01 02 03 04 05 06 07")};
  Reader reader{bytes.bytes()};
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.number(4), 0x04050607u);
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_FALSE(reader.failed());
}

TEST(Reader, FailsWhereANumberIsCut) {
  const Tight bytes{hex("01 02 03")};
  Reader byte{Bytes{}};
  EXPECT_EQ(byte.u8(), 0);
  EXPECT_EQ(byte.error(), ReasonCode::malformed_packet);
  Reader two{bytes.bytes().first(1)};
  EXPECT_EQ(two.u16(), 0);
  EXPECT_EQ(two.error(), ReasonCode::malformed_packet);
  Reader four{bytes.bytes()};
  EXPECT_EQ(four.number(4), 0u);
  EXPECT_EQ(four.error(), ReasonCode::malformed_packet);
}

TEST(Reader, ATextLongerThanThePacketIsNotRead) {
  for (const std::string_view form : {"00", "00 01", "00 03 'ab'", "FF FF 'ab'", "80 00"}) {
    const Tight bytes{hex(form)};
    Reader reader{bytes.bytes()};
    EXPECT_EQ(reader.text(), "");
    EXPECT_TRUE(reader.failed()) << form;
  }
}

TEST(Reader, BinaryDataMayBeAnythingButATextMayNot) {
  const std::vector<std::byte> bytes = hex("00 02 FF 00");
  Reader binary{bytes};
  EXPECT_EQ(to_hex(binary.binary()), "FF 00");
  EXPECT_FALSE(binary.failed());
  Reader text{bytes};
  EXPECT_EQ(text.text(), "");
  EXPECT_EQ(text.error(), ReasonCode::malformed_packet);
}

TEST(Reader, AnEmptyTextIsAText) {
  const std::vector<std::byte> bytes = hex("00 00");
  Reader reader{bytes};
  EXPECT_EQ(reader.text(), "");
  EXPECT_FALSE(reader.failed());
}

TEST(Reader, TheFirstErrorSticksAndNothingIsReadAfterIt) {
  const std::vector<std::byte> bytes = hex("01 02 03 04");
  Reader reader{bytes};
  reader.fail(ReasonCode::protocol_error);
  reader.fail(ReasonCode::malformed_packet);
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_TRUE(reader.binary().empty());
  EXPECT_TRUE(reader.take_rest().empty());
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_EQ(reader.error(), ReasonCode::protocol_error);
}

TEST(Reader, BytesThatAreLeftAtTheEndAreMalformed) {
  const std::vector<std::byte> bytes = hex("01 02");
  Reader reader{bytes};
  reader.u16();
  reader.end();
  EXPECT_FALSE(reader.failed());
  Reader early{bytes};
  early.u8();
  early.end();
  EXPECT_EQ(early.error(), ReasonCode::malformed_packet);
}

void write_data_types(Writer& writer) {
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.number(0x04050607, 4);
  writer.text("ab", Error::config_client_id);
  writer.binary({}, Error::config_will);
  writer.varint(300);
}

TEST(Writer, WritesTheDataTypes) {
  EXPECT_EQ(written(write_data_types), as_hex("01 02 03 04 05 06 07 00 02 'ab' 00 00 AC 02"));
}

TEST(Writer, NeverWritesOutsideItsSpace) {
  for (std::size_t size = 1; size < 15; ++size) {
    const std::unique_ptr<std::byte[]> space{new std::byte[size]};
    Writer writer = measured(write_data_types);
    writer.into({space.get(), size});
    write_data_types(writer);
    EXPECT_EQ(writer.size(), 15u);
  }
}

TEST(Writer, KeepsTheFirstError) {
  const std::string too_long(65'536, 'a');
  EXPECT_EQ(writing_error([&](Writer& writer) {
              writer.text("a", Error::config_client_id);
              writer.text("\xFF", Error::config_will);
              writer.binary(as_bytes(too_long), Error::config_property);
            }),
            Error::config_will);
  EXPECT_EQ(writing_error(
                [&](Writer& writer) { writer.binary(as_bytes(too_long), Error::config_property); }),
            Error::config_property);
}

TEST(Writer, PutsLengthsInFrontOfWhatTheyMeasure) {
  EXPECT_EQ(written([](Writer& writer) {
              const std::size_t outer = writer.begin_length();
              const std::size_t inner = writer.begin_length();
              for (int i = 0; i < 130; ++i)
                writer.u8(0xAA);
              writer.end_length(inner);
              writer.u8(0xBB);
              writer.end_length(outer);
            }).substr(0, 14),
            "85 01 82 01 AA");
}

TEST(Writer, RefusesALengthThatNoPacketHas) {
  const auto of = [](std::size_t size) {
    return writing_error([size](Writer& writer) {
      const std::size_t length = writer.begin_length();
      writer.count(size);
      writer.end_length(length);
    });
  };
  EXPECT_EQ(of(268'435'455), Error{});
  EXPECT_EQ(of(268'435'456), Error::packet_too_large);
}

}  // namespace
}  // namespace minimq::codec

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
  EXPECT_EQ(reader.u32(), 0x04050607u);
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
  EXPECT_EQ(four.u32(), 0u);
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

TEST(Writer, WritesTheDataTypes) {
  EXPECT_EQ(written(14,
                    [](Writer& writer) {
                      writer.u8(0x01);
                      writer.u16(0x0203);
                      writer.u32(0x04050607);
                      writer.text("ab");
                      writer.binary({});
                      writer.raw(as_bytes("c"));
                    }),
            as_hex("01 02 03 04 05 06 07 00 02 'ab' 00 00 'c'"));
}

TEST(Writer, NeverWritesOutsideItsSpaceAndTellsOfIt) {
  for (std::size_t size = 0; size < 14; ++size) {
    const std::unique_ptr<std::byte[]> space{new std::byte[size]};
    Writer writer{{space.get(), size}};
    writer.u8(1);
    writer.u16(2);
    writer.u32(3);
    writer.text("ab");
    writer.varint(300);
    writer.raw(as_bytes("c"));
    EXPECT_TRUE(writer.overflowed()) << size;
  }
}

}  // namespace
}  // namespace minimq::codec

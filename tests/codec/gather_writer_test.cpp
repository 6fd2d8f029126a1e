// SPDX-License-Identifier: MIT
#include <array>
#include <gtest/gtest.h>

#include "codec/connect.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

constexpr std::string_view sample_hex =
    "01 0203 04050607 00 03 'abc' 00 00 AC02 00 02 'de' 00 01 'f' 08 FFFFFF7F";

void write_sample(Writer& writer) {
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.number(0x04050607, 4);
  writer.text("abc", Error{});
  writer.text("", Error{});
  writer.varint(300);
  writer.binary(as_bytes("de"), Error{});
  writer.text("f", Error{});
  writer.u8(0x08);
  writer.varint(268'435'455);
}

std::vector<std::byte> joined(const Writer& writer) {
  std::vector<std::byte> bytes;
  for (const Bytes piece : writer.pieces()) {
    EXPECT_FALSE(piece.empty());
    append(bytes, piece);
  }
  return bytes;
}

// Writes a packet as a transport that takes all pieces each time would see it.
template <class F>
std::vector<std::byte> in_parts(F write, std::size_t scratch_size, std::size_t piece_count) {
  std::vector<std::byte> sent;
  const Writer measuring = measured(write);
  while (sent.size() < measuring.size()) {
    std::vector<std::byte> scratch(scratch_size);
    std::vector<Bytes> pieces(piece_count);
    Writer writer = measuring;
    writer.gather(sent.size(), scratch, pieces);
    write(writer);
    EXPECT_EQ(writer.size(), measuring.size());
    const std::vector<std::byte> part = joined(writer);
    if (part.empty()) {
      ADD_FAILURE() << "nothing was written at " << sent.size();
      break;
    }
    append(sent, part);
  }
  return sent;
}

TEST(GatherWriter, WithRoomEnoughGivesTheWholePacketInFewPieces) {
  std::array<std::byte, 64> scratch;
  std::array<Bytes, 8> pieces;
  Writer writer;
  writer.gather(0, scratch, pieces);
  write_sample(writer);
  EXPECT_EQ(to_hex(joined(writer)), as_hex(sample_hex));
  // Numbers in a row share a piece: 3 texts, and what stands before, between and behind them.
  EXPECT_EQ(writer.pieces().size(), 7u);
  EXPECT_EQ(writer.size(), hex(sample_hex).size());
}

TEST(GatherWriter, RefersToTextsWhereTheyAre) {
  const std::string secret = "a password";
  std::array<std::byte, 8> scratch{};
  std::array<Bytes, 2> pieces;
  Writer writer;
  writer.gather(0, scratch, pieces);
  writer.text(secret, Error{});
  ASSERT_EQ(writer.pieces().size(), 2u);
  EXPECT_EQ(as_text(writer.pieces()[1]).data(), secret.data());
  EXPECT_EQ(to_hex(scratch), as_hex("00 0A 00 00 00 00 00 00"));
}

TEST(GatherWriter, BeginsAtEveryOffset) {
  const std::vector<std::byte> whole = hex(sample_hex);
  for (std::size_t offset = 0; offset <= whole.size() + 2; ++offset) {
    std::array<std::byte, 64> scratch;
    std::array<Bytes, 8> pieces;
    Writer writer;
    writer.gather(offset, scratch, pieces);
    write_sample(writer);
    const Bytes rest = Bytes{whole}.subspan(std::min(offset, whole.size()));
    EXPECT_EQ(to_hex(joined(writer)), to_hex(rest)) << offset;
    EXPECT_EQ(writer.size(), whole.size());
  }
}

TEST(GatherWriter, AnySizesOfScratchAndListGiveTheSameBytesInTheEnd) {
  for (std::size_t scratch = 1; scratch <= 30; ++scratch) {
    for (std::size_t pieces = 1; pieces <= 9; ++pieces) {
      EXPECT_EQ(to_hex(in_parts(write_sample, scratch, pieces)), as_hex(sample_hex))
          << scratch << ' ' << pieces;
    }
  }
}

TEST(GatherWriter, EveryOffsetWithEverySmallScratchGivesAPrefixOfTheRest) {
  const std::vector<std::byte> whole = hex(sample_hex);
  for (std::size_t offset = 0; offset < whole.size(); ++offset) {
    for (std::size_t room = 1; room <= 12; ++room) {
      std::vector<std::byte> scratch(room);
      std::array<Bytes, 3> pieces;
      Writer writer;
      writer.gather(offset, scratch, pieces);
      write_sample(writer);
      const std::vector<std::byte> part = joined(writer);
      ASSERT_FALSE(part.empty());
      ASSERT_LE(offset + part.size(), whole.size());
      EXPECT_EQ(to_hex(part), to_hex(Bytes{whole}.subspan(offset, part.size())));
    }
  }
}

TEST(GatherWriter, WithoutRoomItOnlyMeasures) {
  Writer writer;
  write_sample(writer);
  EXPECT_EQ(writer.size(), hex(sample_hex).size());
  EXPECT_TRUE(writer.pieces().empty());
}

TEST(GatherWriter, WritesNothingBeyondItsScratch) {
  std::array<std::byte, 5> memory{};
  memory.fill(std::byte{0xEE});
  std::array<Bytes, 8> pieces;
  Writer writer;
  writer.gather(0, std::span{memory}.first(3), pieces);
  writer.number(0x01020304, 4);
  writer.u8(0x05);
  EXPECT_EQ(to_hex(memory), "01 02 03 EE EE");
  EXPECT_EQ(writer.size(), 5u);
}

TEST(GatherWriter, ACutConnectIsContinuedToTheSameBytes) {
  const Property properties[] = {Property::user("name", "value")};
  const Will will{.topic = "will/topic", .payload = as_bytes("gone"), .properties = properties};
  const Credentials credentials{.user_name = "user", .password = as_bytes("secret")};
  Config config{.client_id = "device"};
  config.will = &will;
  config.credentials = &credentials;
  config.properties = properties;
  const auto write = [&](Writer& writer) { write_connect(writer, config, true); };
  const std::string whole = to_hex(in_parts(write, 128, 32));
  for (const std::size_t scratch : {1u, 2u, 3u, 5u, 16u, 32u}) {
    for (const std::size_t pieces : {1u, 2u, 3u, 4u, 8u}) {
      EXPECT_EQ(to_hex(in_parts(write, scratch, pieces)), whole) << scratch << ' ' << pieces;
    }
  }
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <random>

#include "codec/corpus.hpp"
#include "codec/decode.hpp"
#include "codec/fixed_header.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

// A packet of that type and body with the Remaining Length that it needs.
std::vector<std::byte> packet_of(std::byte first, Bytes body) {
  std::vector<std::byte> packet{first};
  append(packet, varint_bytes(body.size()));
  append(packet, body);
  return packet;
}

TEST(Corruption, TheCorpusItselfIsValid) {
  for (const std::string_view packet : received_packets) {
    const Tight tight{hex(packet)};
    EXPECT_EQ(decode_any(tight.bytes()), ReasonCode::success) << packet;
  }
}

TEST(Corruption, EveryPrefixThatKeepsItsLengthFieldWaitsForTheRest) {
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    for (std::size_t size = 0; size < packet.size(); ++size) {
      const Tight cut{Bytes{packet}.first(size)};
      const auto header = decode_fixed_header(cut.bytes());
      ASSERT_TRUE(header) << text;
      EXPECT_TRUE(!*header || (*header)->packet_size() > size);
    }
  }
}

// The length field says what is there, and the packet ends in the middle of something.
TEST(Corruption, EveryPrefixWithItsLengthCorrectedIsAnErrorOrAShorterPacket) {
  std::size_t valid = 0;
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    const Bytes whole = body(packet);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Tight cut{packet_of(packet[0], whole.first(size))};
      if (decode_any(cut.bytes()) == ReasonCode::success) ++valid;
    }
  }
  // Shorter payloads (9), acknowledgements (10), lists of codes (3), DISCONNECT (3), AUTH (1).
  EXPECT_EQ(valid, 26u);
}

TEST(Corruption, BytesBehindTheEndAreMalformedWhereThereIsNoPayload) {
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    for (unsigned extra = 0; extra < 256; ++extra) {
      std::vector<std::byte> longer{body(packet).begin(), body(packet).end()};
      longer.push_back(static_cast<std::byte>(extra));
      const Tight tight{packet_of(packet[0], longer)};
      const ReasonCode result = decode_any(tight.bytes());
      const unsigned type = std::to_integer<unsigned>(packet[0]) >> 4;
      const bool may_be_longer = type == 3 || type == 9 || type == 11 || packet.size() <= 5;
      EXPECT_TRUE(may_be_longer || result != ReasonCode::success) << text << extra;
    }
  }
}

TEST(Corruption, EveryByteWithEveryValueIsAnErrorOrAValidPacket) {
  std::size_t refused = 0;
  for (const std::string_view text : received_packets) {
    std::vector<std::byte> packet = hex(text);
    for (std::byte& byte : packet) {
      const std::byte original = byte;
      for (unsigned value = 0; value < 256; ++value) {
        byte = static_cast<std::byte>(value);
        const Tight tight{packet};
        if (decode_any(tight.bytes()) != ReasonCode::success) ++refused;
      }
      byte = original;
    }
  }
  EXPECT_GT(refused, 60'000u);
}

TEST(Corruption, EveryPairOfNeighboursAsALengthField) {
  // Whatever is a length of two bytes is 0, one less, one more, and the largest once.
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    for (std::size_t at = 2; at + 1 < packet.size(); ++at) {
      const unsigned original =
          std::to_integer<unsigned>(packet[at]) << 8 | std::to_integer<unsigned>(packet[at + 1]);
      for (const unsigned value : {0u, original - 1, original + 1, 0x7FFFu, 0x8000u, 0xFFFFu}) {
        std::vector<std::byte> changed = packet;
        changed[at] = static_cast<std::byte>(value >> 8);
        changed[at + 1] = static_cast<std::byte>(value);
        const Tight tight{changed};
        static_cast<void>(decode_any(tight.bytes()));
      }
    }
  }
}

TEST(Corruption, EveryByteAsAPropertyLengthOfAnyForm) {
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    const Bytes whole = body(packet);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const std::string_view form : {"80 00", "80 01", "FF 7F", "80 80 80 00", "FF FF FF 7F",
                                          "80 80 80 80 01", "FF FF FF FF", "FF FF FF FF FF"}) {
        std::vector<std::byte> changed{whole.begin(), whole.begin() + static_cast<int>(at)};
        append(changed, hex(form));
        append(changed, whole.subspan(at + 1));
        const Tight tight{packet_of(packet[0], changed)};
        static_cast<void>(decode_any(tight.bytes()));
      }
    }
  }
}

TEST(Corruption, EveryByteLeftOutOrDoubled) {
  for (const std::string_view text : received_packets) {
    const std::vector<std::byte> packet = hex(text);
    const Bytes whole = body(packet);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::vector<std::byte> shorter{whole.begin(), whole.end()};
      shorter.erase(shorter.begin() + static_cast<int>(at));
      std::vector<std::byte> longer{whole.begin(), whole.end()};
      longer.insert(longer.begin() + static_cast<int>(at), whole[at]);
      for (const std::vector<std::byte>& changed : {shorter, longer}) {
        const Tight tight{packet_of(packet[0], changed)};
        static_cast<void>(decode_any(tight.bytes()));
      }
    }
  }
}

TEST(Corruption, RandomChangesOfSeveralBytes) {
  constexpr unsigned seed = 20'190'307;
  std::mt19937 random{seed};
  std::size_t valid = 0;
  for (int round = 0; round < 100'000; ++round) {
    const auto text = received_packets[random() % std::size(received_packets)];
    std::vector<std::byte> packet = hex(text);
    for (unsigned count = 1 + random() % 4; count != 0; --count) {
      packet[random() % packet.size()] = static_cast<std::byte>(random());
    }
    const Tight tight{packet};
    if (decode_any(tight.bytes()) == ReasonCode::success) ++valid;
  }
  EXPECT_GT(valid, 0u);
}

TEST(Corruption, RandomBodiesOfEveryType) {
  constexpr unsigned seed = 5;
  std::mt19937 random{seed};
  for (int round = 0; round < 100'000; ++round) {
    std::vector<std::byte> body(random() % 24);
    for (std::byte& byte : body)
      byte = static_cast<std::byte>(random() % 3 == 0 ? random() : random() % 8);
    const auto type = 2 + random() % 14;
    const auto flags = type == 3 ? random() % 16 : type == 6 ? 2 : 0;
    const Tight tight{packet_of(static_cast<std::byte>(type << 4 | flags), body)};
    static_cast<void>(decode_any(tight.bytes()));
  }
}

}  // namespace
}  // namespace minimq::codec

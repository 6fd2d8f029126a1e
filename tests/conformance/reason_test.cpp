// SPDX-License-Identifier: MIT
//
// Every reason code in every packet, and every packet cut at every byte.
#include <array>
#include <gtest/gtest.h>

#include "codec/auth.hpp"
#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

// Table 2-6 by its rows: in which packets a server may send a code. PA: PUBACK and PUBREC, PC:
// PUBREL and PUBCOMP.
struct Row {
  unsigned code;
  std::string_view packets;
};

constexpr Row rows[] = {
    {0x00, "CA PA PC SA UA DI AU"},
    {0x01, "SA"},
    {0x02, "SA"},
    {0x04, "DI"},  // A client's; a broker that sends it is disconnecting all the same.
    {0x10, "PA"},
    {0x11, "UA"},
    {0x18, "AU"},
    {0x80, "CA PA SA UA DI"},
    {0x81, "CA DI"},
    {0x82, "CA DI"},
    {0x83, "CA PA SA UA DI"},
    {0x84, "CA"},
    {0x85, "CA"},
    {0x86, "CA"},
    {0x87, "CA PA SA UA DI"},
    {0x88, "CA"},
    {0x89, "CA DI"},
    {0x8A, "CA"},
    {0x8B, "DI"},
    {0x8C, "CA DI"},
    {0x8D, "DI"},
    {0x8E, "DI"},
    {0x8F, "SA UA DI"},
    {0x90, "CA PA DI"},
    {0x91, "PA SA UA"},
    {0x92, "PC"},
    {0x93, "DI"},
    {0x94, "DI"},
    {0x95, "CA DI"},
    {0x96, "DI"},
    {0x97, "CA PA SA DI"},
    {0x98, "DI"},
    {0x99, "CA PA DI"},
    {0x9A, "CA DI"},
    {0x9B, "CA DI"},
    {0x9C, "CA DI"},
    {0x9D, "CA DI"},
    {0x9E, "SA DI"},
    {0x9F, "CA DI"},
    {0xA0, "DI"},
    {0xA1, "SA DI"},
    {0xA2, "SA DI"},
};

bool is_listed(unsigned code, std::string_view packet) {
  for (const Row& row : rows) {
    if (row.code == code) return row.packets.find(packet) != std::string_view::npos;
  }
  return false;
}

std::string with_code(std::string_view before, unsigned code, std::string_view after = "") {
  const std::byte byte[] = {static_cast<std::byte>(code)};
  return std::string{before} + " " + to_hex(byte) + " " + std::string{after};
}

class EveryReasonCode : public Statement {
 protected:
  static constexpr char nobody = '-';

  // A listed code is the outcome of the operation of that letter, any other ends the connection.
  ::testing::AssertionResult judged(const std::string& packet, char letter, unsigned code,
                                    bool listed) {
    const std::string how = reaction_to(packet);
    if (how != (listed ? fine : protocol_error)) return ::testing::AssertionFailure() << how;
    if (letter == nobody) return ::testing::AssertionSuccess();
    const Ticket ticket = letter == 'a'   ? a
                          : letter == 'b' ? b
                          : letter == 'c' ? c
                          : letter == 's' ? s
                                          : u;
    const std::string result = outcome(ticket);
    const std::string expected = listed ? std::to_string(code) : "pending";
    if (result == expected) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << result << " instead of " << expected;
  }
};

TEST_F(EveryReasonCode, OfPuback) {
  for (unsigned code = 0; code < 256; ++code) {
    for (const std::string& packet :
         {with_code("40 03 <a>", code), with_code("40 04 <a>", code, "00")}) {
      EXPECT_TRUE(judged(packet, 'a', code, is_listed(code, "PA"))) << packet << " [MQTT-3.4.2-1]";
    }
  }
}

TEST_F(EveryReasonCode, OfPubrec) {
  for (unsigned code = 0; code < 256; ++code) {
    for (const std::string& packet :
         {with_code("50 03 <b>", code), with_code("50 04 <b>", code, "00")}) {
      const bool refuses = code >= 0x80;
      const bool listed = is_listed(code, "PA");
      const auto operation = refuses || !listed ? 'b' : nobody;
      EXPECT_TRUE(judged(packet, operation, code, listed)) << packet << " [MQTT-3.5.2-1]";
      if (!listed) continue;
      EXPECT_EQ(sent(), refuses ? "" : bytes("62 02 <b>")) << "[MQTT-4.3.3-4] [MQTT-4.4.0-2]";
    }
  }
}

TEST_F(EveryReasonCode, OfPubrel) {
  for (unsigned code = 0; code < 256; ++code) {
    for (const std::string& packet :
         {with_code("62 03 00 09", code), with_code("62 04 00 09", code, "00")}) {
      EXPECT_TRUE(judged(packet, nobody, code, is_listed(code, "PC")))
          << packet << " [MQTT-3.6.2-1]";
    }
  }
}

TEST_F(EveryReasonCode, OfPubcomp) {
  for (unsigned code = 0; code < 256; ++code) {
    for (const std::string& packet :
         {with_code("70 03 <c>", code), with_code("70 04 <c>", code, "00")}) {
      EXPECT_TRUE(judged(packet, 'c', code, is_listed(code, "PC"))) << packet << " [MQTT-3.7.2-1]";
    }
  }
}

TEST_F(EveryReasonCode, OfSuback) {
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_TRUE(judged(with_code("90 04 <s> 00", code), 's', code, is_listed(code, "SA")))
        << code << " [MQTT-3.9.3-2]";
  }
}

TEST_F(EveryReasonCode, OfUnsuback) {
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_TRUE(judged(with_code("B0 04 <u> 00", code), 'u', code, is_listed(code, "UA")))
        << code << " [MQTT-3.11.3-2]";
  }
}

TEST_F(EveryReasonCode, OfDisconnect) {
  for (unsigned code = 0; code < 256; ++code) {
    for (const std::string& packet : {with_code("E0 01", code), with_code("E0 02", code, "00")}) {
      EXPECT_EQ(reaction_to(packet), is_listed(code, "DI")
                                         ? std::string_view{"disconnected_by_broker, "}
                                         : protocol_error)
          << packet << " [MQTT-3.14.2-1]";
      EXPECT_EQ(engine().cause().reason,
                is_listed(code, "DI") ? static_cast<ReasonCode>(code) : ReasonCode::protocol_error);
    }
  }
}

// One above 0x7F that is not listed is a refusal all the same; what else could it be?
TEST_F(EveryReasonCode, OfConnack) {
  for (unsigned code = 0; code < 256; ++code) {
    const std::string how = reaction_to_answer(with_code("20 03 00", code, "00"));
    const std::string_view expected = code == 0     ? fine
                                      : code < 0x80 ? protocol_error_silently
                                                    : std::string_view{"connection_refused, "};
    EXPECT_EQ(how, expected) << code << " [MQTT-3.2.2-8] [MQTT-3.2.2-7]";
    EXPECT_TRUE(!is_listed(code, "CA") || how != protocol_error_silently);
    if (code >= 0x80) {
      EXPECT_EQ(engine().cause().reason, static_cast<ReasonCode>(code)) << "[MQTT-3.2.2-8]";
    }
  }
}

TEST_F(EveryReasonCode, OfAuth) {
  for (unsigned code = 0; code < 256; ++code) {
    const std::vector<std::byte> body = hex(with_code("", code, "04 15 00 01 'm'"));
    codec::Auth auth;
    const bool good = codec::decode_auth(body, auth) == ReasonCode::success;
    EXPECT_EQ(good, is_listed(code, "AU")) << code << " [MQTT-3.15.2-1]";
  }
}

// A packet, and the lengths of its body at which it is a packet too.
struct Whole {
  std::string_view first_byte;
  std::string_view body;
  std::vector<std::size_t> good;
};

class EveryTruncation : public Statement {
 protected:
  const std::vector<Whole> wholes{
      {"30", "00 01 't' 0B 03 00 01 'c' 26 00 01 'k' 00 01 'v'", {}},
      {"32", "00 01 't' 00 05 04 03 00 01 'c'", {}},
      {"40", "<a> 00 05 1F 00 02 'ok'", {2, 3}},
      {"50", "<b> 00 05 1F 00 02 'ok'", {2, 3}},
      {"62", "00 09 00 05 1F 00 02 'ok'", {2, 3}},
      {"70", "<c> 00 05 1F 00 02 'ok'", {2, 3}},
      {"90", "<s> 05 1F 00 02 'ok' 00", {}},
      {"B0", "<u> 05 1F 00 02 'ok' 00", {}},
      {"E0", "8B 05 1F 00 02 'ok'", {0, 1}},
  };
};

TEST_F(EveryTruncation, WithItsLengthCorrectedIsMalformedOrAShorterPacket) {
  for (const Whole& whole : wholes) {
    busy();
    const std::size_t size = hex(bytes(whole.body)).size();
    for (std::size_t cut = 0; cut <= size; ++cut) {
      busy();
      const std::byte length[] = {static_cast<std::byte>(cut)};
      const std::string body = cut == 0 ? "" : bytes(whole.body).substr(0, cut * 3 - 1);
      receive(std::string{whole.first_byte} + " " + to_hex(length) + " " + body);
      const bool good = cut == size || std::ranges::find(whole.good, cut) != whole.good.end();
      const bool last_words = whole.first_byte == "E0" && good;
      EXPECT_EQ(reaction(), last_words ? "disconnected_by_broker, "
                            : good     ? fine
                                       : malformed)
          << whole.first_byte << " cut to " << cut << " [MQTT-3.4.2.1-M] [MQTT-2.2.2-1]";
    }
  }
}

TEST_F(EveryTruncation, OfAConnackIsMalformed) {
  const std::string body = "00 00 0B 21 00 05 1F 00 05 'hello'";
  const std::size_t size = hex(body).size();
  for (std::size_t cut = 0; cut <= size; ++cut) {
    const std::byte head[] = {std::byte{0x20}, static_cast<std::byte>(cut)};
    const std::string rest = cut == 0 ? "" : as_hex(body).substr(0, cut * 3 - 1);
    EXPECT_EQ(reaction_to_answer(to_hex(head) + " " + rest),
              cut == size ? fine : malformed_silently)
        << cut << " [MQTT-2.2.2-1]";
  }
}

TEST_F(EveryTruncation, WaitsForTheRestIfTheLengthSaysSo) {
  for (const Whole& whole : wholes) {
    busy();
    const std::size_t size = hex(bytes(whole.body)).size();
    for (std::size_t cut = 0; cut < size; ++cut) {
      busy();
      const std::byte length[] = {static_cast<std::byte>(size)};
      const std::string body = cut == 0 ? "" : bytes(whole.body).substr(0, cut * 3 - 1);
      receive(std::string{whole.first_byte} + " " + to_hex(length) + " " + body);
      EXPECT_EQ(reaction(), fine) << whole.first_byte << " of which " << cut << " are there";
      EXPECT_EQ(seen(), "") << "[MQTT-4.2.0-1]";
      EXPECT_EQ(sent(), "") << "[MQTT-4.2.0-1]";
    }
  }
}

}  // namespace
}  // namespace minimq::testing

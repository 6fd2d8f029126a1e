// SPDX-License-Identifier: MIT
#include "codec/reason_codes.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "codec/ack.hpp"
#include "codec/auth.hpp"
#include "codec/connack.hpp"
#include "codec/decode.hpp"
#include "codec/disconnect.hpp"
#include "codec/subscribe.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

using Codes = std::vector<unsigned>;

// The columns of table 2-6, each written down from the chapter of its packet.
// Of CONNACK every code of 0x80 and above is taken for the refusal it is.
Codes connack_codes() {
  Codes codes{0x00};
  for (unsigned code = 0x80; code < 0x100; ++code)
    codes.push_back(code);
  return codes;
}
const Codes puback_codes{0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
const Codes pubrel_codes{0x00, 0x92};
const Codes suback_codes{0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2};
const Codes unsuback_codes{0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91};
const Codes received_disconnect_codes{0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C,
                                      0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
                                      0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};
const Codes sent_disconnect_codes{0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90,
                                  0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99};
const Codes received_auth_codes{0x00, 0x18};

bool has(const Codes& codes, unsigned code) {
  return std::ranges::find(codes, code) != codes.end();
}

// Puts every value into the byte `at` of a body, and decodes it.
template <class F>
void expect_exactly(const Codes& codes, std::string_view body_hex, std::size_t at, F decode) {
  for (unsigned code = 0; code < 256; ++code) {
    std::vector<std::byte> body = hex(body_hex);
    body[at] = static_cast<std::byte>(code);
    const Tight tight{body};
    const auto result = decode(tight.bytes());
    ASSERT_EQ(result.has_value(), has(codes, code)) << std::hex << code;
    const ReasonCode error = result ? ReasonCode::protocol_error : result.error();
    EXPECT_EQ(error, ReasonCode::protocol_error) << std::hex << code;
  }
}

TEST(ReasonCodes, OfConnack) {  // [MQTT-3.2.2-8]
  expect_exactly(connack_codes(), "00 00 00", 1, [](Bytes body) { return decode_connack(body); });
  expect_exactly(connack_codes(), "00 00", 1, [](Bytes body) { return decode_connack_head(body); });
}

TEST(ReasonCodes, OfPubackAndPubrec) {  // [MQTT-3.4.2-1], [MQTT-3.5.2-1]
  for (const PacketType type : {PacketType::puback, PacketType::pubrec}) {
    const auto decode = [type](Bytes body) { return decode_ack(type, body); };
    expect_exactly(puback_codes, "00 01 00", 2, decode);
    expect_exactly(puback_codes, "00 01 00 00", 2, decode);
  }
}

TEST(ReasonCodes, OfPubrelAndPubcomp) {  // [MQTT-3.6.2-1], [MQTT-3.7.2-1]
  for (const PacketType type : {PacketType::pubrel, PacketType::pubcomp}) {
    const auto decode = [type](Bytes body) { return decode_ack(type, body); };
    expect_exactly(pubrel_codes, "00 01 00", 2, decode);
    expect_exactly(pubrel_codes, "00 01 00 00", 2, decode);
  }
}

TEST(ReasonCodes, OfSubackAtEveryPlaceOfTheList) {  // [MQTT-3.9.3-2]
  const auto decode = [](Bytes body) { return decode_subscription_ack(PacketType::suback, body); };
  for (const std::size_t at : {3u, 4u, 5u}) {
    expect_exactly(suback_codes, "00 01 00 00 00 00", at, decode);
  }
}

TEST(ReasonCodes, OfUnsubackAtEveryPlaceOfTheList) {  // [MQTT-3.11.3-2]
  const auto decode = [](Bytes body) {
    return decode_subscription_ack(PacketType::unsuback, body);
  };
  for (const std::size_t at : {3u, 4u, 5u}) {
    expect_exactly(unsuback_codes, "00 01 00 00 00 00", at, decode);
  }
}

TEST(ReasonCodes, OfDisconnectFromTheBroker) {  // [MQTT-3.14.2-1]
  const auto decode = [](Bytes body) { return decode_disconnect(body); };
  expect_exactly(received_disconnect_codes, "00", 0, decode);
  expect_exactly(received_disconnect_codes, "00 00", 0, decode);
}

TEST(ReasonCodes, OfAuthFromTheBroker) {  // [MQTT-3.15.2-1]
  expect_exactly(received_auth_codes, "00 04 15 00 01 'm'", 0,
                 [](Bytes body) { return decode_auth(body); });
}

TEST(ReasonCodes, ThatAClientMaySend) {
  for (unsigned value = 0; value < 256; ++value) {
    const auto code = static_cast<ReasonCode>(value);
    const auto disconnect = [code](Writer& writer) { write_disconnect(writer, code, {}); };
    const Error expected = has(sent_disconnect_codes, value) ? Error{} : Error::reason_code_invalid;
    EXPECT_EQ(writing_error(disconnect), expected) << "[MQTT-3.14.2-1]";
    EXPECT_EQ(may_disconnect_with(code), expected == Error{});
    EXPECT_EQ(may_acknowledge_with(code), value != 0x10 && has(puback_codes, value))
        << "[MQTT-3.4.2-1] [MQTT-3.5.2-1]";
  }
}

}  // namespace
}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#include "codec/auth.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

ReasonCode auth_error(std::string_view body_hex) {
  const Tight body{hex(body_hex)};
  const auto auth = decode_auth(body.bytes());
  return auth ? ReasonCode::success : auth.error();
}

TEST(ReceivedAuth, WithoutABodyIsSuccess) {
  const auto auth = decode_auth({});
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->reason, ReasonCode::success);
  EXPECT_EQ(auth->method, "");
}

TEST(ReceivedAuth, WithEverything) {
  const std::vector<std::byte> packet =
      hex("F0 17 18 15 15 00 03 'abc' 16 00 02 00 FF 1F 00 02 'go' 26 00 00 00 00");
  ASSERT_EQ(packet.size(), 0x19u);
  const auto auth = decode_auth(body(packet));
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->reason, ReasonCode::continue_authentication);
  EXPECT_EQ(auth->method, "abc");
  EXPECT_EQ(to_hex(auth->data), "00 FF");
}

TEST(ReceivedAuth, WithoutItsMethodIsAProtocolError) {
  EXPECT_EQ(auth_error("18 00"), ReasonCode::protocol_error);
  EXPECT_EQ(auth_error("00 00"), ReasonCode::protocol_error);
  EXPECT_EQ(auth_error("18 03 16 00 00"), ReasonCode::protocol_error);
  EXPECT_EQ(auth_error("18 03 15 00 00"), ReasonCode::success);
}

TEST(ReceivedAuth, OfTheWrongLengthIsMalformed) {
  for (const std::string_view body : {"18", "00", "18 04 15 00 00", "18 03 15 00 00 00", "18 80"}) {
    EXPECT_EQ(auth_error(body), ReasonCode::malformed_packet) << body;
  }
}

TEST(SentAuth, HasAReasonCodeAndAMethod) {
  const Property properties[] = {{PropertyId::authentication_method, "abc"},
                                 {PropertyId::authentication_data, "xy"}};
  EXPECT_EQ(written([&](Writer& writer) {
              write_auth(writer, ReasonCode::continue_authentication, properties);
            }),
            as_hex("F0 0D 18 0B 15 00 03 'abc' 16 00 02 'xy'"));
}

TEST(SentAuth, WithDataAndWithoutAMethodIsRefused) {
  const Property data{PropertyId::authentication_data, "xy"};
  EXPECT_EQ(writing_error([&](Writer& writer) {
              write_auth(writer, ReasonCode::re_authenticate, {&data, 1});
            }),
            Error::property_invalid);
}

}  // namespace
}  // namespace minimq::codec

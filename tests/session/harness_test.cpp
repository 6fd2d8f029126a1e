// SPDX-License-Identifier: MIT
//
// The harness itself: a test that uses it must be able to fail.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/device.hpp"
#include "support/hex.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;

std::string why_refused(std::string_view bytes) {
  try {
    const auto packet = parse_client_packet(hex(bytes));
    return packet ? to_string(*packet) : "incomplete";
  } catch (const SpecificationBroken& broken) {
    return broken.what();
  }
}

TEST(Harness, PatternsMatchWholeTexts) {
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "PUBACK id=3 0x00"));
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "PUBACK id=* 0x00"));
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "*"));
  EXPECT_FALSE(matches("PUBACK id=3 0x00", "PUBACK id=3"));
  EXPECT_FALSE(matches("PUBACK id=3 0x00", "PUBACK id=* 0x10"));
  EXPECT_FALSE(matches("", "PUBACK *"));
}

TEST(Harness, PacketsAreTakenApart) {
  EXPECT_EQ(why_refused("30 06 00 01 'a' 00 'xy'"), "PUBLISH q0 topic=a payload=xy");
  EXPECT_EQ(why_refused("3B 09 00 01 'a' 12 34 02 01 01 'x'"),
            "PUBLISH q1 d1 retain id=4660 topic=a payload=x {payload_format=1}");
  EXPECT_EQ(why_refused("62 03 00 07 92"), "PUBREL id=7 0x92");
  EXPECT_EQ(why_refused("82 07 00 07 00 00 01 'a' 2D"),
            "SUBSCRIBE id=7 a:1,no_local,as_published,handling2");
  EXPECT_EQ(why_refused("E0 00"), "DISCONNECT 0x00");
  EXPECT_EQ(why_refused("E0 02 04"), "incomplete");
  EXPECT_EQ(why_refused("E0"), "incomplete");
}

TEST(Harness, ClientThatBreaksTheSpecificationIsFoundOut) {
  EXPECT_EQ(why_refused("38 04 00 01 'a' 00"), "[MQTT-3.3.1-2] QoS 0 with DUP");
  EXPECT_EQ(why_refused("36 06 00 01 'a' 00 01 00"), "[MQTT-3.3.1-4] QoS 3");
  EXPECT_EQ(why_refused("30 03 00 00 00"), "[MQTT-4.7.3-1] an empty topic");
  EXPECT_EQ(why_refused("30 04 00 01 '#' 00"), "[MQTT-3.3.2-2] a wildcard in a topic");
  EXPECT_EQ(why_refused("30 04 00 01 FF 00"), "[MQTT-1.5.4-1] not UTF-8");
  EXPECT_EQ(why_refused("30 03 00 01 'a'"), "the packet ends too early");
  EXPECT_EQ(why_refused("30 84 00 00 01 'a' 00"), "[MQTT-1.5.5-1] a length that is not minimal");
  EXPECT_EQ(why_refused("40 02 00 00"), "[MQTT-2.2.1-3] a packet identifier of zero");
  EXPECT_EQ(why_refused("60 02 00 01"), "[MQTT-2.1.3-1] the flags of the fixed header");
  EXPECT_EQ(why_refused("40 04 00 01 01 00"), "a reason code that a client must not send here");
  EXPECT_EQ(why_refused("E0 01 8E"), "a reason code that a client must not send here");
  EXPECT_EQ(why_refused("C0 01 00"), "bytes behind the end of the packet");
  EXPECT_EQ(why_refused("D0 00"), "a packet that no client sends");
  EXPECT_EQ(why_refused("82 03 00 01 00"), "[MQTT-3.8.3-2], [MQTT-3.10.3-2] no topic filter");
  EXPECT_EQ(why_refused("30 06 00 01 'a' 02 17 01"), "property 23 does not belong in this packet");
  EXPECT_EQ(why_refused("30 08 00 01 'a' 04 01 01 01 01"), "property 1 is there twice");
}

TEST(Harness, WhatWasNotExpectedFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        Script script;
        script.run();
      },
      "sent and not expected: CONNECT");
  Script script;
  EXPECT_NONFATAL_FAILURE(script.expect("PINGREQ"), "expected          PINGREQ");
  EXPECT_NONFATAL_FAILURE(script.expect("PINGREQ"), "the client sends nothing");
  EXPECT_NONFATAL_FAILURE(script.expect_event("connected"), "no event, expected connected");
  script.send(connack());
  EXPECT_NONFATAL_FAILURE(script.expect_no_event(), "connected, expected no event");
  ASSERT_TRUE(script.session().publish({.topic = "a"}));
  EXPECT_NONFATAL_FAILURE(script.expect_nothing(), "the client sends PUBLISH q0");
}

TEST(Harness, SpinFailsTheTest) {
  class Spinner final : public Waiter {
   public:
    explicit Spinner(Transport& transport) : transport_{transport} {}
    void ready() override { transport_.wait({}, transport_.now(), *this); }

   private:
    Transport& transport_;
  };
  ManualClock clock;
  MemoryTransport transport{clock};
  Spinner spinner{transport};
  spinner.ready();
  EXPECT_NONFATAL_FAILURE(transport.run_until_idle(), "a spin");
}

TEST(Harness, TransportCutsAsTheTestSays) {
  ManualClock clock;
  MemoryTransport transport{clock};
  ASSERT_TRUE(transport.open(Broker{"a", 1}));
  transport.deliver(hex("01 02 03 04 05"), 2);
  transport.close_by_peer();
  std::array<std::byte, 8> space{};
  EXPECT_EQ(transport.read(space), 2u);
  EXPECT_EQ(transport.read(std::span{space}.first(1)), 1u);
  EXPECT_EQ(transport.read(space), 1u);
  EXPECT_EQ(transport.read(space), 1u);
  EXPECT_EQ(transport.read(space), std::unexpected{Error::link_closed});
  transport.set_write_piece(2);
  transport.set_write_budget(3);
  const Bytes piece{space};
  EXPECT_EQ(transport.write({&piece, 1}), 2u);
  EXPECT_EQ(transport.write({&piece, 1}), 1u);
  EXPECT_EQ(transport.write({&piece, 1}), 0u);
  EXPECT_EQ(transport.streams().back().size(), 3u);
  transport.reset();
  EXPECT_EQ(transport.write({&piece, 1}), std::unexpected{Error::link_error});
  transport.close();
  EXPECT_FALSE(transport.is_open());
  EXPECT_THAT(transport.opened(), ElementsAre("a:1"));
}

}  // namespace
}  // namespace minimq::testing

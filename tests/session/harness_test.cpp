// SPDX-License-Identifier: MIT
//
// The harness itself: a test that uses it must be able to fail.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/device.hpp"
#include "support/hex.hpp"
#include "support/judged_transport.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;

TEST(Harness, PatternsMatchWholeTexts) {
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "PUBACK id=3 0x00"));
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "PUBACK id=* 0x00"));
  EXPECT_TRUE(matches("PUBACK id=3 0x00", "*"));
  EXPECT_FALSE(matches("PUBACK id=3 0x00", "PUBACK id=3"));
  EXPECT_FALSE(matches("PUBACK id=3 0x00", "PUBACK id=* 0x10"));
  EXPECT_FALSE(matches("", "PUBACK *"));
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

TEST(Harness, WhatBreaksTheSpecificationFailsTheTest) {
  ManualClock clock;
  MemoryTransport memory{clock};
  JudgedTransport judged{memory};  // It objects as well.
  const auto ping = hex("C0 00");
  const Bytes piece{ping};
  const auto write = [&](Transport& transport) {
    ASSERT_TRUE(transport.open(Broker{"a", 1}));
    ASSERT_EQ(transport.write({&piece, 1}), 2u);
    transport.close();
  };
  EXPECT_NONFATAL_FAILURE(write(memory), "[MQTT-3.1.0-1] the first packet is not CONNECT");
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter{
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &failures};
    write(judged);
  }
  EXPECT_EQ(failures.size(), 2);
}

TEST(Harness, TransportCutsAsTheTestSays) {
  ManualClock clock;
  MemoryTransport transport{clock};
  ASSERT_TRUE(transport.open(Broker{"a", 1}));
  transport.deliver(hex("10 7F 00 04 'M'"), 2);
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

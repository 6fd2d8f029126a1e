// SPDX-License-Identifier: MIT
//
// How much fits tx; payloads that are written in place, and payloads that are not copied.
#include <gtest/gtest.h>
#include <random>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

class PayloadTest : public EngineScript {
 protected:
  // A QoS 1 message whose packet has this size.
  Result<Ticket> publish_packet(std::size_t size) {
    const std::size_t header = size < 130 ? 2 : 3;
    text_.assign(size - header - 6, 'p');
    return publish(QoS::at_least_once, text_);
  }
  static constexpr std::size_t smallest = 8;
  // No packet has exactly this size: its length would need a byte more.
  static bool impossible(std::size_t size) { return size == 130; }

 private:
  std::string text_;
};

// Rule 23.
TEST_F(PayloadTest, APacketOfExactlyTxFreeIsAcceptedAndOneByteMoreIsNot) {
  int tried = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    start_anew();
    connect();
    for (auto step = random() % 40; step != 0; --step) {
      const auto ticket = publish_packet(smallest + random() % 60);
      if (random() % 3 != 0) sent(random() % 100);
      const Ticket done = ticket && random() % 2 == 0 ? *ticket : Ticket{};
      const std::byte id[] = {static_cast<std::byte>(done.packet_id() >> 8),
                              static_cast<std::byte>(done.packet_id())};
      if (done.empty()) continue;
      sent();
      receive("40 02 " + to_hex(id));
      if (random() % 3 != 0) (void)engine().take_outcome(done);
    }
    const std::size_t free = engine().tx_free();
    if (free < smallest || impossible(free) || impossible(free + 1)) continue;
    ++tried;
    const Error refusal = publish_packet(free + 1).error();
    EXPECT_TRUE(refusal == Error::not_ready || refusal == Error::packet_too_large);
    EXPECT_EQ(engine().tx_free(), free);  // A refusal changes nothing.
    EXPECT_TRUE(publish_packet(free));
    EXPECT_EQ(engine().tx_free(), 0u);
    EXPECT_TRUE(subscribe());  // The reserve is still there.
  }
  EXPECT_GT(tried, 100);
}

TEST_F(PayloadTest, WhatCanNeverFitIsTooLargeAndWhatDoesNotFitNowIsNotReady) {
  connect();
  const std::size_t all = engine().tx_free();
  EXPECT_EQ(publish_packet(all + 1).error(), Error::packet_too_large);
  ASSERT_TRUE(publish_packet(20));
  EXPECT_EQ(publish_packet(all).error(), Error::not_ready);
}

TEST_F(PayloadTest, ACallableFillsItsSpanToTheLastByte) {
  connect();
  std::size_t given = 0;
  const auto fill = [&given](std::span<std::byte> space) {
    given = space.size();
    std::ranges::fill(space, std::byte{'f'});
    return space.size();
  };
  name('a', engine().publish({.topic = "t", .payload = fill, .qos = QoS::at_least_once}));
  EXPECT_GT(given, 500u);
  EXPECT_TRUE(subscribe());
  const std::string expected = "32 " +
                               to_hex(std::array{static_cast<std::byte>((given + 6) % 128 + 128),
                                                 static_cast<std::byte>((given + 6) / 128)}) +
                               " " + bytes("00 01 't' <a> 00");
  const std::string packet = sent(given + 9);
  EXPECT_EQ(packet.substr(0, expected.size()), expected);
  EXPECT_EQ(packet.substr(expected.size()), " " + bytes("'" + std::string(given, 'f') + "'"));
}

TEST_F(PayloadTest, ACallableMakesTheSamePacketAsBytesOfAnySize) {
  for (const std::size_t size : {0u, 1u, 120u, 121u, 122u, 123u, 300u}) {
    connect(engine().was_online() ? connack_resumed : connack);
    const std::string text(size, 'y');
    const auto write = [&text](std::span<std::byte> space) {
      std::ranges::copy(as_bytes(text), space.begin());
      return text.size();
    };
    ASSERT_TRUE(engine().publish({.topic = "t", .payload = write}));
    const std::string written = sent();
    ASSERT_TRUE(engine().publish({.topic = "t", .payload = text}));
    EXPECT_EQ(written, sent()) << size;
    lose_link();
  }
}

TEST_F(PayloadTest, ACallableThatFailsOrWritesTooMuchChangesNothing) {
  connect();
  const std::size_t before = engine().tx_free();
  const auto fails = [](std::span<std::byte>) -> std::optional<std::size_t> {
    return std::nullopt;
  };
  EXPECT_EQ(engine().publish({.topic = "t", .payload = fails}).error(), Error::payload_failed);
  const auto overflows = [](std::span<std::byte> space) { return space.size() + 1; };
  EXPECT_EQ(engine().publish({.topic = "t", .payload = overflows}).error(), Error::payload_failed);
  EXPECT_EQ(engine().tx_free(), before);
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(engine().idle());
}

TEST_F(PayloadTest, ACallableThatCallsBackIsAnsweredBusy) {  // Rule 3.
  connect();
  name('w', publish(QoS::at_least_once));
  sent();
  std::vector<Error> errors;
  const auto nested = [&](std::span<std::byte> space) {
    errors.push_back(publish(QoS::at_most_once).error());
    errors.push_back(subscribe().error());
    const std::string_view filter = "f";
    errors.push_back(engine().unsubscribe({&filter, 1}, {}).error());
    errors.push_back(engine().disconnect(ReasonCode::success, {}).error());
    TxGather gather;
    EXPECT_TRUE(
        engine().begin_direct({.topic = "t", .payload = std::string(300, 'x')}, gather).empty());
    space[0] = std::byte{'n'};
    return std::size_t{1};
  };
  ASSERT_TRUE(engine().publish({.topic = "t", .payload = nested}));
  EXPECT_EQ(errors, std::vector<Error>(4, Error::busy));
  EXPECT_EQ(sent(), bytes("30 05 00 01 't' 00 'n'"));
}

TEST_F(PayloadTest, ACallableMayUseTheBrokersMaximumPacketSizeToTheByte) {  // [MQTT-3.2.2-15]
  connect("20 08 00 00 05 27 00 00 00 08");
  const auto write = [](std::size_t size) {
    return [size](std::span<std::byte> space) {
      std::ranges::fill(space.first(size), std::byte{'z'});
      return size;
    };
  };
  const auto two = write(2);
  const auto three = write(3);
  EXPECT_TRUE(engine().publish({.topic = "t", .payload = two}));
  EXPECT_EQ(engine().publish({.topic = "t", .payload = three}).error(), Error::packet_too_large);
  EXPECT_EQ(sent(), bytes("30 06 00 01 't' 00 'zz'"));
}

// Rule 16: QoS 0 from the caller's memory, of which the transport takes none, some or all.
TEST_F(PayloadTest, ADirectMessageIsTheSamePacketHoweverMuchOfItWasTaken) {
  const std::string text(200, 'd');
  const std::string expected_text = "30 CC 01 00 01 't' 00 '" + text + "'";
  for (std::size_t taken = 0; taken <= 207; ++taken) {
    start_anew();
    connect();
    std::string payload = text;
    TxGather gather;
    const TxSpans pieces = engine().begin_direct({.topic = "t", .payload = payload}, gather);
    ASSERT_EQ(pieces.size(), 2u);
    std::string wire;
    for (const Bytes piece : pieces)
      wire += as_text(piece);
    ASSERT_EQ(wire.size(), 207u);
    end_direct(pieces, taken);
    payload.assign(payload.size(), '!');  // The caller's memory is the caller's again.
    const std::string rest = sent();
    const std::string whole =
        to_hex(as_bytes(wire.substr(0, taken))) + (taken != 0 && taken != 207 ? " " : "") + rest;
    ASSERT_EQ(whole, bytes(expected_text)) << taken;
    EXPECT_EQ(engine().counters().messages_sent, 1u);
    EXPECT_TRUE(engine().idle());
  }
}

TEST_F(PayloadTest, NothingGoesDirectlyPastWhatIsOwed) {
  const std::string text(200, 'd');
  const Publication direct{.topic = "t", .payload = text};
  TxGather gather;
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());  // Offline.
  open();
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());  // No CONNACK yet.
  receive(connack);
  EXPECT_TRUE(engine().begin_direct(direct.with_qos(QoS::at_least_once), gather).empty());
  EXPECT_FALSE(engine().begin_direct(direct, gather).empty());
  receive("62 02 12 34");  // An answer is owed.
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());
  sent();
  ASSERT_TRUE(publish(QoS::at_least_once));
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());
  sent(3);
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());
  sent();
  EXPECT_FALSE(engine().begin_direct(direct, gather).empty());
  const std::string large(900, 'd');
  EXPECT_TRUE(engine().begin_direct({.topic = "t", .payload = large}, gather).empty());
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {}));
  sent();
  EXPECT_TRUE(engine().begin_direct(direct, gather).empty());
}

TEST_F(PayloadTest, ADirectMessageObeysTheBrokersLimits) {
  connect("20 0A 00 00 07 25 00 27 00 00 00 C8");
  const std::string text(200, 'd');
  TxGather gather;
  EXPECT_TRUE(engine().begin_direct({.topic = "t", .payload = text}, gather).empty());
  const std::string_view less = std::string_view{text}.substr(0, 150);
  EXPECT_TRUE(
      engine().begin_direct({.topic = "t", .payload = less, .retain = true}, gather).empty());
  EXPECT_FALSE(engine().begin_direct({.topic = "t", .payload = less}, gather).empty());
}

}  // namespace
}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// Whether retrying can help soon, for every reason that a connection can end for.
#include <algorithm>
#include <array>
#include <cstdio>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/device.hpp"

namespace minimq::testing {
namespace {

using ::testing::ElementsAre;
using State = Session::State;

// Retry with backoff. All other codes: once more at the slow cap.
constexpr std::array<unsigned, 16> soon{0x00, 0x04, 0x80, 0x83, 0x88, 0x89, 0x8B, 0x8D,
                                        0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x9F, 0xA0};
constexpr std::array<unsigned, 21> in_connack{0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86,
                                              0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95,
                                              0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F};
// What a server may send in DISCONNECT.
constexpr std::array<unsigned, 29> in_disconnect{
    0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94,
    0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};

template <class List>
bool contains(const List& list, unsigned value) {
  return std::ranges::find(list, value) != list.end();
}

std::string with_code(const std::string& text, unsigned code) {
  if (code == 0) return text;
  std::array<char, 16> number{};
  (void)std::snprintf(number.data(), number.size(), " 0x%02X", code);
  return text + number.data();
}

// The longest and the shortest pause after what `end` does to a connection.
struct Range {
  Duration least;
  Duration most;
  std::string event;
};

template <class End>
Range range_after(End end) {
  Range range{};
  for (const std::uint32_t entropy : {0u, 0xFFFF'FFFFu}) {
    Script script;
    end(script);
    script.transport().set_entropy(entropy);
    script.session().drive(script.now());
    while (script.take_packet()) {
    }
    auto event = script.session().next_event();
    if (event && event->kind() != Event::Kind::disconnected) event = script.session().next_event();
    if (!event) return {};
    range.event = to_text(*event);
    (entropy == 0 ? range.least : range.most) = event->next_attempt() - script.now();
  }
  return range;
}

void expect_class(const Range& range, bool is_soon) {
  EXPECT_EQ(range.least, is_soon ? Duration{0} : Duration{15min}) << range.event;
  EXPECT_EQ(range.most, is_soon ? Duration{1s} : Duration{1h}) << range.event;
}

Range range_after_connack(unsigned code) {
  return range_after([code](Script& script) {
    script.expect("CONNECT *");
    script.transport().deliver(connack({.reason = static_cast<std::uint8_t>(code)}));
  });
}

Range range_after_disconnect(unsigned code) {
  return range_after([code](Script& script) {
    script.connect();
    script.transport().deliver(disconnect(static_cast<std::uint8_t>(code)));
  });
}

TEST(RetryClass, OfEveryReasonCodeInConnack) {
  for (const unsigned code : in_connack) {
    const Range range = range_after_connack(code);
    EXPECT_EQ(range.event, with_code("disconnected connection_refused", code));
    expect_class(range, contains(soon, code));
  }
}

TEST(RetryClass, ConnackWithAnUnlistedErrorIsARefusal) {  // [MQTT-3.2.2-8]
  for (unsigned code = 0x80; code <= 0xFF; ++code) {
    if (contains(in_connack, code)) continue;
    const Range range = range_after_connack(code);
    EXPECT_EQ(range.event, with_code("disconnected connection_refused", code));
    expect_class(range, contains(soon, code));
  }
}

TEST(RetryClass, ConnackThatIsNeitherSuccessNorRefusalIsAProtocolError) {
  for (unsigned code = 0x01; code <= 0x7F; ++code) {
    const Range range = range_after_connack(code);
    EXPECT_EQ(range.event, "disconnected protocol_error 0x82") << code;
    expect_class(range, false);
  }
}

TEST(RetryClass, OfEveryReasonCodeInDisconnect) {
  for (const unsigned code : in_disconnect) {
    const Range range = range_after_disconnect(code);
    EXPECT_EQ(range.event, with_code("disconnected disconnected_by_broker", code));
    expect_class(range, contains(soon, code));
  }
}

TEST(RetryClass, DisconnectWithWillMessageFromTheBrokerIsTolerated) {
  const Range range = range_after_disconnect(0x04);
  EXPECT_EQ(range.event, "disconnected disconnected_by_broker 0x04");
  expect_class(range, true);
}

TEST(RetryClass, OfAReasonCodeThatDoesNotBelongInDisconnect) {
  for (unsigned code = 0x00; code <= 0xFF; ++code) {
    if (code == 0x04 || contains(in_disconnect, code)) continue;
    const Range range = range_after_disconnect(code);
    expect_class(range, false);
  }
}

TEST(RetryClass, OfEveryErrorOfTheTransport) {
  using Answer = std::pair<Error, bool>;
  for (const auto& [error, is_soon] :
       {Answer{Error::connect_refused, true}, Answer{Error::host_unreachable, true},
        Answer{Error::host_not_found, true}, Answer{Error::link_error, true},
        Answer{Error::link_closed, true}, Answer{Error::transport_unsupported, false},
        Answer{Error::certificate_expired, false}, Answer{Error::certificate_not_yet_valid, true},
        Answer{Error::certificate_wrong_name, false}, Answer{Error::certificate_untrusted, false},
        Answer{Error::certificate_rejected, false},
        Answer{Error::client_certificate_refused, false}, Answer{Error::tls_error, true}}) {
    const Range range = range_after(
        [e = error](Script& script) { script.transport().set_open(std::unexpected{e}); });
    EXPECT_EQ(range.event, "disconnected " + std::string{to_string(error)});
    expect_class(range, is_soon);
  }
}

TEST(RetryClass, OfAConnackThatDoesNotFitRx) {
  const Range range = range_after([](Script& script) {
    script.expect("CONNECT *");
    script.transport().deliver(connack({.properties = {reason_string(std::string(300, 'x'))}}));
  });
  EXPECT_EQ(range.event, "disconnected rx_too_small 0x95");
  expect_class(range, false);
}

TEST(RetryClass, OfALinkThatIsSilent) {
  const Range range = range_after([](Script& script) {
    script.expect("CONNECT *");
    script.clock().advance(10s);
  });
  EXPECT_EQ(range.event, "disconnected connack_timeout");
  expect_class(range, true);
}

TEST(RetryClass, SlowPauseStaysWithinItsRange) {
  Script script{{.slow_retry_min = 10s, .slow_retry_max = 20s}};
  for (const auto& [entropy, expected] :
       {std::pair{0u, 10s}, std::pair{0x8000'0000u, 15s}, std::pair{0xFFFF'FFFFu, 20s}}) {
    script.transport().set_entropy(entropy);
    script.expect("CONNECT *");
    script.send(connack({.reason = 0x87}));
    const Event event = script.expect_event("disconnected connection_refused 0x87");
    EXPECT_EQ(event.next_attempt() - script.now(), expected);
    script.advance(expected);
  }
  script.expect("CONNECT *");
}

TEST(RetryClass, BrokenAuthenticationHealsByItself) {
  Script script;
  for (int i = 0; i < 5; ++i) {
    script.expect("CONNECT *");
    script.send(connack({.reason = 0x86}));
    const Event event = script.expect_event("disconnected connection_refused 0x86");
    script.advance(15min - 1ms);
    script.expect_nothing();
    script.clock().set(event.next_attempt());
  }
  script.connect();
}

TEST(RetryClass, TakenOverSessionDoesNotFight) {
  Script script;
  script.connect();
  script.send(disconnect(0x8E));
  script.expect_event("disconnected disconnected_by_broker 0x8E");
  script.advance(899s);
  script.expect_nothing();
  EXPECT_EQ(script.session().state(), State::waiting);
}

TEST(RetryClass, SlowPauseLeavesTheBackoffAlone) {
  Script script;
  script.transport().set_entropy(0xFFFF'FFFF);
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x86}));
  script.expect_event("disconnected connection_refused 0x86");
  script.advance(1h);
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x88}));
  const Event event = script.expect_event("disconnected connection_refused 0x88");
  EXPECT_EQ(event.next_attempt() - script.now(), 1s);
}

TEST(StopOnPermanent, StopsAndTellsWhy) {
  Script script{{.stop_on_permanent = true}};
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x86, .properties = {reason_string("who are you?")}}));
  const Event event = script.expect_event("disconnected connection_refused 0x86");
  EXPECT_EQ(event.next_attempt(), Instant::max());
  EXPECT_EQ(event.reason_string(), "who are you?");
  EXPECT_EQ(script.expect_event("stopped connection_refused 0x86").reason_string(), "who are you?");
  EXPECT_EQ(script.session().state(), State::stopped);
  EXPECT_EQ(script.session().next_deadline(), std::nullopt);
  script.advance(48h);
  script.expect_nothing();
  script.expect_no_event();
  ASSERT_TRUE(script.session().start());
  script.connect();
}

TEST(StopOnPermanent, GoesOnWhereRetryingCanHelp) {
  Script script{{.stop_on_permanent = true}};
  script.expect("CONNECT *");
  script.send(connack({.reason = 0x88}));
  script.expect_event("disconnected connection_refused 0x88");
  script.expect_no_event();
  script.advance(1s);
  script.connect();
}

TEST(Redirect, ServerReferenceIsHandedOverAndNotFollowed) {
  for (const std::uint8_t code : {std::uint8_t{0x9C}, std::uint8_t{0x9D}}) {
    Script script;
    script.expect("CONNECT *");
    script.send(connack({.reason = code, .properties = {server_reference("other:1883")}}));
    const Event event = script.expect_event("disconnected connection_refused *");
    EXPECT_EQ(event.server_reference(), "other:1883");
    script.clock().set(event.next_attempt());
    script.expect("CONNECT *");
    EXPECT_THAT(script.transport().opened(), ElementsAre("broker.test:1883", "broker.test:1883"));
  }
}

}  // namespace
}  // namespace minimq::testing

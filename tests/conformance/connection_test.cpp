// SPDX-License-Identifier: MIT
//
// Chapters 3.1 and 3.2: CONNECT and what answers it.
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

class Connecting : public Statement {
 protected:
  // The flags of the CONNECT that the next link begins with.
  unsigned opens_with_flags() {
    const std::vector<std::byte> packet = hex(open());
    return std::to_integer<unsigned>(packet.at(9));
  }
  std::optional<Error> config_error() { return check_config(config); }

  Will will{.topic = "w"};
  Credentials credentials;
};

TEST_F(Connecting, ConnectIsFirstAndCommandsWait) {
  for (const std::string_view answer : {connack, connack_resumed, connack_resumed}) {
    engine().link_opened();
    ASSERT_TRUE(publish(QoS::at_least_once));
    ASSERT_TRUE(subscribe());
    EXPECT_TRUE(sent().starts_with("10 ")) << "[MQTT-3.1.0-1]";
    advance(9s);
    EXPECT_EQ(sent(), "") << "neither a second CONNECT nor PINGREQ [MQTT-3.1.0-2] [MQTT-3.1.4-M]";
    receive(answer);
    EXPECT_TRUE(sent().starts_with("32 ") || sent().empty());
    lose_link();
  }
}

TEST_F(Connecting, NothingButConnectLeavesHoweverLongTheAnswerTakes) {
  config.keep_alive_s = 1;
  open();
  ASSERT_TRUE(publish(QoS::at_least_once));
  for (int tenths = 0; tenths < 99; ++tenths) {
    advance(100ms);
    ASSERT_EQ(sent(), "") << "[MQTT-3.1.2-30]";
  }
  receive(connack);
  EXPECT_NE(sent(), "");
}

TEST_F(Connecting, AReceivedConnectIsAProtocolError) {
  EXPECT_EQ(reaction_to("10 0D 00 04 'MQTT' 05 02 00 00 00 00 00"), protocol_error)
      << "[MQTT-3.1.0-2]";
}

TEST_F(Connecting, ACleanStartReplaysNothing) {
  config.session_expiry_s = 0;
  config.on_session_lost = OnSessionLost::fail;
  busy();
  lose_link();
  for (const Ticket ticket : {a, b, c, s, u})
    EXPECT_EQ(outcome(ticket), "error: session_lost") << "[MQTT-3.1.2-4]";
  EXPECT_EQ(opens_with_flags(), 0x02u) << "[MQTT-3.1.2-4]";
  receive(connack);
  EXPECT_EQ(sent(), "") << "[MQTT-3.1.2-4]";
}

TEST_F(Connecting, WithoutCleanStartSessionPresentDecides) {
  for (const bool present : {true, false}) {
    busy();
    lose_link();
    EXPECT_EQ(opens_with_flags(), 0x00u) << "[MQTT-3.1.2-5]";
    receive(present ? connack_resumed : connack);
    EXPECT_EQ(outcome(b), present ? "pending" : "error: session_lost")
        << "[MQTT-3.1.2-5] [MQTT-3.1.2-6] [MQTT-3.2.2-3]";
  }
}

TEST_F(Connecting, ASessionThatHasExpiredAtTheBrokerIsANewOne) {
  config.session_expiry_s = 60;
  busy();
  lose_link();
  advance(1h);
  EXPECT_EQ(opens_with_flags(), 0x00u) << "[MQTT-3.1.2-23]";
  receive(connack);
  EXPECT_FALSE(engine().resumed());
  EXPECT_EQ(outcome(c), "error: session_lost") << "[MQTT-4.1.0-2]";
}

TEST_F(Connecting, UserNameAndPasswordArePresentExactlyAsTheirFlags) {
  config.credentials = &credentials;
  const auto tail = [this] { return hex(open()).size() - 15u - 1u; };  // behind the client id
  config.session_expiry_s = 0;
  const std::size_t properties = 3 + 5;  // Receive Maximum and Maximum Packet Size
  EXPECT_EQ(opens_with_flags() & 0xC0, 0x00u) << "[MQTT-3.1.2-16] [MQTT-3.1.2-18]";
  EXPECT_EQ(tail(), properties) << "[MQTT-3.1.2-16] [MQTT-3.1.2-18]";
  credentials.user_name = "";
  EXPECT_EQ(opens_with_flags() & 0xC0, 0x80u) << "[MQTT-3.1.2-17] [MQTT-3.1.2-18]";
  EXPECT_EQ(tail(), properties + 2) << "[MQTT-3.1.2-17]";
}

TEST_F(Connecting, APasswordMayBeAnyBytesAndStandAlone) {
  const std::vector<std::byte> secret = hex("00 FF");
  credentials.password = secret;
  config.credentials = &credentials;
  EXPECT_EQ(opens_with_flags() & 0xC0, 0x40u) << "[MQTT-3.1.2-18] [MQTT-3.1.2-19]";
  EXPECT_TRUE(open().ends_with("01 63 00 02 00 FF")) << "[MQTT-3.1.2-19]";
  credentials.user_name = "u";
  EXPECT_EQ(opens_with_flags() & 0xC0, 0xC0u);
  EXPECT_TRUE(open().ends_with("01 63 00 01 75 00 02 00 FF")) << "[MQTT-3.1.2-17]";
  credentials.password = std::nullopt;
  EXPECT_TRUE(open().ends_with("01 63 00 01 75")) << "[MQTT-3.1.2-18]";
}

TEST_F(Connecting, ValuesThatWouldBeProtocolErrorsAreRefused) {
  const Property bad[] = {{PropertyId::authentication_data, "d"},
                          {PropertyId::request_problem_information, 2u},
                          {PropertyId::request_response_information, 2u},
                          {PropertyId::receive_maximum, 0u},
                          {PropertyId::maximum_packet_size, 0u}};
  for (const Property& property : bad) {
    config.properties = {&property, 1};
    EXPECT_EQ(config_error(), Error::config_property) << "[MQTT-3.1.2.11-M]";
  }
  config.properties = {};
  config.receive_maximum = 0;
  EXPECT_EQ(config_error(), Error::config_receive_maximum) << "[MQTT-3.1.2.11-M]";
}

TEST_F(Connecting, AWillOfQos3IsRefused) {
  config.will = &will;
  for (const int qos : {0, 1, 2, 3}) {
    will.qos = static_cast<QoS>(qos);
    EXPECT_EQ(config_error(), qos == 3 ? std::optional{Error::config_will} : std::nullopt)
        << qos << " [MQTT-3.1.2-12]";
  }
}

TEST_F(Connecting, TheClientIdIsTheSameOnEveryLink) {
  config.client_id = "id-of-this";
  const std::string id = "00 0A " + as_hex("'id-of-this'");
  for (const std::string_view answer : {connack, connack_resumed, connack}) {
    EXPECT_TRUE(open().ends_with(id)) << "[MQTT-3.1.3-2]";
    receive(answer);
    lose_link();
  }
}

TEST_F(Connecting, AnEmptyClientIdIsAssignedOne) {
  config.client_id = "";
  EXPECT_TRUE(open().ends_with("00 00")) << "[MQTT-3.1.3-6]";
  receive(connack_with("12 00 02 'id'"));
  EXPECT_EQ(reaction(), fine) << "[MQTT-3.1.3-6] [MQTT-3.2.2-16]";
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
}

TEST_F(Connecting, WithoutTheAssignedClientIdTheAnswerIsAProtocolError) {
  config.client_id = "";
  EXPECT_EQ(reaction_to_answer(connack), protocol_error_silently) << "[MQTT-3.1.3-7]";
}

TEST_F(Connecting, AnythingButConnackFirstEndsTheLink) {
  for (const std::string_view packet :
       {"30 05 00 01 't' 00 'x'", "40 02 00 05", "50 02 00 05", "62 02 00 05", "70 02 00 05",
        "90 04 00 05 00 00", "B0 04 00 05 00 00", "D0 00", "F0 00", "10 00", "C0 00"}) {
    EXPECT_EQ(reaction_to_answer(packet), protocol_error_silently) << packet << " [MQTT-3.2.0-1]";
  }
  for (const std::string_view packet : {"E0 00", "E0 01 8B", "E0 02 87 00"}) {
    EXPECT_EQ(reaction_to_answer(packet), protocol_error_silently) << packet << " [MQTT-3.14.0-1]";
  }
}

TEST_F(Connecting, ASecondConnackIsAProtocolError) {
  for (const std::string_view packet :
       {connack, connack_resumed, std::string_view{"20 03 00 87 00"}})
    EXPECT_EQ(reaction_to(packet), protocol_error) << packet << " [MQTT-3.2.0-2]";
}

TEST_F(Connecting, EveryReservedAcknowledgeFlagIsMalformed) {
  for (unsigned flags = 2; flags < 256; ++flags) {
    const std::byte byte[] = {static_cast<std::byte>(flags)};
    EXPECT_EQ(reaction_to_answer("20 03 " + to_hex(byte) + " 00 00"), malformed_silently)
        << flags << " [MQTT-3.2.2-1]";
  }
}

TEST_F(Connecting, SessionPresentWithARefusalIsAProtocolError) {
  for (const std::string_view packet : {"20 03 01 87 00", "20 03 01 80 00", "20 03 01 FF 00"})
    EXPECT_EQ(reaction_to_answer(packet), protocol_error_silently) << packet << " [MQTT-3.2.2-6]";
}

TEST_F(Connecting, AConnackLargerThanRxEndsTheLinkByName) {
  open();
  receive("20 FD 01 00 00 FA 01 1F 00");
  EXPECT_EQ(reaction(), fine) << "it is of exactly rx";
  lose_link();
  open();
  receive("20 FE 01 00 00 FB 01 1F 00");
  EXPECT_EQ(reaction(), "rx_too_small, ") << "[MQTT-3.2.2-19] [MQTT-3.2.2-20]";
}

TEST_F(Connecting, AnAnswerWithLargeUserPropertiesIsTooLarge) {
  busy();
  receive("90 FF 01");
  EXPECT_EQ(reaction(), too_large) << "[MQTT-3.2.2-20] [MQTT-3.1.2-24]";
}

TEST_F(Connecting, TheServerKeepAliveIsUsedForItsConnectionAlone) {
  config.keep_alive_s = 20;
  connect(connack_with("13 00 04"));
  EXPECT_EQ(engine().next_deadline(), engine().now() + 3s) << "[MQTT-3.2.2-21] [MQTT-3.1.2-21]";
  reconnect("20 06 01 00 03 13 00 00");
  EXPECT_EQ(engine().next_deadline(), std::nullopt) << "0 is off [MQTT-3.2.2-21]";
  reconnect("20 06 01 00 03 13 FF FF");
  EXPECT_EQ(engine().next_deadline(), engine().now() + Duration{65'535 * 750});
  reconnect(connack_resumed);
  EXPECT_EQ(engine().next_deadline(), engine().now() + 15s) << "[MQTT-3.2.2-22]";
}

TEST_F(Connecting, PingreqLeavesLongBeforeTheBrokerGivesUp) {
  config.keep_alive_s = 10;
  connect();
  advance(7500ms);
  EXPECT_EQ(sent(), "C0 00") << "[MQTT-3.1.2-22]";
}

TEST_F(Connecting, ResponseInformationNobodyAskedForIsIgnored) {
  EXPECT_EQ(reaction_to_answer(connack_with("1A 00 01 'r'")), fine) << "[MQTT-3.1.2-28]";
}

TEST_F(Connecting, WithoutProblemInformationAnAnswerHasNoDiagnostics) {
  const Property none{PropertyId::request_problem_information, 0u};
  for (const bool asked : {true, false}) {
    config.properties = {&none, asked ? 0u : 1u};
    for (const std::string_view property : {"04 1F 00 01 'r'", "07 26 00 01 'k' 00 01 'v'"}) {
      const bool user = property.starts_with("07");
      const auto packet = [&](std::string_view first, std::string_view before,
                              std::string_view after) {
        const std::string size = user ? "08" : "05";
        const std::size_t rest = 2 + (user ? 8u : 5u) + hex(before).size() + hex(after).size();
        const std::byte length[] = {static_cast<std::byte>(rest)};
        return [=, text = to_hex(length)](std::string_view id) {
          return std::string{first} + " " + text + " " + std::string{id} + " " +
                 std::string{before} + " " + std::string{property} + " " + std::string{after};
        };
      };
      const std::string_view verdict = asked ? fine : protocol_error;
      EXPECT_EQ(reaction_to(packet("40", "00", "")("<a>")), verdict) << "[MQTT-3.1.2-29]";
      EXPECT_EQ(reaction_to(packet("50", "00", "")("<b>")), verdict) << "[MQTT-3.1.2-29]";
      EXPECT_EQ(reaction_to(packet("62", "00", "")("00 09")), verdict) << "[MQTT-3.1.2-29]";
      EXPECT_EQ(reaction_to(packet("70", "00", "")("<c>")), verdict) << "[MQTT-3.1.2-29]";
      EXPECT_EQ(reaction_to(packet("90", "", "00")("<s>")), verdict) << "[MQTT-3.1.2-29]";
      EXPECT_EQ(reaction_to(packet("B0", "", "00")("<u>")), verdict) << "[MQTT-3.1.2-29]";
    }
  }
}

TEST_F(Connecting, WithoutProblemInformationTheOthersMayHaveThem) {
  const Property none{PropertyId::request_problem_information, 0u};
  config.properties = {&none, 1};
  const std::string user = "26 00 01 'k' 00 01 'v'";
  EXPECT_EQ(reaction_to_answer(connack_with("1F 00 01 'r' " + user)), fine) << "[MQTT-3.1.2-29]";
  EXPECT_EQ(reaction_to("30 0C 00 01 't' 07 " + user + " 'x'"), fine) << "[MQTT-3.1.2-29]";
  EXPECT_EQ(reaction_to("E0 09 8B 07 " + user), "disconnected_by_broker, ") << "[MQTT-3.1.2-29]";
  EXPECT_EQ(reaction_to("40 04 <a> 00 00"), fine) << "no properties at all";
}

TEST_F(Connecting, EveryTopicAliasIsInvalidWhereNoneWasAnnounced) {
  for (const unsigned alias : {1u, 2u, 255u, 256u, 65'535u}) {
    const std::byte value[] = {static_cast<std::byte>(alias >> 8), static_cast<std::byte>(alias)};
    EXPECT_EQ(reaction_to("30 08 00 01 't' 03 23 " + to_hex(value) + " 'x'"), bad_alias)
        << alias << " [MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-11]";
  }
}

}  // namespace
}  // namespace minimq::testing

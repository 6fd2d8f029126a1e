// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "support/engine_script.hpp"

namespace minimq::testing {

using namespace std::chrono_literals;

/// What a statement of the specification asks for, as one short conversation with an engine.
class Statement : public EngineScript {
 protected:
  /// The reactions to a broker that breaks the rules: the name of the error, and what is written.
  static constexpr std::string_view fine = "fine";
  static constexpr std::string_view malformed = "malformed_packet, E0 01 81";
  static constexpr std::string_view protocol_error = "protocol_error, E0 01 82";
  static constexpr std::string_view too_many = "receive_maximum_exceeded, E0 01 93";
  static constexpr std::string_view bad_alias = "topic_alias_invalid, E0 01 94";
  static constexpr std::string_view too_large = "inbound_too_large, E0 01 95";
  /// The same before a successful CONNACK: the link ends without a word.
  static constexpr std::string_view malformed_silently = "malformed_packet, ";
  static constexpr std::string_view protocol_error_silently = "protocol_error, ";

  /// A new engine is online, with an operation of each kind in flight:
  ///   <a> QoS 1; <b> QoS 2; <c> QoS 2 whose PUBREL was sent; <s> SUBSCRIBE; <u> UNSUBSCRIBE.
  void busy(std::string_view answer = connack) {
    start_anew();
    connect(answer);
    a = name('a', publish(QoS::at_least_once));
    b = name('b', publish(QoS::exactly_once));
    c = name('c', publish(QoS::exactly_once));
    s = name('s', subscribe());
    const std::string_view filter = "f";
    u = name('u', engine().unsubscribe({&filter, 1}, {}));
    sent();
    receive("50 02 <c>");
    sent();
  }

  /// What the engine does about what it was sent.
  std::string reaction() {
    if (engine().phase() != Engine::Phase::closing) return std::string{fine};
    return std::string{to_string(engine().cause().error)} + ", " + sent();
  }
  /// The same, on a busy connection.
  std::string reaction_to(std::string_view packet) {
    busy();
    receive(packet);
    return reaction();
  }
  /// The same, as the answer to CONNECT.
  std::string reaction_to_answer(std::string_view packet) {
    start_anew();
    open();
    receive(packet);
    return reaction();
  }

  /// Everything that is seen, in order: messages in brackets, outcomes in parentheses, and the end
  /// of the connection.
  std::string seen() {
    std::string text;
    for (std::string payload = message(); payload != "none"; payload = message())
      text += "[" + payload + "]";
    for (Ticket ticket; !(ticket = engine().next_outcome({})).empty();)
      text += "(" + outcome(ticket) + ")";
    engine().end_views();
    if (engine().phase() == Engine::Phase::closing) text += to_string(engine().cause().error);
    return text;
  }

  /// CONNACK with these properties.
  static std::string connack_with(const std::string& properties) {
    const std::vector<std::byte> bytes = hex(properties);
    const std::byte head[] = {std::byte{0x20}, static_cast<std::byte>(bytes.size() + 3),
                              std::byte{0}, std::byte{0}, static_cast<std::byte>(bytes.size())};
    return to_hex(head) + " " + to_hex(bytes);
  }

  Ticket a, b, c, s, u;
};

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
//
// However the bytes of the broker are cut into reads: the same is seen, and the same is sent.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

// How packet number `packet` arrives: its first `first` bytes by themselves, or each byte so.
struct Reading {
  static constexpr std::size_t byte_by_byte = 0;
  std::size_t packet{SIZE_MAX};
  std::size_t first{0};
};

class Split : public EngineScript {
 protected:
  const std::vector<std::string> packets{
      "20 06 00 00 03 21 00 0A",                                // CONNACK
      "90 04 <s> 00 01",                                        // SUBACK
      "30 07 00 01 't' 00 'abc'",                               // QoS 0
      "32 0B 00 01 't' 00 05 02 01 01 'def'",                   // QoS 1, with a property
      "34 09 00 01 't' 00 06 00 'ghi'",                         // QoS 2
      "62 02 00 06",                                            // PUBREL
      "3C 09 00 01 't' 00 06 00 'jkl'",                         // QoS 2, the identifier again
      "40 02 <a>",                                              // PUBACK
      "50 04 <b> 00 00",                                        // PUBREC
      "70 02 <b>",                                              // PUBCOMP
      "50 03 <c> 97",                                           // PUBREC, refusing
      "B0 04 <u> 00 11",                                        // UNSUBACK
      "D0 00",                                                  // PINGRESP
      "62 02 77 77",                                            // PUBREL of nothing
      "31 12 00 01 't' 0B 08 00 02 'rr' 09 00 03 'cor' 'hi!'",  // a request
      "E0 0A 8B 08 1F 00 05 'night'",                           // DISCONNECT
  };

  // Everything that is seen and sent.
  std::string conversation(const Reading& reading) {
    start_anew();
    std::string log = open();
    bool published = false;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const std::size_t size = bytes(packets[i]).size() / 3 + 1;
      const bool split = i == reading.packet || reading.packet == SIZE_MAX;
      for (std::size_t at = 0; at < size;) {
        const std::size_t end = !split                                   ? size
                                : reading.first == Reading::byte_by_byte ? at + 1
                                : at == 0                                ? reading.first
                                                                         : size;
        receive_part(packets[i], at, end);
        at = end;
        log += " | " + sent();
        if (at < size) {
          EXPECT_TRUE(log.ends_with(" | ")) << "sent before the packet was whole";
        }
      }
      log += seen();
      log += sent();
      if (!published && engine().phase() == Engine::Phase::online) {
        published = true;
        publish_all();
        log += sent();
      }
    }
    std::erase(log, '|');
    std::erase(log, ' ');
    return log;
  }

 private:
  void receive_part(std::string_view packet, std::size_t from, std::size_t to) {
    receive(bytes(packet).substr(from * 3, (to - from) * 3 - 1));
  }

  void publish_all() {
    name('s', subscribe());
    const std::string_view filter = "f";
    name('u', engine().unsubscribe({&filter, 1}, {}));
    name('a', publish(QoS::at_least_once));
    name('b', publish(QoS::exactly_once));
    name('c', publish(QoS::exactly_once));
  }

  std::string seen() {
    std::string text;
    for (std::string payload = message(); payload != "none"; payload = message())
      text += " [" + payload + "]";
    for (Ticket ticket; !(ticket = engine().next_outcome({})).empty();)
      text += " (" + outcome(ticket) + ")";
    engine().end_views();
    if (engine().phase() == Engine::Phase::closing)
      text += std::string{to_string(engine().cause().error)};
    return text;
  }
};

TEST_F(Split, TheWholeConversationIsAsExpected) {
  const std::string whole = conversation({.packet = 1000});
  for (const std::string_view seen : {"[abc]", "[def]", "[ghi]", "[jkl]", "[hi!]", "(1)", "(0)(",
                                      "(151)", "(17)", "disconnected_by_broker",
                                      "70037777"
                                      "92"})
    EXPECT_NE(whole.find(seen), std::string::npos) << seen << " in " << whole;
}

TEST_F(Split, EveryPacketByteByByteIsTheSame) {
  EXPECT_EQ(conversation({.first = Reading::byte_by_byte}), conversation({.packet = 1000}));
}

TEST_F(Split, EveryPacketInEverySplitIntoTwoReadsIsTheSame) {
  const std::string whole = conversation({.packet = 1000});
  for (std::size_t packet = 0; packet < packets.size(); ++packet) {
    (void)conversation({.packet = 1000});
    const std::size_t size = bytes(packets[packet]).size() / 3 + 1;
    for (std::size_t first = 1; first < size; ++first) {
      ASSERT_EQ(conversation({.packet = packet, .first = first}), whole)
          << "packet " << packet << " after " << first;
    }
  }
}

}  // namespace
}  // namespace minimq::testing

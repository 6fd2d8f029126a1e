// SPDX-License-Identifier: MIT
//
// A conversation of every kind of packet, its link cut after every byte in either direction.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>

#include "engine/conversation.hpp"

namespace minimq::testing {
namespace {

using enum Cut::Direction;

// How the link behaves, beside where it is cut.
struct Manner {
  std::size_t write_max{SIZE_MAX};
  std::size_t read_max{SIZE_MAX};
  bool buffers_what_is_lost{false};
  bool takes_after_the_loss{false};
};

constexpr std::array manners{
    Manner{},
    Manner{.write_max = 1},
    Manner{.write_max = 3, .read_max = 5, .takes_after_the_loss = true},
    Manner{.buffers_what_is_lost = true, .takes_after_the_loss = true},
    Manner{.write_max = 4, .buffers_what_is_lost = true},
};

void prepare(Conversation& talk, const Manner& manner) {
  talk.write_max = manner.write_max;
  talk.read_max = manner.read_max;
  talk.buffers_what_is_lost = manner.buffers_what_is_lost;
  talk.takes_after_the_loss = manner.takes_after_the_loss;
  talk.from_device = {{QoS::exactly_once, "d2"},
                      {QoS::at_least_once, "d1"},
                      {QoS::at_most_once, "d0"},
                      {QoS::exactly_once, "d2b"}};
  talk.from_broker = {{QoS::exactly_once, "b2"},  {QoS::at_most_once, "b0"},
                      {QoS::at_least_once, "b1"}, {QoS::exactly_once, "b2b"},
                      {QoS::exactly_once, "b2c"}, {QoS::at_least_once, "b1b"}};
}

std::string describe(const Conversation& talk) {
  std::string text = "write " + std::to_string(talk.write_max) + ", read " +
                     std::to_string(talk.read_max) +
                     (talk.buffers_what_is_lost ? ", buffering" : "") +
                     (talk.takes_after_the_loss ? ", taking late" : "");
  for (const Cut& cut : talk.cuts) {
    text += (cut.direction == to_broker ? ", to broker " : ", to client ") +
            std::to_string(cut.after) + (cut.keep_session ? "" : " session lost");
  }
  return text;
}

void expect_a_good_end(Conversation& talk) {
  EXPECT_TRUE(talk.broker.faults.empty()) << ::testing::PrintToString(talk.broker.faults);
  EXPECT_EQ(talk.engine().phase(), Engine::Phase::online) << to_string(talk.engine().cause().error);
  EXPECT_TRUE(talk.broker.subscribed());
  EXPECT_EQ(talk.times_received("last"), 1);
  EXPECT_TRUE(talk.engine().idle());
  EXPECT_EQ(talk.engine().counters().stray_acks, 0);
  EXPECT_TRUE(talk.broker.settled());
  for (const auto& [qos, payload] : talk.from_device) {
    const std::size_t outcomes = talk.outcomes[payload].size();
    EXPECT_EQ(outcomes, qos == QoS::at_most_once ? 0u : 1u) << payload;
  }
  for (const auto& [name, outcomes] : talk.outcomes)
    EXPECT_NE(name, "") << "an outcome of nothing";
}

// With a session nothing is lost, and nothing at QoS 2 comes twice.
void expect_delivery(Conversation& talk) {
  for (const auto* const payload : {"d2", "d2b"})
    EXPECT_EQ(talk.times_arrived(payload), 1) << payload;
  for (const auto* const payload : {"b2", "b2b", "b2c"})
    EXPECT_EQ(talk.times_received(payload), 1) << payload;
  for (const auto* const payload : {"b1", "b1b"})
    EXPECT_GE(talk.times_received(payload), 1) << payload;
  EXPECT_GE(talk.times_arrived("d1"), 1);
  EXPECT_LE(talk.times_arrived("d0"), 1);
  const auto place = [](const std::vector<std::string>& all, std::string_view what) {
    return std::ranges::find(all, what) - all.begin();
  };
  EXPECT_LT(place(talk.broker.arrived, "d2"), place(talk.broker.arrived, "d2b"));
  EXPECT_LT(place(talk.received, "b2"), place(talk.received, "b2b"));
  EXPECT_LT(place(talk.received, "b1"), place(talk.received, "b1b"));
}

// Without one QoS 1 arrives all the same, and QoS 2 arrives or ends by name. Only where the broker
// made a new session and its CONNACK was lost does the client resume what is not its session, and
// repeats what it must [MQTT-4.4.0-1].
void expect_no_doubt(Conversation& talk) {
  const bool in_doubt = talk.engine().session_present() && !talk.engine().resumed();
  for (const auto* const payload : {"d2", "d2b"}) {
    const bool lost = talk.outcomes[payload] == std::vector<std::string>{"session_lost"};
    EXPECT_LE(talk.times_arrived(payload), in_doubt ? 2 : 1) << payload;
    if (!lost && !in_doubt) {
      EXPECT_EQ(talk.times_arrived(payload), 1) << payload;
    }
  }
  for (const auto* const payload : {"b2", "b2b", "b2c"})
    EXPECT_LE(talk.times_received(payload), 1) << payload;
  EXPECT_GE(talk.times_arrived("d1"), 1);
}

// Cuts one more byte later each time, until the conversation is over before the cut.
template <class Check>
void cut_everywhere(Cut cut, const Check& check) {
  for (const Manner& manner : manners) {
    if (manner.buffers_what_is_lost && cut.direction == to_client) continue;
    for (cut.after = cut.direction == to_client ? 1 : 0;; ++cut.after) {
      Conversation talk;
      prepare(talk, manner);
      talk.cuts = {cut};
      SCOPED_TRACE(describe(talk));
      talk.run();
      if (!talk.all_cut) break;
      expect_a_good_end(talk);
      check(talk);
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(cut.after, 60u) << "the conversation is shorter than it was";
  }
}

TEST(Cut, WithoutACutEverythingIsDeliveredOnce) {
  for (const Manner& manner : manners) {
    Conversation talk;
    prepare(talk, manner);
    SCOPED_TRACE(describe(talk));
    talk.run();
    expect_a_good_end(talk);
    expect_delivery(talk);
    EXPECT_EQ(talk.received.size(), 7u);
    EXPECT_EQ(talk.broker.arrived.size(), 4u);
  }
}

TEST(Cut, NothingIsLostOrDoubledWhenBytesToTheBrokerEndAnywhere) {
  cut_everywhere({.direction = to_broker}, expect_delivery);
}

TEST(Cut, NothingIsLostOrDoubledWhenBytesToTheClientEndAnywhere) {
  cut_everywhere({.direction = to_client}, expect_delivery);
}

TEST(Cut, ALostSessionLeavesNoDoubtWhenBytesToTheBrokerEndAnywhere) {
  cut_everywhere({.direction = to_broker, .keep_session = false}, expect_no_doubt);
}

TEST(Cut, ALostSessionLeavesNoDoubtWhenBytesToTheClientEndAnywhere) {
  cut_everywhere({.direction = to_client, .keep_session = false}, expect_no_doubt);
}

// Some places of the first connection, and every second one of the other: the CONNACK of a new
// session that is lost is among them. With MINIMQ_EVERY_CUT in the environment every pair of
// places, which takes minutes.
TEST(Cut, TwoCutsInARowAreNoWorseThanOne) {
  const bool every = std::getenv("MINIMQ_EVERY_CUT") != nullptr;
  const std::size_t first_step = every ? 1 : 7;
  const std::size_t second_step = every ? 1 : 2;
  std::size_t conversations = 0;
  for (const Cut::Direction first : {to_broker, to_client}) {
    for (const Cut::Direction second : {to_broker, to_client}) {
      for (const unsigned kept : {0u, 1u, 2u, 3u}) {
        bool longer = true;
        for (std::size_t a = every ? 1 : 20 + kept; longer; a += first_step) {
          for (std::size_t b = 1;; b += second_step) {
            Conversation talk;
            prepare(talk, manners[(a + b) % manners.size()]);
            talk.buffers_what_is_lost = false;
            talk.cuts = {{first, a, (kept & 1) != 0}, {second, b, (kept & 2) != 0}};
            SCOPED_TRACE(describe(talk));
            talk.run();
            if (!talk.all_cut) {
              longer = b > 1;
              break;
            }
            ++conversations;
            expect_a_good_end(talk);
            if (kept == 3) {
              expect_delivery(talk);
            } else {
              expect_no_doubt(talk);
            }
            if (::testing::Test::HasFailure()) return;
          }
        }
      }
    }
  }
  EXPECT_GT(conversations, 1000u);
  std::printf("%zu conversations\n", conversations);
}

}  // namespace
}  // namespace minimq::testing

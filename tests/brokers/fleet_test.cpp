// SPDX-License-Identifier: MIT
//
// Several sessions on one event loop that talk to each other for a while.
#include <minimq/task.hpp>

#include <array>
#include <charconv>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"

namespace minimq::brokers {
namespace {

constexpr unsigned fleet_size = 1000;

// What one of them has heard: how often each number came.
struct Heard {
  std::vector<unsigned> times = std::vector<unsigned>(fleet_size, 0);
  unsigned different{0};
  unsigned messages{0};
  unsigned reconnects{0};
  bool in_order{true};
  unsigned last{0};

  void add(std::string_view text) {
    unsigned number = fleet_size;
    std::from_chars(text.data(), text.data() + text.size(), number);
    ASSERT_LT(number, fleet_size);
    ++messages;
    if (times[number]++ == 0) ++different;
    in_order = in_order && (messages == 1 || number > last);
    last = number;
  }
};

Task<> listen(posix::EventLoop&, Session& session, Heard& heard) {
  for (;;) {
    const Event event = co_await session.poll();
    if (event.kind() == Event::Kind::inbound) heard.add(event.message().text());
    if (event.kind() == Event::Kind::reconnected) ++heard.reconnects;
    EXPECT_NE(event.kind(), Event::Kind::connected);
    EXPECT_NE(event.kind(), Event::Kind::settled);
  }
}

// The numbers from `first` to before `end`, as fast as there is room for them.
Task<> talk(posix::EventLoop&, Session& session, std::string_view topic, QoS qos, unsigned first,
            unsigned end) {
  for (unsigned i = first; i < end;) {
    std::array<char, 8> text{};
    const auto text_end = std::to_chars(text.begin(), text.end(), i).ptr;
    const auto ticket = session.publish({.topic = topic,
                                         .payload = std::string_view{text.begin(), text_end},
                                         .qos = qos,
                                         .detached = true});
    if (ticket) {
      ++i;
    } else if (ticket.error() == Error::not_ready) {
      EXPECT_TRUE(co_await session.ready(64));
    } else {
      ADD_FAILURE() << to_string(ticket.error());
      co_return;
    }
  }
}

struct SituationOfAll {
  const char* name;
  bool restart;
};

class Fleet : public ::testing::TestWithParam<SituationOfAll> {
 protected:
  Fleet() {
    for (Client* const client : {&anna_, &otto_, &witness_})
      client->connect();
    anna_.subscribe("to/anna");
    otto_.subscribe("to/otto");
    witness_.subscribe("to/otto");
  }

  posix::EventLoop loop_;
  // When Mosquitto 2.0 restores a session, it sends the messages in flight above its own
  // max_inflight_messages (20) a second time, even those that were already released.
  Mosquitto broker_{loop_,
                    "allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"};
  // Mosquitto 2.0.11 saves no session that began with Clean Start 1, and forgets the Receive
  // Maximum of a client that publishes at QoS 2: the table of inbound ids has to hold everything.
  Config config_{.receive_maximum = fleet_size, .clean_start = false};
  ClientMemory memory_{.rx = 512, .tx = tx_overhead(2 * fleet_size) + 4096};
  Client anna_{loop_, broker_.address(), "anna", config_, memory_};
  Client otto_{loop_, broker_.address(), "otto", config_, memory_};
  Client witness_{loop_, broker_.address(), "witness", config_, memory_};
};

TEST_P(Fleet, TalksAThousandMessagesEachWay) {
  Heard anna;
  Heard otto;
  Heard witness;
  std::array listeners{listen(loop_, anna_.session(), anna), listen(loop_, otto_.session(), otto),
                       listen(loop_, witness_.session(), witness)};
  for (auto& task : listeners)
    ASSERT_TRUE(task.start());
  const bool restart = GetParam().restart;
  // The second half is said after the restart, so that however fast they are there is a middle.
  for (const unsigned first : {0U, fleet_size / 2}) {
    const unsigned end = first + fleet_size / 2;
    std::array talkers{talk(loop_, anna_.session(), "to/otto", QoS::exactly_once, first, end),
                       talk(loop_, otto_.session(), "to/anna", QoS::at_least_once, first, end)};
    for (auto& task : talkers)
      ASSERT_TRUE(task.start());
    if (restart && first == 0) {
      const auto in_the_middle = [&] { return anna.different > 100 && otto.different > 100; };
      ASSERT_TRUE(turn_until(loop_, in_the_middle));
      broker_.stop();
      broker_.start();
    }
    const auto said = [&] { return talkers[0].done() && talkers[1].done(); };
    ASSERT_TRUE(turn_until(loop_, said));
  }
  const auto done = [&] {
    return anna.different == fleet_size && otto.different == fleet_size &&
           witness.different == fleet_size;
  };
  EXPECT_TRUE(turn_until(loop_, done))
      << anna.different << " " << otto.different << " " << witness.different;
  // At QoS 2 each once, and in order; at QoS 1 at least once.
  for (const Heard* const heard : {&otto, &witness}) {
    EXPECT_EQ(heard->messages, fleet_size);
    EXPECT_TRUE(heard->in_order);
  }
  if (!restart) {
    EXPECT_EQ(anna.messages, fleet_size);
  }
  EXPECT_EQ(anna.reconnects, restart ? 1u : 0u);
  EXPECT_EQ(otto.reconnects, restart ? 1u : 0u);
  EXPECT_EQ(witness.reconnects, restart ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(Broker, Fleet,
                         ::testing::Values(SituationOfAll{"Stays", false},
                                           SituationOfAll{"IsRestartedInTheMiddle", true}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace minimq::brokers

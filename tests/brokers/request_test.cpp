// SPDX-License-Identifier: MIT
//
// Requests with replies, and acknowledgements that come later than the message.
#include <minimq/task.hpp>

#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "brokers/support/client.hpp"
#include "brokers/support/mosquitto.hpp"
#include "brokers/support/proxy.hpp"

namespace minimq::brokers {
namespace {

class Request : public ::testing::Test {
 protected:
  Request() {
    asker_.connect();
    asker_.subscribe("replies/asker");
    device_.connect();
    device_.subscribe("ask");
  }

  void ask(std::string_view payload, std::string_view correlation) {
    EXPECT_TRUE(asker_
                    .publish({.topic = "ask",
                              .payload = payload,
                              .qos = QoS::at_least_once,
                              .response_topic = "replies/asker",
                              .correlation_data = as_bytes(correlation)})
                    .ok());
  }
  void expect_reply(std::string_view payload, std::string_view correlation) {
    const Event event = asker_.expect(Event::Kind::inbound);
    EXPECT_EQ(event.message().topic(), "replies/asker");
    EXPECT_EQ(event.message().text(), payload);
    ASSERT_TRUE(event.message().correlation_data());
    EXPECT_EQ(as_text(*event.message().correlation_data()), correlation);
  }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Client asker_{loop_, broker_.address(), "asker"};
  Client device_{loop_, broker_.address(), "device"};
};

Task<> answer(posix::EventLoop&, Session& session, int count) {
  while (count > 0) {
    const Event event = co_await session.poll();
    if (event.kind() != Event::Kind::inbound) continue;
    const auto reply = event.message().reply(event.message().payload());
    if (!reply) continue;
    const auto ticket = session.publish(reply->with_qos(QoS::exactly_once));
    if (ticket && co_await session.settled(*ticket)) --count;
  }
}

TEST_F(Request, IsAnsweredByACoroutine) {
  ask("one", "1");
  ask("two", "2");
  EXPECT_TRUE(loop_.run(answer(loop_, device_.session(), 2)));
  expect_reply("one", "1");
  expect_reply("two", "2");
}

TEST_F(Request, IsAnsweredAfterTheMessageIsGone) {
  ask("later", "42");
  std::optional<OwnedReply<32, 8>> owned;
  {
    const Event event = device_.expect(Event::Kind::inbound);
    const auto reply = event.message().reply_owned<32, 8>();
    ASSERT_TRUE(reply);
    owned = *reply;
    event.message().release();
  }
  ask("in between", "43");
  EXPECT_EQ(device_.message().payload, "in between");
  EXPECT_TRUE(device_.publish(owned->publication("done").with_qos(QoS::at_least_once)).ok());
  expect_reply("done", "42");
}

TEST_F(Request, WithTooLongATopicIsRefusedByTheOwnedReply) {
  ask("x", "42");
  const Event event = device_.expect(Event::Kind::inbound);
  EXPECT_EQ((event.message().reply_owned<4, 8>().error()), Error::no_memory);
}

TEST_F(Request, WithoutAResponseTopicHasNoReply) {
  mosquitto_pub(loop_, broker_.port(), {"-t", "ask", "-m", "tell nobody"});
  const Event event = device_.expect(Event::Kind::inbound);
  EXPECT_EQ(event.message().reply("x").error(), Error::no_response_topic);
}

TEST_F(Request, OfAnIndependentProgramIsAnswered) {
  Process tool{loop_,
               {"stdbuf", "-oL", "mosquitto_rr", "-V", "5", "-p", std::to_string(broker_.port()),
                "-t", "ask", "-e", "replies/tool", "-m", "ping", "-q", "1"}};
  const Event event = device_.expect(Event::Kind::inbound);
  EXPECT_EQ(event.message().text(), "ping");
  const auto reply = event.message().reply("pong");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(device_.session().publish(*reply));
  EXPECT_EQ(tool.finish(), 0) << tool.output();
  EXPECT_EQ(tool.output(), "pong\n");
}

class DeferredAcknowledgement : public ::testing::TestWithParam<QoS> {
 protected:
  DeferredAcknowledgement() {
    device_.connect();
    device_.subscribe("work", GetParam());
    device_.subscribe("beside", QoS::at_most_once);
    writer_.connect();
  }

  void write(std::string_view payload) {
    EXPECT_TRUE(writer_.publish({.topic = "work", .payload = payload, .qos = GetParam()}).ok());
  }
  // Whatever the broker may send goes before this.
  void mark() { EXPECT_TRUE(writer_.publish({.topic = "beside", .payload = "mark"}).ok()); }

  [[nodiscard]] const std::string& last_up() { return link_.up().packets().back(); }

  posix::EventLoop loop_;
  Mosquitto broker_{loop_};
  Proxy link_{loop_, broker_.port()};
  Client device_{loop_, link_.address(), "device", {.receive_maximum = 1}};
  Client writer_{loop_, broker_.address(), "writer"};
  PacketType answer_{GetParam() == QoS::at_least_once ? PacketType::puback : PacketType::pubrec};
};

TEST_P(DeferredAcknowledgement, HoldsTheNextMessageBack) {
  write("first");
  const AckHandle handle = device_.expect(Event::Kind::inbound).message().defer_ack();
  write("second");
  mark();
  EXPECT_EQ(device_.message().payload, "mark");
  EXPECT_EQ(link_.up().arrived(answer_), 0u);
  EXPECT_TRUE(device_.session().acknowledge(handle));
  EXPECT_EQ(device_.message().payload, "second");
  EXPECT_EQ(device_.session().acknowledge(handle).error(), Error::stale_ack);
}

TEST_P(DeferredAcknowledgement, MayRefuseTheMessage) {
  write("first");
  const AckHandle handle = device_.expect(Event::Kind::inbound).message().defer_ack();
  EXPECT_TRUE(device_.session().acknowledge(handle, ReasonCode::implementation_specific_error));
  ASSERT_TRUE(turn_until(loop_, [&] { return link_.up().arrived(answer_) == 1; }));
  ASSERT_GE(last_up().size(), 5u);
  EXPECT_EQ(last_up()[4], static_cast<char>(0x83));
  // Mosquitto 2.0.11 never gives the quota of a refused QoS 2 message back: only QoS 0 comes now.
  mark();
  EXPECT_EQ(device_.message().payload, "mark");
  EXPECT_EQ(link_.up().arrived(PacketType::pubcomp), 0u) << "nothing follows a refusal";
}

TEST_P(DeferredAcknowledgement, IsOverWhenItsConnectionIs) {
  write("first");
  const AckHandle handle = device_.expect(Event::Kind::inbound).message().defer_ack();
  link_.cut();
  device_.expect(Event::Kind::disconnected);
  device_.expect(Event::Kind::reconnected);
  EXPECT_EQ(device_.session().acknowledge(handle).error(), Error::stale_ack);
  if (GetParam() == QoS::at_least_once) {
    EXPECT_EQ(device_.message().payload, "first");
  }
  write("second");
  EXPECT_EQ(device_.message().payload, "second");
}

INSTANTIATE_TEST_SUITE_P(QoS, DeferredAcknowledgement,
                         ::testing::Values(QoS::at_least_once, QoS::exactly_once),
                         [](const auto& instance) {
                           return instance.param == QoS::at_least_once ? "AtLeastOnce"
                                                                       : "ExactlyOnce";
                         });

}  // namespace
}  // namespace minimq::brokers

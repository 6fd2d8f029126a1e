// SPDX-License-Identifier: MIT
//
// Calls that hardly ever come where they come here.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

using RareCall = EngineScript;

TEST_F(RareCall, AQoSThatIsNoneIsNotDowngraded) {
  config.downgrade_qos = true;
  connect();
  EXPECT_EQ(publish(static_cast<QoS>(3)).error(), Error::qos_not_supported);
  EXPECT_EQ(sent(), "");
}

TEST_F(RareCall, AConnectInPiecesIsTracedOnce) {
  std::size_t connects = 0;
  const Tracer tracer{.function =
                          [](void* context, const TraceEvent& event) {
                            const bool connect = event.type == PacketType::connect;
                            *static_cast<std::size_t*>(context) += connect ? 1 : 0;
                          },
                      .context = &connects};
  config.tracer = &tracer;
  open_link();
  EXPECT_EQ(sent(5), "10 1B 00 04 4D");
  sent();
  receive(connack);
  EXPECT_EQ(engine().phase(), Engine::Phase::online);
  EXPECT_EQ(connects, 1u);
}

// Reading was paused for want of room for an answer, and goes on behind the release.
TEST_F(RareCall, AMessageIsReleasedBeforeReadingGoesOn) {
  connect();
  receive("32 07 00 01 't' 00 05 00 'i'");
  EXPECT_EQ(message(), "i");
  for (char i = '1'; i <= '9'; ++i)
    receive(std::string{"62 02 77 3"} + i);  // Nobody knows them; the queue holds eight answers.
  TxGather gather;
  std::size_t size = 0;
  for (const Bytes piece : engine().tx_pending(gather))
    size += piece.size();
  EXPECT_EQ(size, 40u);
  engine().tx_consume(size);
  engine().end_views();
  EXPECT_EQ(sent(), "40 02 00 05 70 03 77 39 92");
}

}  // namespace
}  // namespace minimq::testing

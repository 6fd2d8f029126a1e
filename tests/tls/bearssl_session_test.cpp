// SPDX-License-Identifier: MIT
//
// Sessions over BearSSL against Mosquitto: broken links, a restarted broker.
#if defined(MINIMQ_WITH_BEARSSL)
#include <gtest/gtest.h>

#include "brokers/support/mosquitto.hpp"
#include "support/tls/files.hpp"
#include "tls/bearssl_device.hpp"
#include "tls/endurance.hpp"
#include "tls/over_posix.hpp"

namespace minimq::tls_test {
namespace {

TEST(BearSslSession, GoesOnOverBrokenLinksAndARestartedBroker) {
  posix::EventLoop loop;
  brokers::ReservedPort port;
  brokers::Mosquitto broker{loop, "allow_anonymous true\nlistener " +
                                      std::to_string(port.number()) + " 127.0.0.1\ncertfile " +
                                      testing::tls_file("right.pem") + "\nkeyfile " +
                                      testing::tls_file("server.key") + "\n"};
  BearSslDevice own{testing::tls_text("authority.pem")};
  OverPosix<bearssl::TlsTransport, bearssl::TlsConfig> device{loop, port.number(), own.config()};
  outlives_links_and_broker("bearssl", device, broker, End::in_order);

  device.cut();
  ASSERT_EQ(device.next_but_lost(), Event::Kind::reconnected);
  EXPECT_EQ(device.tls.handshakes().full, 3u) << "Mosquitto has forgotten the session of TLS";
  converse(device);
}

// A plain listener is no way around TLS, and no handshake for ever.
TEST(BearSslSession, DoesNotFallBackToPlainText) {
  posix::EventLoop loop;
  brokers::Mosquitto broker{loop};
  BearSslDevice own{testing::tls_text("authority.pem")};
  const Dialled dialled = dial_over_posix({.port = broker.port()}, [&](Transport& lower) {
    return bearssl::TlsTransport{lower, own.config()};
  });
  ASSERT_TRUE(dialled.refused);
  EXPECT_EQ(dialled.offered, 0u);
  EXPECT_EQ(dialled.sent.find("MQTT"), std::string::npos);
}

}  // namespace
}  // namespace minimq::tls_test
#endif

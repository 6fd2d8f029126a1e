// SPDX-License-Identifier: MIT
//
// Sessions over mbedTLS against Mosquitto: broken links, a restarted broker, a shared key.
#if defined(MINIMQ_WITH_MBEDTLS)
#include <minimq/mbedtls/tls_transport.hpp>

#include <gtest/gtest.h>

#include "brokers/support/mosquitto.hpp"
#include "support/tls/files.hpp"
#include "tls/endurance.hpp"
#include "tls/over_posix.hpp"

namespace minimq::tls_test {
namespace {

using testing::tls_file;

class MbedtlsSession : public ::testing::Test {
 protected:
  using Device = OverPosix<mbedtls::TlsTransport, mbedtls::TlsConfig>;

  std::string listener(const std::string& lines) const {
    return "allow_anonymous true\nlistener " + std::to_string(port_.number()) + " 127.0.0.1\n" +
           lines;
  }
  std::string with_certificate() const {
    return listener("certfile " + tls_file("right.pem") + "\nkeyfile " + tls_file("server.key") +
                    "\n");
  }

  posix::EventLoop loop_;
  brokers::ReservedPort port_;
  std::string authority_{testing::tls_text("authority.pem")};
};

TEST_F(MbedtlsSession, GoesOnOverBrokenLinksAndARestartedBroker) {
  brokers::Mosquitto broker{loop_, with_certificate()};
  Device device{loop_, port_.number(), {.authorities = authority_.c_str()}};
  outlives_links_and_broker("mbedtls", device, broker);
}

TEST_F(MbedtlsSession, SharesAKeyWithTheBroker) {
  brokers::Mosquitto broker{loop_,
                            listener("psk_hint broker\npsk_file {dir}/keys\n"),
                            {{"keys", "device:6d696e696d71\n"}}};
  Device device{loop_, port_.number(), {.psk = as_bytes("minimq"), .psk_identity = "device"}};
  EXPECT_EQ(device.next(), Event::Kind::connected);
  const Dialled wrong = dial_over_posix({.port = port_.number()}, [](Transport& lower) {
    return mbedtls::TlsTransport{lower, {.psk = as_bytes("guess"), .psk_identity = "device"}};
  });
  EXPECT_EQ(wrong.refused, Error::tls_error);
  EXPECT_EQ(wrong.offered, 0u);
}

// A plain listener is no way around TLS, and no handshake for ever.
TEST_F(MbedtlsSession, DoesNotFallBackToPlainText) {
  brokers::Mosquitto broker{loop_};
  const Dialled dialled = dial_over_posix({.port = broker.port()}, [&](Transport& lower) {
    return mbedtls::TlsTransport{lower, {.authorities = authority_.c_str()}};
  });
  ASSERT_TRUE(dialled.refused);
  EXPECT_EQ(dialled.offered, 0u);
  EXPECT_EQ(dialled.sent.find("MQTT"), std::string::npos);
}

}  // namespace
}  // namespace minimq::tls_test
#endif

// SPDX-License-Identifier: MIT
//
// Sessions over OpenSSL on an io_context, against Mosquitto: broken links, a restarted broker, a
// shared key.
#if defined(MINIMQ_WITH_ASIO)
#include <gtest/gtest.h>

#include "brokers/support/mosquitto.hpp"
#include "support/tls/files.hpp"
#include "tls/endurance.hpp"
#include "tls/over_asio.hpp"

namespace minimq::tls_test {
namespace {

class AsioSession : public ::testing::TestWithParam<asio::TlsVersion> {
 protected:
  [[nodiscard]] asio::TlsConfig config() const {
    return {
        .authorities = authority_, .minimum_version = GetParam(), .maximum_version = GetParam()};
  }
  std::string listener(const std::string& lines) const {
    return "allow_anonymous true\nlistener " + std::to_string(port_.number()) + " 127.0.0.1\n" +
           lines;
  }

  posix::EventLoop loop_;  // of the processes
  brokers::ReservedPort port_;
  std::string authority_{testing::tls_text("authority.pem")};
};

INSTANTIATE_TEST_SUITE_P(Tls, AsioSession,
                         ::testing::Values(asio::TlsVersion::tls_1_2, asio::TlsVersion::tls_1_3),
                         [](const auto& made) {
                           return made.param == asio::TlsVersion::tls_1_2 ? "Tls12" : "Tls13";
                         });

TEST_P(AsioSession, GoesOnOverBrokenLinksAndARestartedBroker) {
  brokers::Mosquitto broker{loop_, listener("certfile " + testing::tls_file("right.pem") +
                                            "\nkeyfile " + testing::tls_file("server.key") + "\n")};
  OverAsio device{{.port = port_.number()}, config()};
  const bool old = GetParam() == asio::TlsVersion::tls_1_2;
  outlives_links_and_broker(old ? "asio_1_2" : "asio_1_3", device, broker);
}

TEST_P(AsioSession, SharesAKeyWithTheBroker) {
  brokers::Mosquitto broker{loop_,
                            listener("psk_hint broker\npsk_file {dir}/keys\n"),
                            {{"keys", "device:6d696e696d71\n"}}};
  const auto with = [](std::string_view key) {
    return asio::TlsConfig{.psk_identity = "device",
                           .psk = as_bytes(key),
                           .minimum_version = GetParam(),
                           .maximum_version = GetParam()};
  };
  OverAsio device{{.port = port_.number()}, with("minimq")};
  EXPECT_EQ(device.next(), Event::Kind::connected);
  OverAsio wrong{{.port = port_.number()}, with("guess")};
  EXPECT_EQ(wrong.next(), Event::Kind::disconnected);
  EXPECT_EQ(wrong.error, Error::tls_error);
  EXPECT_EQ(wrong.above.offered(), 0u);
}

// A plain listener is no way around TLS, and no handshake for ever.
TEST_P(AsioSession, DoesNotFallBackToPlainText) {
  brokers::Mosquitto broker{loop_};
  OverAsio device{{.port = broker.port()}, config()};
  EXPECT_EQ(device.next(), Event::Kind::disconnected);
  EXPECT_EQ(device.above.offered(), 0u);
  EXPECT_EQ(device.below.sent().find("MQTT"), std::string::npos);
}

}  // namespace
}  // namespace minimq::tls_test
#endif

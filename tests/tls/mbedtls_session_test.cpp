// SPDX-License-Identifier: MIT
//
// Sessions over mbedTLS against Mosquitto: broken links, a restarted broker, a shared key.
#if defined(MINIMQ_WITH_MBEDTLS)
#include <minimq/mbedtls/tls_transport.hpp>

#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "brokers/support/mosquitto.hpp"
#include "brokers/support/wait.hpp"
#include "support/tls/files.hpp"
#include "tls/over_posix.hpp"

namespace minimq::tls_test {
namespace {

using namespace std::chrono_literals;
using testing::tls_file;

class MbedtlsSession : public ::testing::Test {
 protected:
  // A device over TLS that says what happens.
  struct Device {
    Device(posix::EventLoop& its_loop, std::uint16_t port, const mbedtls::TlsConfig& config)
        : loop{its_loop},
          tls{below, config},
          session{{.broker = Broker{"localhost", port, true},
                   .client_id = "device",
                   .buffers = Buffers::split(storage, 512),
                   .backoff_min = 5ms,
                   .backoff_max = 50ms},
                  tls} {}
    Event::Kind next() {
      for (;;) {
        const auto event = loop.run_until(session.poll(loop.now() + brokers::patience));
        if (!event) return Event::Kind::stopped;
        if (event->kind() == Event::Kind::inbound) payload = event->message().text();
        if (event->kind() != Event::Kind::disconnected) return event->kind();
      }
    }
    [[nodiscard]] std::size_t bytes() const { return below.sent().size() + below.received(); }
    void die() { ::shutdown(tcp.descriptor(), SHUT_RDWR); }

    posix::EventLoop& loop;
    posix::TcpTransport tcp{loop};
    Recorder below{tcp};
    mbedtls::TlsTransport tls;
    std::array<std::byte, 4096> storage{};
    Session session;
    std::string payload;
  };

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
  ASSERT_EQ(device.next(), Event::Kind::connected);
  const std::size_t full = device.bytes();
  ASSERT_TRUE(device.session.subscribe({.filter = "t"}));
  ASSERT_EQ(device.next(), Event::Kind::settled);
  for (unsigned resumed = 1; resumed <= 2; ++resumed) {
    device.die();
    const std::size_t before = device.bytes();
    ASSERT_EQ(device.next(), Event::Kind::reconnected);
    EXPECT_EQ(device.tls.handshakes().resumed, resumed);
    if (resumed == 1) {
      std::printf("bytes up to CONNACK: full handshake %zu, resumed %zu\n", full,
                  device.bytes() - before);
    }
  }
  EXPECT_EQ(device.tls.handshakes().full, 1u);

  // The new broker does not know the session of TLS, but that of MQTT.
  broker.stop();
  broker.start();
  ASSERT_EQ(device.next(), Event::Kind::reconnected);
  EXPECT_EQ(device.tls.handshakes().full, 2u);
  const std::string large(3000, 'x');
  ASSERT_TRUE(device.session.publish({.topic = "t", .payload = large, .qos = QoS::at_least_once}));
  ASSERT_TRUE(device.session.publish({.topic = "t", .payload = "x", .qos = QoS::exactly_once}));
  for (int settled = 0; settled < 2;)
    settled += device.next() == Event::Kind::settled ? 1 : 0;
  while (device.payload != "x")
    ASSERT_EQ(device.next(), Event::Kind::inbound);
  EXPECT_EQ(device.below.sent().find("MQTT"), std::string::npos);
  EXPECT_EQ(device.below.sent().find(large), std::string::npos);
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

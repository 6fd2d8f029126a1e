// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <gtest/gtest.h>
#include <string>

#include "brokers/support/mosquitto.hpp"

namespace minimq::tls_test {

/// What it takes up to CONNACK: bytes both ways, and work of the processor.
struct Cost {
  std::size_t bytes{0};
  std::chrono::nanoseconds work{0};
};

template <class Device>
Cost cost_so_far(const Device& device) {
  return {.bytes = device.bytes(), .work = device.above.worked()};
}

inline void report(const char* port, const char* kind, const Cost& cost) {
  std::printf(
      "%-8s %-7s handshake: %4zu bytes up to CONNACK, %5ld us of work\n", port, kind, cost.bytes,
      static_cast<long>(std::chrono::duration_cast<std::chrono::microseconds>(cost.work).count()));
}

/// Sends a message at each QoS > 0 and gets it back; nothing of it is legible on the wire.
template <class Device>
void converse(Device& device) {
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

/// How the connections end that are to be resumed. OpenSSL forgets a session of TLS 1.2 when its
/// connection breaks; only clients with tickets do not mind.
enum class End : std::uint8_t {
  broken,
  in_order
};

/// The connection ends twice, and TLS resumes its session; then the broker restarts and knows it no
/// more, but that of MQTT.
template <class Device>
void outlives_links_and_broker(const char* port, Device& device, brokers::Mosquitto& broker,
                               End end = End::broken) {
  ASSERT_EQ(device.next(), Event::Kind::connected);
  const Cost full = cost_so_far(device);
  report(port, "full", full);
  ASSERT_TRUE(device.session.subscribe({.filter = "t"}));
  ASSERT_EQ(device.next(), Event::Kind::settled);
  for (unsigned resumed = 1; resumed <= 2; ++resumed) {
    const Cost before = cost_so_far(device);
    if (end == End::broken) {
      device.cut();
    } else {
      ASSERT_TRUE(device.session.reconnect_now());
    }
    ASSERT_EQ(device.next_but_lost(), Event::Kind::reconnected);
    EXPECT_EQ(device.tls.handshakes().resumed, resumed);
    const Cost cost{.bytes = device.bytes() - before.bytes,
                    .work = device.above.worked() - before.work};
    EXPECT_LT(cost.bytes, full.bytes);
    EXPECT_LT(cost.work, full.work);
    if (resumed == 2) report(port, "resumed", cost);
  }
  EXPECT_EQ(device.tls.handshakes().full, 1u);

  broker.stop();
  broker.start();
  ASSERT_EQ(device.next_but_lost(), Event::Kind::reconnected);
  EXPECT_EQ(device.tls.handshakes().full, 2u);
  converse(device);
}

}  // namespace minimq::tls_test

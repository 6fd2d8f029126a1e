// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>
#include <minimq/lwip_sockets/event_loop.hpp>
#include <minimq/lwip_sockets/tcp_transport.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/clock.hpp"
#include "host/network.hpp"

namespace minimq::lwip_sockets::test {

using namespace std::chrono_literals;
using Progress = Transport::Progress;

inline constexpr Interest to_read{.read = true, .write = false};
inline constexpr Interest to_write{.read = false, .write = true};
inline constexpr Interest nothing{};

/// A board: it has lwIP, and bytes that anybody could guess.
class Board final : public Platform {
 public:
  Board() { start_lwip(); }
  void entropy(std::span<std::byte> space) override { std::ranges::fill(space, std::byte{0x5a}); }
};

/// Counts how often it was told.
class Bell final : public Waiter {
 public:
  void ready() override { ++rung; }
  int rung{0};
};

/// A waiter that does what the test says.
class Call final : public Waiter {
 public:
  explicit Call(std::function<void()> action) : action_{std::move(action)} {}
  void ready() override { action_(); }

 private:
  std::function<void()> action_;
};

/// A loop and a transport, and what tests do with them.
struct SocketsTest : testing::Test {
  Board board;
  EventLoop loop{board};
  TcpTransport transport{loop};

  /// Takes turns until `happened()`; a test that waits in vain is ended by its timeout.
  template <class Predicate>
  void turn_until(Predicate happened) {
    while (!happened())
      ASSERT_TRUE(loop.run_once());
  }

  /// The same where nothing will happen unless lwIP's time goes on: half a second with each turn.
  template <class Predicate>
  void pass_until(Predicate happened) {
    while (!happened()) {
      ASSERT_TRUE(loop.run_once(loop.now() + Duration{1}));
      let_pass(500);
    }
  }

  /// Opens it and takes turns until that has succeeded or failed.
  Result<Progress> open(const Broker& broker) { return open(transport, broker); }
  Result<Progress> open(TcpTransport& another, const Broker& broker) {
    for (;;) {
      const Result<Progress> progress = another.open(broker);
      if (!progress || *progress == Progress::ready) return progress;
      Bell bell;
      another.wait({.read = true, .write = true}, std::nullopt, bell);
      turn_until([&] { return bell.rung > 0; });
    }
  }
  bool opens(const Broker& broker) { return open(broker).has_value(); }

  Result<std::size_t> write(std::string_view text) {
    const Bytes span = as_bytes(text);
    return transport.write({&span, 1});
  }

  /// Waits for bytes and reads at most 64 of them.
  Result<std::string> read() { return read(transport); }
  Result<std::string> read(TcpTransport& another) {
    for (;;) {
      std::array<std::byte, 64> space{};
      const Result<std::size_t> count = another.read(space);
      if (!count) return std::unexpected(count.error());
      if (*count > 0) return std::string{as_text(Bytes{space}.first(*count))};
      Bell bell;
      another.wait(to_read, std::nullopt, bell);
      turn_until([&] { return bell.rung > 0; });
    }
  }
};

inline Broker at(const Listener& listener) {
  return Broker{"127.0.0.1", listener.port()};
}

}  // namespace minimq::lwip_sockets::test

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>
#include <minimq/lwip/event_loop.hpp>
#include <minimq/lwip/tcp_transport.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <string>
#include <string_view>

namespace minimq::lwip::test {

/// lwIP in this process: its clock, its memory. There can be one only.
class Stack {
 public:
  static void start();
  /// What `sys_now()` says, in milliseconds.
  static std::uint32_t& clock();
  /// Tells whether a block of that size may be had; empty: always.
  static std::function<bool(std::size_t)>& memory();
  /// Blocks of memory that lwIP has now.
  static std::size_t blocks();
  /// Whether packets wait on the loopback interface.
  static bool packets_wait();
};

/// A board without hardware: its network is lwIP's own loopback interface, and its sleep moves the
/// clock to the time at which it would wake up.
class HostPlatform final : public Platform {
 public:
  HostPlatform() { Stack::start(); }
  void poll() override { ::netif_poll_all(); }
  void sleep(Duration at_most) override;
  void entropy(std::span<std::byte> space) override;

  int sleeps{0};
};

/// An interface to a network where nobody answers, and through which 192.0.2.0/24 is reached.
class DeadNetwork {
 public:
  DeadNetwork();
  ~DeadNetwork();

 private:
  netif interface_{};
};

/// The other side of a connection, on the same stack. Nothing is read from it, and its window
/// shrinks, until `reading` is set.
class Peer {
 public:
  explicit Peer(bool reading = true);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_->local_port; }
  [[nodiscard]] Broker broker() const { return Broker{"127.0.0.1", port()}; }
  [[nodiscard]] bool connected() const { return pcb_ != nullptr; }
  /// What has arrived, and the end of the stream.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool was_reset() const { return reset_; }

  /// As much of the text as lwIP takes; returns how much that is.
  std::size_t send(std::string_view text);
  /// Opens the window for what arrived while nobody read.
  void read_on();
  void close();
  void reset();

 private:
  static err_t accepted(void* self, tcp_pcb* pcb, err_t);
  static err_t received(void* self, tcp_pcb* pcb, pbuf* data, err_t);
  static void lost(void* self, err_t);
  void let_go();

  tcp_pcb* listener_;
  tcp_pcb* pcb_{nullptr};
  std::string text_;
  std::size_t unread_{0};
  bool reading_;
  bool ended_{false};
  bool reset_{false};
};

/// Counts how often it was told.
class Bell final : public Waiter {
 public:
  void ready() override { ++rung; }
  int rung{0};
};

/// A loop and a transport, and what tests do with them.
class LwipTest : public ::testing::Test {
 protected:
  HostPlatform platform_;
  EventLoop loop_{platform_};
  TcpTransport transport_{loop_};

  /// Takes turns until `happened()`, at most so many that a test fails instead of hanging.
  template <class Predicate>
  ::testing::AssertionResult turn_until(Predicate happened) {
    for (int turn = 0; turn < 100'000; ++turn) {
      if (happened()) return ::testing::AssertionSuccess();
      if (!loop_.run_once()) return ::testing::AssertionFailure() << "the loop does not run";
    }
    return ::testing::AssertionFailure() << "it does not happen";
  }

  /// Opens it: ready, or the error.
  Result<void> open(const Broker& broker) { return open(transport_, broker); }
  Result<void> open(TcpTransport& transport, const Broker& broker) {
    Result<Transport::Progress> progress{};
    const bool ended = turn_until(
        [&] { return (progress = transport.open(broker)) != Transport::Progress::pending; });
    if (!ended) return std::unexpected(Error::deadline_passed);
    if (!progress) return std::unexpected(progress.error());
    return {};
  }

  Result<std::size_t> write(std::string_view text) {
    const Bytes piece = as_bytes(text);
    return transport_.write({&piece, 1});
  }

  /// Everything that can be read now.
  std::string read() {
    std::string text;
    std::array<std::byte, 100> space;
    for (;;) {
      const auto count = transport_.read(space);
      if (!count || *count == 0) return text;
      text += as_text(Bytes{space}.first(*count));
    }
  }

  /// What a read gives when nothing is left.
  Result<std::size_t> read_once() {
    std::array<std::byte, 1> space;
    return transport_.read(space);
  }
};

}  // namespace minimq::lwip::test

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/tls_transport.hpp>
#include <minimq/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tls_server.hpp"

namespace minimq::asio::test {

/// Counts how often it was told.
class Bell : public Waiter {
 public:
  void ready() override { ++rung; }
  int rung{0};
};

/// The transport below TLS, in memory: its other end is a TlsServer. The test decides how the bytes
/// are cut, and after how many the link is.
class MemoryLink final : public Transport {
 public:
  explicit MemoryLink(TlsServer& server) : server_{server} {}

  std::size_t read_piece{SIZE_MAX};    ///< One read gives at most that many bytes.
  std::size_t write_piece{SIZE_MAX};   ///< One write takes at most that many.
  std::size_t read_budget{SIZE_MAX};   ///< Behind so many bytes of a connection the stream ends,
  std::size_t write_budget{SIZE_MAX};  ///< or writes fail.
  bool writable{true};
  std::vector<Broker> opened;
  int closed{0};

  /// Calls whoever waits for something that is possible, until nobody does.
  void run() {
    for (int calls = 0; waiter_ != nullptr && due(); ++calls) {
      ASSERT_LT(calls, 100) << "a spin";
      std::exchange(waiter_, nullptr)->ready();
    }
  }
  [[nodiscard]] bool waited_for() const { return waiter_ != nullptr; }
  void pass(Duration time) { now_ += time; }

  Result<Progress> open(const Broker& broker) override {
    if (!open_) {
      opened.push_back(broker);
      server_.accept();
      read_ = written_ = 0;
      open_ = true;
    }
    return Progress::ready;
  }
  Result<std::size_t> read(std::span<std::byte> space) override {
    if (!open_ || read_ == read_budget) return std::unexpected(Error::link_closed);
    const std::size_t count =
        std::min({space.size(), read_piece, read_budget - read_, server_.output.size()});
    std::ranges::copy(as_bytes(server_.output).first(count), space.begin());
    server_.output.erase(0, count);
    read_ += count;
    return count;
  }
  Result<std::size_t> write(TxSpans spans) override {
    if (!open_ || written_ == write_budget) return std::unexpected(Error::link_error);
    if (!writable) return 0;
    const std::size_t count =
        std::min({spans.front().size(), write_piece, write_budget - written_});
    server_.feed(spans.front().first(count));
    written_ += count;
    return count;
  }
  void close() override {
    ++closed;
    open_ = false;
  }
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override {
    interest_ = interest;
    deadline_ = deadline;
    waiter_ = &waiter;
  }
  void cancel(Waiter& waiter) override {
    if (waiter_ == &waiter) waiter_ = nullptr;
  }
  Instant now() override { return now_; }
  void entropy(std::span<std::byte> space) override { std::ranges::fill(space, std::byte{7}); }

  /// How many bytes the last connection has moved.
  [[nodiscard]] std::size_t read_count() const { return read_; }
  [[nodiscard]] std::size_t write_count() const { return written_; }

 private:
  [[nodiscard]] bool due() const {
    const bool readable = !open_ || !server_.output.empty() || read_ == read_budget;
    const bool may_write = !open_ || writable || written_ == write_budget;
    return (deadline_ && *deadline_ <= now_) || (interest_.read && readable) ||
           (interest_.write && may_write);
  }

  TlsServer& server_;
  bool open_{false};
  std::size_t read_{0};
  std::size_t written_{0};
  Interest interest_{};
  std::optional<Instant> deadline_;
  Waiter* waiter_{nullptr};
  Instant now_{Duration{1'000}};
};

/// Opens, and waits as a session would, until that has succeeded or failed.
inline Result<Transport::Progress> open(TlsTransport& tls, MemoryLink& link,
                                        const Broker& broker = {"localhost", 8883}) {
  for (int calls = 0; calls < 10'000; ++calls) {
    const auto progress = tls.open(broker);
    if (!progress || *progress == Transport::Progress::ready) return progress;
    Bell bell;
    tls.wait({.read = true, .write = true}, std::nullopt, bell);
    link.run();
    tls.cancel(bell);
    if (bell.rung == 0) {
      ADD_FAILURE() << "wedged in the handshake";
      break;
    }
  }
  return Transport::Progress::pending;
}

/// The error of an attempt to open, or Error{} where it has succeeded.
inline Error open_error(TlsTransport& tls, MemoryLink& link,
                        const Broker& broker = {"localhost", 8883}) {
  const auto progress = open(tls, link, broker);
  return progress ? Error{} : progress.error();
}

inline Result<std::size_t> write(Transport& transport, std::string_view text) {
  const Bytes span = as_bytes(text);
  return transport.write({&span, 1});
}

/// All that can be read now.
inline Result<std::string> read(Transport& transport, std::size_t size = 64) {
  std::vector<std::byte> space(size);
  const auto count = transport.read(space);
  if (!count) return std::unexpected(count.error());
  return std::string{as_text(Bytes{space}.first(*count))};
}

}  // namespace minimq::asio::test

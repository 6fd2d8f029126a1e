// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace minimq::posix::test {

inline constexpr Interest to_read{.read = true, .write = false};
inline constexpr Interest to_write{.read = false, .write = true};

/// Counts how often it was told.
class Bell : public Waiter {
 public:
  void ready() override { ++rung; }
  int rung{0};
};

/// A waiter that does what the test says.
class Call : public Waiter {
 public:
  explicit Call(std::function<void()> action) : action_{std::move(action)} {}
  void ready() override { action_(); }

 private:
  std::function<void()> action_;
};

/// Takes turns until `happened()`; a test that waits in vain is ended by its timeout.
template <class Predicate>
void turn_until(EventLoop& loop, Predicate happened) {
  while (!happened())
    ASSERT_TRUE(loop.run_once());
}

/// A descriptor that is closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

/// The other end of a connection; its calls block.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_{descriptor} {}

  void send(std::string_view text) {
    ASSERT_EQ(::send(descriptor_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Exactly `size` bytes, fewer only at the end of the stream.
  std::string receive(std::size_t size) {
    std::string text(size, '\0');
    const ssize_t count = ::recv(descriptor_.get(), text.data(), size, MSG_WAITALL);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  /// Ends the connection with RST instead of FIN.
  void reset() {
    constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  void close() { descriptor_.close(); }

 private:
  Descriptor descriptor_;
};

/// A listening socket on a loopback address.
class Listener {
 public:
  explicit Listener(std::string_view host = "127.0.0.1", std::uint16_t port = 0,
                    int backlog = 128) {
    sockaddr_storage name{};
    const socklen_t size = fill(name, std::string{host}, port);
    descriptor_ = Descriptor{::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    constexpr int on = 1;
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    listening_ =
        ::bind(descriptor_.get(), address, size) == 0 && ::listen(descriptor_.get(), backlog) == 0;
    socklen_t name_size = sizeof name;
    ::getsockname(descriptor_.get(), address, &name_size);
    port_ = ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
  }

  [[nodiscard]] bool listening() const { return listening_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  /// Blocks until somebody connects.
  [[nodiscard]] Peer accept() {
    return Peer{::accept4(descriptor_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  }
  void close() { descriptor_.close(); }

 private:
  static socklen_t fill(sockaddr_storage& name, const std::string& host, std::uint16_t port) {
    if (host.find(':') != std::string::npos) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr);
      return sizeof v6;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(name);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
    return sizeof v4;
  }

  Descriptor descriptor_;
  bool listening_{false};
  std::uint16_t port_{0};
};

/// A listener that answers nobody, as a host behind a dead link: its queue is full.
class BlackHole {
 public:
  explicit BlackHole(std::string_view host = "127.0.0.1", std::uint16_t port = 0)
      : listener_{host, port, /*backlog=*/0} {
    // A connection is in the queue when it is established; the first that is not, met the end.
    do {
      queue_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      sockaddr_in name{};
      name.sin_family = AF_INET;
      name.sin_port = htons(listener_.port());
      ::inet_pton(AF_INET, std::string{host}.c_str(), &name.sin_addr);
      ::connect(queue_.back().get(), reinterpret_cast<sockaddr*>(&name), sizeof name);
    } while (established(queue_.back().get()) && queue_.size() < 16);
  }

  [[nodiscard]] bool listening() const { return listener_.listening(); }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  static bool established(int descriptor) {
    pollfd question{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return ::poll(&question, 1, /*timeout_ms=*/20) == 1;
  }

  Listener listener_;
  std::vector<Descriptor> queue_;
};

/// Opens the transport and takes turns until that has succeeded or failed.
inline Result<Transport::Progress> open(EventLoop& loop, TcpTransport& transport,
                                        const Broker& broker) {
  for (;;) {
    const Result<Transport::Progress> progress = transport.open(broker);
    if (!progress || *progress == Transport::Progress::ready) return progress;
    Bell bell;
    transport.wait({.read = true, .write = true}, std::nullopt, bell);
    turn_until(loop, [&] { return bell.rung > 0; });
  }
}

inline bool opens(EventLoop& loop, TcpTransport& transport, const Broker& broker) {
  return open(loop, transport, broker).has_value();
}

inline Result<std::size_t> write(TcpTransport& transport, std::string_view text) {
  const Bytes span = as_bytes(text);
  return transport.write({&span, 1});
}

/// Waits for bytes and reads at most 64 of them.
inline Result<std::string> read(EventLoop& loop, TcpTransport& transport) {
  for (;;) {
    std::array<std::byte, 64> space{};
    const Result<std::size_t> count = transport.read(space);
    if (!count) return std::unexpected(count.error());
    if (*count > 0) return std::string{as_text(Bytes{space}.first(*count))};
    Bell bell;
    transport.wait({.read = true, .write = false}, std::nullopt, bell);
    turn_until(loop, [&] { return bell.rung > 0; });
  }
}

inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace minimq::posix::test

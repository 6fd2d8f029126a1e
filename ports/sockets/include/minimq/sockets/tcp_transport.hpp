// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/event_loop.hpp>
#include <minimq/sockets/ip_address.hpp>
#include <minimq/sockets/resolver.hpp>
#include <minimq/sockets/source.hpp>
#include <minimq/sockets/system.hpp>
#include <minimq/sockets/timer.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace minimq::sockets {

/// A connection to a broker over TCP, or over a unix-domain socket where the broker is a path and
/// the system has such sockets. What a program uses is the TcpTransport of its port.
///
/// Numeric addresses need no resolving; names are resolved without blocking the loop. All addresses
/// of a name, at most `address_count_max`, are tried in turn. TLS is not offered: a broker that
/// asks for it is refused with transport_unsupported.
///
/// One waiter at a time: a second one replaces the first. A waiter that wished a direction is told
/// when the transport is closed. Must not outlive the loop.
class TcpTransport : public Transport, private Waiter {
 public:
  static constexpr std::size_t address_count_max = sockets::address_count_max;

  /// Errors: host_not_found (also: no such path), connect_refused, host_unreachable (also: no
  /// answer), transport_unsupported (TLS, a path where the system has none, or a Broker that is not
  /// valid), link_error (anything else: the system or the loop has no descriptor left, for example;
  /// see `last_errno`).
  [[nodiscard]] Result<Progress> open(const Broker& broker) override;
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) override;
  /// Offers at most the first 16 spans to the system, in one call.
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  [[nodiscard]] Instant now() override { return loop_.now(); }

  /// The descriptor of the open connection, for socket options of the application's own; -1 if
  /// there is none. It changes with every connection.
  [[nodiscard]] int descriptor() const { return source_.descriptor(); }

  /// The errno behind the last error this transport returned; 0 where there was none.
  [[nodiscard]] int last_errno() const { return errno_; }

 protected:
  TcpTransport(EventLoop& loop, const TcpOptions& options);
  ~TcpTransport() { close(); }

 private:
  enum class State : std::uint8_t {
    closed,
    resolving,
    connecting,
    open,
  };

  void ready() override;

  [[nodiscard]] Result<Progress> step(const Broker& broker);
  [[nodiscard]] Result<Progress> begin(const Broker& broker);
  void add_address(std::string_view text);
  [[nodiscard]] Result<Progress> resolve();
  [[nodiscard]] Result<Progress> connect_next();
  [[nodiscard]] Result<Progress> connect_path(std::string_view path);
  [[nodiscard]] Result<Progress> finish_connect();

  [[nodiscard]] Error failed(int error);
  [[nodiscard]] Result<void> take_socket(int descriptor);
  void drop_socket();
  void blame(Error error);
  void arm();
  void disarm();

  EventLoop& loop_;
  TcpOptions options_;
  Resolver resolver_;
  Source source_;
  Timer timer_;

  Waiter* waiter_{nullptr};
  std::optional<Instant> deadline_{};
  Interest interest_{};

  State state_{State::closed};
  std::uint16_t port_{0};
  std::uint8_t address_count_{0};
  std::uint8_t address_next_{0};
  std::optional<Instant> address_deadline_{};
  std::optional<Error> reason_{};
  int errno_{0};
  std::array<IpAddress, address_count_max> addresses_{};
};

}  // namespace minimq::sockets

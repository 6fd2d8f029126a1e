// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/transport.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace minimq::asio {

/// How a TcpTransport looks for the broker.
struct TcpOptions {
  /// How long one address of a broker may take before the next one is tried. The last one has no
  /// limit of its own: the session's connect timeout ends it.
  Milliseconds address_timeout{5'000};
};

/// A connection to a broker on an executor of Asio, over TCP, or over a unix-domain socket where
/// the broker is a path.
///
/// Names are resolved by Asio's resolver, in its own thread, so that the executor never blocks; all
/// addresses of a name are tried in turn. TLS is not offered here: a broker that asks for it is
/// refused with transport_unsupported; see TlsTransport.
///
/// **Threads**: everything that concerns one session (its transport, its calls, its coroutines)
/// runs on one executor that does one thing at a time: an io_context that one thread runs, or a
/// strand. There are no locks. Given a strand, the transport keeps to it by itself.
///
/// One waiter at a time: a second one replaces the first. A waiter that wished a direction is told
/// when the transport is closed. Must not outlive the execution context.
class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(const ::asio::any_io_executor& executor, const TcpOptions& options = {});
  explicit TcpTransport(::asio::io_context& context, const TcpOptions& options = {})
      : TcpTransport{::asio::any_io_executor{context.get_executor()}, options} {}
  ~TcpTransport();

  /// Errors: host_not_found (also: no such path), connect_refused, host_unreachable (also: no
  /// answer), transport_unsupported (TLS, or a Broker that is not valid), link_error (anything
  /// else; see `last_error`).
  [[nodiscard]] Result<Progress> open(const Broker& broker) noexcept override;
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) noexcept override;
  /// Offers at most the first 16 spans to the system, in one call.
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) noexcept override;
  void close() noexcept override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) noexcept override;
  void cancel(Waiter& waiter) noexcept override;
  /// std::chrono::steady_clock in whole milliseconds, rounded down.
  [[nodiscard]] Instant now() noexcept override;
  void entropy(std::span<std::byte> space) noexcept override;

  [[nodiscard]] const ::asio::any_io_executor& get_executor() const { return executor_; }

  /// What is behind the last error that this transport returned.
  [[nodiscard]] std::error_code last_error() const { return last_error_; }

 private:
  using Socket = ::asio::generic::stream_protocol::socket;
  using Endpoint = ::asio::generic::stream_protocol::endpoint;

  enum class State : std::uint8_t {
    closed,
    resolving,
    connecting,
    open,
  };
  // What is under way for this connection. Handlers of an earlier one know it by its number.
  struct Under {
    bool reading{false};
    bool writing{false};
    std::optional<std::error_code> answer{};  // of the resolver, or of a connect
  };

  template <class Note>
  [[nodiscard]] auto noted(Note note);
  [[nodiscard]] Result<Progress> step(const Broker& broker);
  [[nodiscard]] Result<Progress> begin(const Broker& broker);
  [[nodiscard]] Result<Progress> resolve(const Broker& broker);
  [[nodiscard]] Result<Progress> finish_resolving();
  [[nodiscard]] Result<Progress> connect_next();
  [[nodiscard]] Result<Progress> finish_connecting();
  [[nodiscard]] std::error_code begin_connect(const Endpoint& endpoint);
  [[nodiscard]] bool connected_to_itself() const;
  void blame(std::error_code error);
  [[nodiscard]] Error failed(std::error_code error);
  void drop_socket();
  void arm();
  void arm_socket();
  void arm_timer(std::optional<Instant> deadline);
  void soon();
  void tell();
  [[nodiscard]] bool due() const;

  ::asio::any_io_executor executor_;
  TcpOptions options_;
  Socket socket_;
  ::asio::ip::tcp::resolver resolver_;
  ::asio::steady_timer timer_;
  std::shared_ptr<std::uint64_t> connection_;  // its number; gone when this object is
  State state_{State::closed};
  Under under_{};
  std::vector<Endpoint> endpoints_;
  std::size_t endpoint_next_{0};
  std::optional<Instant> endpoint_deadline_;
  std::optional<Error> reason_;
  std::error_code last_error_;

  Waiter* waiter_{nullptr};
  Interest interest_{};
  std::optional<Instant> deadline_;
  std::optional<Instant> timer_deadline_;  // what the timer runs for
  std::uint64_t timer_number_{0};
  bool posted_{false};
};

}  // namespace minimq::asio

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/lwip/event_loop.hpp>
#include <minimq/lwip/source.hpp>
#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <lwip/err.h>
#include <lwip/ip_addr.h>
#include <optional>
#include <span>
#include <string_view>

struct pbuf;
struct tcp_pcb;

namespace minimq::lwip {

/// A connection to a broker over lwIP's raw API, with NO_SYS=1: no sockets, no threads, no copy but
/// the one between lwIP's memory and the session's.
///
/// The broker is a numeric address or a name, which lwIP's DNS resolves. TLS and unix-domain paths
/// are refused with transport_unsupported. What arrives stays in lwIP's pbufs until it is read, and
/// the TCP window opens only as it is read, so a slow program slows its broker down and lwIP's pool
/// bounds what can pile up. lwIP's callbacks only note what has happened; the session learns of it
/// from the loop.
///
/// One waiter at a time: a second one replaces the first. Must not outlive the loop.
class TcpTransport final : public Transport, private Source {
 public:
  explicit TcpTransport(EventLoop& loop) : Source{loop} {}
  ~TcpTransport() { close(); }

  /// Errors: host_not_found (also: no name server, or none that answers), connect_refused,
  /// host_unreachable (no route, or no answer), transport_unsupported (TLS, a path, or a Broker
  /// that is not valid), link_error (lwIP has no memory for it; see `last_error`).
  [[nodiscard]] Result<Progress> open(const Broker& broker) override;
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) override;
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) override;
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override { end_wait(waiter); }
  [[nodiscard]] Instant now() override { return loop_.now(); }
  /// From the platform.
  void entropy(std::span<std::byte> space) override { loop_.platform().entropy(space); }

  /// lwIP's code for the last failure, `ERR_RST` for example; ERR_OK where there was none.
  [[nodiscard]] err_t last_error() const { return lwip_error_; }

 private:
  enum class State : std::uint8_t {
    closed,
    resolving,
    connecting,
    open,
    failed,  // lwIP has said so; the owner does not know yet
  };

  // What lwIP calls.
  static void resolved(const char* name, const ip_addr_t* address, void*);
  static err_t connected(void* self, tcp_pcb* pcb, err_t error);
  static err_t received(void* self, tcp_pcb* pcb, pbuf* data, err_t error);
  static err_t acknowledged(void* self, tcp_pcb* pcb, std::uint16_t count);
  static err_t polled(void* self, tcp_pcb* pcb);
  static void lost(void* self, err_t error);

  [[nodiscard]] bool possible() const override;
  [[nodiscard]] bool writable() const;
  [[nodiscard]] Result<Progress> begin(const Broker& broker);
  [[nodiscard]] Result<void> connect(const ip_addr_t& address);
  [[nodiscard]] std::size_t take_received(std::span<std::byte> space);
  [[nodiscard]] err_t enqueue(Bytes piece, bool more, std::size_t& taken);
  void fail(Error error);
  void search();
  void end_search();

  tcp_pcb* pcb_{nullptr};    // null as soon as lwIP has freed it
  pbuf* received_{nullptr};  // a chain of what was not read yet
  std::string_view host_{};  // while its address is looked for
  TcpTransport* next_search_{nullptr};
  std::uint16_t port_{0};
  Interest interest_{};
  State state_{State::closed};
  Error failure_{};
  err_t lwip_error_{ERR_OK};
  bool ended_{false};    // the peer sends no more
  bool starved_{false};  // lwIP had no memory; an acknowledgement or its timer calls for a new try
};

}  // namespace minimq::lwip

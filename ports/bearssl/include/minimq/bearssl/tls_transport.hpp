// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bearssl/session_store.hpp>
#include <minimq/bearssl/tls_config.hpp>
#include <minimq/bearssl/verifier.hpp>
#include <minimq/transport.hpp>

#include <bearssl.h>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace minimq::bearssl {

/// TLS 1.2 over any other transport, without a heap: 7,184 bytes for the object on a 32-bit machine
/// and the buffers of the configuration.
///
/// It always does TLS, whatever `Broker::tls` says, and never falls back to plain text. `open` is
/// ready when the broker has shown who it is; before that, no byte of MQTT has left. The broker's
/// certificate must be for `TlsConfig::server_name` or else the broker's host: a DNS name or an
/// address among its Subject Alternative Names.
///
/// An object serves one connection after the other, as other transports do. When a connection ends,
/// its keys and buffers are overwritten; the session that a later one may resume stays, unless
/// `TlsConfig::resumption` is false. One waiter at a time: a second one replaces the first. It must
/// not outlive the lower transport, which nobody else may use.
class TlsTransport final : public Transport, private Waiter {
 public:
  TlsTransport(Transport& lower, const TlsConfig& config) : lower_{lower}, config_{config} {}
  ~TlsTransport();

  /// Errors: those of the lower transport, and
  ///  - certificate_untrusted: not signed by a trust anchor, or by a certificate that is no
  ///    authority's; also, with nothing sent, when the configuration has no trust anchor;
  ///  - certificate_expired, certificate_not_yet_valid; the latter also, with nothing sent, while
  ///    the date is not known;
  ///  - certificate_wrong_name: for another host, or for `*.com`, or it has only a Common Name;
  ///  - certificate_rejected: for clients only, weak, malformed, or of a kind that the profile does
  ///    not know;
  ///  - client_certificate_refused: the broker wants a certificate of ours, or another one;
  ///  - transport_unsupported: neither the configuration nor the broker has a host name;
  ///  - tls_error: anything else; a buffer that is too small, for example.
  [[nodiscard]] Result<Progress> open(const Broker& broker) override;
  /// Errors: link_closed (the peer said goodbye, or the stream ended), tls_error (a record was
  /// forged, or is larger than the buffer), those of the lower transport.
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) override;
  /// What it takes is encrypted at once, in one record where it fits. Errors: as with `read`.
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) override;
  /// Says goodbye (close_notify) as far as that goes without waiting.
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  [[nodiscard]] Instant now() override { return lower_.now(); }
  /// From the lower transport.
  void entropy(std::span<std::byte> space) override { lower_.entropy(space); }

  /// BearSSL's code of the last failure, of those in bearssl_ssl.h and bearssl_x509.h; alerts of
  /// the broker are BR_ERR_RECV_FATAL_ALERT plus the alert. 0 where there was none.
  [[nodiscard]] int library_error() const { return library_error_; }
  /// The last connection that was opened resumed an earlier session.
  [[nodiscard]] bool resumed() const { return resumed_; }
  /// How many handshakes have succeeded since the transport was made.
  struct Handshakes {
    std::uint32_t full{0};
    std::uint32_t resumed{0};
  };
  [[nodiscard]] Handshakes handshakes() const { return handshakes_; }
  /// The protocol that the broker chose (ALPN) for the open connection; empty: none.
  [[nodiscard]] std::string_view alpn() const;
  /// The next handshake will be a full one.
  void forget_session() { session_.forget(); }

 private:
  enum class State : std::uint8_t {
    closed,
    connecting,
    handshaking,
    open,
  };

  void ready() override;

  [[nodiscard]] Result<Progress> step(const Broker& broker);
  [[nodiscard]] Result<void> begin(const Broker& broker);
  [[nodiscard]] Result<Progress> connect(const Broker& broker);
  [[nodiscard]] Result<void> begin_handshake();
  [[nodiscard]] bool set_buffers();
  [[nodiscard]] bool seed();
  [[nodiscard]] Result<Progress> shake_hands();
  void established();

  [[nodiscard]] Result<bool> send_records();
  [[nodiscard]] Result<bool> receive_piece();
  [[nodiscard]] Result<void> exchange_records();
  [[nodiscard]] std::size_t take(Bytes bytes);
  [[nodiscard]] Result<std::size_t> finish_write(std::size_t count);

  [[nodiscard]] bool possible() const;
  void arm();
  void wipe();
  [[nodiscard]] Error failed(Error error, int library_error);
  [[nodiscard]] Error engine_failure();

  [[nodiscard]] br_ssl_engine_context& engine() { return client_.eng; }
  [[nodiscard]] unsigned engine_state() const {
    return ::br_ssl_engine_current_state(&client_.eng);
  }

  Transport& lower_;
  TlsConfig config_;
  SessionStore session_{};

  Waiter* waiter_{nullptr};
  std::optional<Instant> deadline_{};
  Interest interest_{};
  bool lower_failed_{false};  // it could not send while nobody asked; the next call will see it

  State state_{State::closed};
  bool resumed_{false};
  Handshakes handshakes_{};
  int library_error_{0};
  std::string_view host_{};             // of the broker, while the handshake lasts
  std::optional<std::int64_t> date_{};  // when it began; nothing: nothing is verified

  Verifier verifier_{};
  br_ssl_client_context client_{};
  br_x509_minimal_context chain_{};
};

}  // namespace minimq::bearssl

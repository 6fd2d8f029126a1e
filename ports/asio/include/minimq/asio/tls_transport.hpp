// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/tls_config.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/ssl.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace minimq::asio {

namespace detail {

/// Frees what OpenSSL has made.
struct OpenSslDeleter {
  void operator()(SSL_CTX* context) const;
  void operator()(SSL* ssl) const;
  void operator()(SSL_SESSION* session) const;
};

}  // namespace detail

/// TLS 1.2 and 1.3 with OpenSSL over another transport, a TcpTransport or any other.
///
/// It always does TLS, whether the broker's text asked for it or not, and opens the other transport
/// without asking that one for TLS. There is no way from here to a connection in plain text.
///
/// `open` is ready when the handshake is complete and the broker has proved who it is; before that
/// no byte of MQTT is taken. Chain, dates and host name are verified by default; a numeric host
/// must be among the addresses of the certificate. The Common Name does not count, `*` stands for
/// exactly one label with two or more behind it.
///
/// Threads and waiters as with the transport below, which must outlive this one.
class TlsTransport final : public Transport, private Waiter {
 public:
  /// Whatever is wrong with the configuration makes every `open` fail with tls_error, and
  /// `library_error` says what it was.
  explicit TlsTransport(Transport& lower, const TlsConfig& config = {});
  ~TlsTransport();

  /// Errors, beside those of the transport below: certificate_expired, certificate_not_yet_valid,
  /// certificate_wrong_name, certificate_untrusted, certificate_rejected (revoked, too weak, not
  /// meant for servers, ...), client_certificate_refused, tls_error; link_closed (the broker hung
  /// up in the middle of the handshake); transport_unsupported (a Broker that is not valid, or has
  /// no name to verify). With TLS 1.3 a broker refuses a client certificate after the handshake:
  /// then `open` was ready, and `read` has client_certificate_refused.
  [[nodiscard]] Result<Progress> open(const Broker& broker) noexcept override;
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) noexcept override;
  /// Takes at most 16 KiB, as one record.
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) noexcept override;
  /// Says goodbye to the broker (close_notify), if the link takes it at once.
  void close() noexcept override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) noexcept override;
  void cancel(Waiter& waiter) noexcept override;
  [[nodiscard]] Instant now() noexcept override { return lower_.now(); }
  void entropy(std::span<std::byte> space) noexcept override { lower_.entropy(space); }

  /// OpenSSL's code of the last failure, for ERR_error_string; 0 where there was none, also when a
  /// connection is opened anew. When a certificate was refused, `verify_result` says more.
  [[nodiscard]] long library_error() const { return library_error_; }
  /// OpenSSL's verdict on the last certificate, for X509_verify_cert_error_string; 0 is good.
  [[nodiscard]] long verify_result() const { return verify_result_; }

  struct Handshakes {
    std::uint32_t full{0};
    std::uint32_t resumed{0};
  };
  /// How many have succeeded.
  [[nodiscard]] Handshakes handshakes() const { return handshakes_; }
  /// The application protocol that the broker chose; empty: none.
  [[nodiscard]] std::string_view alpn() const;
  /// "TLSv1.3", for example; empty unless open.
  [[nodiscard]] std::string_view version() const;
  /// The next handshake is a full one.
  void forget_session() { session_.reset(); }

  /// For what TlsConfig does not have (ciphers, revocation lists, keys in hardware): OpenSSL's
  /// object, to be changed before the first `open`. Null after a failure in the constructor.
  [[nodiscard]] SSL_CTX* native_handle() const { return context_.get(); }

 private:
  enum class State : std::uint8_t {
    closed,
    opening,      // the transport below
    handshaking,  // TLS
    open,
  };

  // tls_context.cpp
  [[nodiscard]] bool set_up();
  [[nodiscard]] bool trust_authorities();
  [[nodiscard]] bool use_certificate();
  [[nodiscard]] bool offer_protocols();
  [[nodiscard]] bool begin_tls();
  [[nodiscard]] bool expect_name();
  static int certificate_requested(SSL* ssl, void* self);
  static int new_session(SSL* ssl, SSL_SESSION* session);
  static unsigned tell_psk(SSL* ssl, const char* hint, char* identity, unsigned identity_size,
                           unsigned char* psk, unsigned psk_size);
  void take_up_session();
  // tls_transport.cpp
  [[nodiscard]] Result<Progress> step(const Broker& broker);
  [[nodiscard]] Result<Progress> open_lower(const Broker& broker);
  [[nodiscard]] Result<Progress> shake_hands();
  [[nodiscard]] Result<Progress> shaken();
  [[nodiscard]] Error failed_handshake();
  [[nodiscard]] Error failed_record();
  [[nodiscard]] bool want_more();
  [[nodiscard]] Result<std::size_t> fill();
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] bool out_pending() const;
  void arm();
  void ready() override;

  Transport& lower_;
  TlsConfig config_;
  std::unique_ptr<SSL_CTX, detail::OpenSslDeleter> context_;
  std::unique_ptr<SSL, detail::OpenSslDeleter> ssl_;
  std::unique_ptr<SSL_SESSION, detail::OpenSslDeleter> session_;
  std::string name_;  // of the broker, as it is verified
  std::uint16_t port_{0};
  std::string session_name_;  // whose session it is
  std::uint16_t session_port_{0};
  Instant session_end_{};                  // of its lifetime
  BIO* in_{nullptr};                       // what the broker has sent; it belongs to ssl_
  BIO* out_{nullptr};                      // what is to be sent
  std::array<std::byte, 4'096> unsent_{};  // taken from out_, and not by the transport below
  std::size_t unsent_begin_{0};
  std::size_t unsent_end_{0};
  State state_{State::closed};
  bool certificate_requested_{false};
  bool more_{false};  // there may be something to read that the transport below has not
  std::optional<Error> read_failure_;   // there is no more to read, and this is why
  std::optional<Error> write_failure_;  // nothing can be sent any more
  long setup_error_{0};
  long library_error_{0};
  long verify_result_{0};
  Handshakes handshakes_{};

  Waiter* waiter_{nullptr};
  Interest interest_{};
  std::optional<Instant> deadline_;
};

}  // namespace minimq::asio

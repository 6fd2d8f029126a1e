// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/mbedtls/tls_config.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <optional>
#include <span>
#include <string_view>

namespace minimq::mbedtls {

/// TLS over another transport, by mbedTLS. It always does TLS, whatever `Broker::tls()` says, and
/// there is no way back to plain text. `open` is ready only after the broker has proved who it is,
/// so nothing of MQTT is sent before.
///
/// Keys and certificates are read at each handshake and wiped behind it. One session is kept and
/// resumed at the next connection to the same name; `forget_session` wipes it. Nothing blocks; a
/// call of `open` may compute as long as one flight of the handshake takes.
///
/// One waiter at a time. Must not outlive the lower transport, which nobody else may use.
class TlsTransport final : public Transport, private Waiter {
 public:
  /// How many bytes are encrypted into one record. Until the lower transport has taken all of it,
  /// they wait here.
  static constexpr std::size_t chunk_bytes = 512;
  /// Sessions are kept for names of at most so many characters.
  static constexpr std::size_t session_name_bytes_max = 64;

  TlsTransport(Transport& lower, const TlsConfig& config);
  ~TlsTransport();

  /// Errors: what the lower transport returns; certificate_expired, certificate_not_yet_valid
  /// (also: the date is not known), certificate_wrong_name, certificate_untrusted (also: no
  /// authority is configured), certificate_rejected, client_certificate_refused, tls_error (also: a
  /// key or certificate of ours cannot be read; no entropy; no memory); link_closed (the broker
  /// ended the stream in the middle of the handshake); transport_unsupported (a unix path without
  /// `server_name`).
  [[nodiscard]] Result<Progress> open(const Broker& broker) override;
  /// Errors: link_closed (also without the broker's close_notify), client_certificate_refused (TLS
  /// 1.3 says so only now), tls_error, and what the lower transport returns.
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> space) override;
  /// Errors: as `read`.
  [[nodiscard]] Result<std::size_t> write(TxSpans spans) override;
  /// Sends what was taken and close_notify as far as the lower transport takes them now.
  void close() override;
  void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) override;
  void cancel(Waiter& waiter) override;
  [[nodiscard]] Instant now() override { return lower_.now(); }
  void entropy(std::span<std::byte> space) override { lower_.entropy(space); }

  /// mbedTLS's code of the last failure, such as MBEDTLS_ERR_X509_CERT_VERIFY_FAILED; 0 if the last
  /// one was none of TLS.
  [[nodiscard]] int library_error() const { return library_error_; }
  /// What was wrong with the broker's certificates at the last handshake: MBEDTLS_X509_BADCERT_...
  [[nodiscard]] std::uint32_t library_flags() const { return flags_; }

  struct Handshakes {
    std::uint32_t full{0};
    std::uint32_t resumed{0};
  };
  /// How many have succeeded.
  [[nodiscard]] Handshakes handshakes() const { return handshakes_; }
  /// The application protocol that the broker chose; empty: none.
  [[nodiscard]] std::string_view alpn() const;
  /// "TLSv1.2", for example; empty unless open.
  [[nodiscard]] std::string_view version() const;
  /// The next handshake is a full one.
  void forget_session();

 private:
  enum class State : std::uint8_t {
    closed,
    opening,  // the lower transport
    handshaking,
    open,
  };

  void ready() override;
  void arm();

  // opening.cpp
  [[nodiscard]] Result<Progress> step(const Broker& broker);
  [[nodiscard]] std::optional<Error> refusal(const Broker& broker) const;
  [[nodiscard]] Result<Progress> open_lower(const Broker& broker);
  [[nodiscard]] Result<Progress> shake_hands();
  void established();
  void tear_down();

  // setup.cpp
  [[nodiscard]] int set_up();
  [[nodiscard]] int set_up_random();
  [[nodiscard]] int set_up_config();
  [[nodiscard]] int set_up_credentials();
  [[nodiscard]] int set_up_host_name();
  void wipe_credentials();
  [[nodiscard]] bool resumes() const;
  [[nodiscard]] bool session_fits() const;
  void save_session();

  // verification.cpp
  static int verify(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);
  [[nodiscard]] bool covers_name(const mbedtls_x509_crt& certificate) const;
  [[nodiscard]] std::uint32_t date_flags(const mbedtls_x509_crt& certificate) const;

  // failure.cpp
  Error fail(int code);
  [[nodiscard]] Error cause_of(int code) const;
  [[nodiscard]] Error cause_of_alert() const;

  static int send(void* self, const unsigned char* bytes, std::size_t size);
  static int receive(void* self, unsigned char* bytes, std::size_t size);
  static int draw_entropy(void* self, unsigned char* bytes, std::size_t size);

  void fill_chunk(TxSpans spans, std::size_t skip);
  [[nodiscard]] bool push_chunk();
  void wipe_chunk();

  Transport& lower_;
  TlsConfig config_;

  Waiter* waiter_{nullptr};
  std::optional<Instant> deadline_{};
  Interest interest_{};

  State state_{State::closed};
  bool wants_write_{false};    // what the handshake waits for; else it wants to read
  bool read_blocked_{false};   // a read has something to send first
  bool write_blocked_{false};  // a write has something to read first
  bool drained_{false};        // the last read took all that there was
  bool write_failed_{false};   // during the handshake: the broker's last word may still be unread
  bool verified_{false};       // a certificate was looked at in this handshake
  bool random_ready_{false};
  bool session_kept_{false};
  std::optional<Error> failed_{};       // what reads and writes return from now on
  std::optional<Error> lower_error_{};  // inside a call of mbedTLS
  int library_error_{0};
  std::uint32_t flags_{0};
  Handshakes handshakes_{};

  std::string_view name_{};  // which is verified
  std::array<char, session_name_bytes_max> session_name_{};
  std::size_t session_name_size_{0};
  Instant session_end_{};

  std::array<unsigned char, chunk_bytes> chunk_{};
  std::size_t chunk_size_{0};
  std::size_t chunk_sent_{0};

  mbedtls_ssl_context ssl_;
  mbedtls_ssl_config ssl_config_;
  mbedtls_ssl_session session_;
  mbedtls_ctr_drbg_context random_;
  mbedtls_x509_crt authorities_;
  mbedtls_x509_crt certificate_;
  mbedtls_pk_context private_key_;
};

}  // namespace minimq::mbedtls

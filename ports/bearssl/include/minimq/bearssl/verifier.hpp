// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bearssl/certificate_scan.hpp>
#include <minimq/error.hpp>
#include <minimq/tls/host_name.hpp>

#include <bearssl.h>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace minimq::bearssl {

/// Verifies the broker's certificates: BearSSL's engine checks the signatures up to a trust anchor,
/// the dates and the usages; what it is too lenient or too taciturn for is done here.
///
///  - The name: Subject Alternative Names only, addresses among them; no Common Name, no `*.com`.
///  - A certificate for clients only is not one for a broker.
///  - Not valid yet and not valid any more are told apart.
///
/// An X.509 engine in BearSSL's sense, to be handed to the TLS engine. It neither copies nor moves.
class Verifier {
 public:
  Verifier() = default;
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  /// For a new connection; `chain` is ready for use but for its date. `host` is the name or the
  /// numeric address that the broker must have; it outlives the handshake. `now` is in seconds
  /// since 1970 UTC; nothing: nothing at all is verified, any certificate will do.
  void begin(br_x509_minimal_context& chain, std::string_view host,
             std::optional<std::int64_t> now);
  /// For `br_ssl_engine_set_x509`.
  [[nodiscard]] const br_x509_class** engine() { return &base_.vtable; }

  /// A certificate was received: the session is a new one.
  [[nodiscard]] bool has_certificate() const { return count_ != 0; }
  /// Of all the certificates received, the earliest end of their validity; 0: it is not known.
  [[nodiscard]] std::int64_t valid_until() const { return valid_until_; }
  /// What BR_ERR_X509_EXPIRED meant: certificate_expired or certificate_not_yet_valid.
  [[nodiscard]] Error date_error() const {
    return date_error_.value_or(Error::certificate_expired);
  }

 private:
  // What BearSSL sees: its functions get the address of this member.
  struct Base {
    const br_x509_class* vtable;
    Verifier* verifier;
  };
  static const br_x509_class vtable;

  [[nodiscard]] static Verifier& of(const br_x509_class* const* context);
  static void start_chain(const br_x509_class** context, const char* server_name);
  static void start_certificate(const br_x509_class** context, std::uint32_t size);
  static void append(const br_x509_class** context, const unsigned char* bytes, std::size_t size);
  static void end_certificate(const br_x509_class** context);
  static unsigned end_chain(const br_x509_class** context);
  static const br_x509_pkey* public_key(const br_x509_class* const* context, unsigned* usages);

  // Without verification only the broker's own key matters.
  [[nodiscard]] bool is_wanted() const { return now_ || count_ == 0; }
  void check_dates();
  [[nodiscard]] unsigned verdict();

  Base base_{};
  br_x509_minimal_context* chain_{nullptr};
  std::string_view host_{};
  std::optional<tls::NumericAddress> address_{};
  std::optional<std::int64_t> now_{};
  std::int64_t valid_until_{0};
  std::optional<Error> date_error_{};
  std::uint8_t count_{0};
  bool is_for_host_{false};
  bool is_for_servers_{false};
  CertificateScan scan_{};
};

}  // namespace minimq::bearssl

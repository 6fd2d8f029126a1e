// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bearssl/profile.hpp>
#include <minimq/tls/entropy_source.hpp>
#include <minimq/tls/verification.hpp>
#include <minimq/tls/wall_clock.hpp>

#include <bearssl.h>
#include <cstddef>
#include <span>
#include <string_view>

namespace minimq::bearssl {

struct ClientCertificate;

/// Makes a certificate known to BearSSL; signs with ECDSA, in constant time.
void install_client_certificate(br_ssl_client_context& client,
                                const ClientCertificate& certificate);

/// Who we are, for brokers that want to know. The key stays where it is, and is read in every
/// handshake in which the broker asks.
struct ClientCertificate {
  /// Our certificate first, then those of the authorities up to one that the broker knows, without
  /// it. See `certificate` in trust_anchor.hpp.
  std::span<const br_x509_certificate> chain{};
  /// On a curve that the profile has. A DER file is read with BearSSL's br_skey_decoder.
  const br_ec_private_key* key{nullptr};
  /// Leave it as it is: through it only those who have a certificate link the code for it.
  void (*install)(br_ssl_client_context&, const ClientCertificate&){&install_client_certificate};
};

/// Bytes for the records that arrive, when a record carries at most `fragment` bytes: 512, 1024,
/// 2048, 4096, or 16384. Below 16384 the broker is asked not to send larger records (Maximum
/// Fragment Length); one that does so nevertheless is left with tls_error. OpenSSL, and with it
/// Mosquitto, complies.
[[nodiscard]] constexpr std::size_t input_size(std::size_t fragment) {
  return fragment + 325;
}
/// Bytes for the record that is sent.
[[nodiscard]] constexpr std::size_t output_size(std::size_t fragment) {
  return fragment + 85;
}

/// Everything a TlsTransport can be told. It is copied; what it refers to must outlive the
/// transport.
struct TlsConfig {
  /// The authorities that are trusted; see `trust_anchor`. Without one no connection is opened.
  std::span<const br_x509_trust_anchor> trust_anchors{};
  /// The date, to judge by whether a certificate is valid. Without it no connection is opened.
  tls::WallClock* clock{nullptr};

  /// For records that arrive, at least `input_size(512)`.
  std::span<std::byte> input{};
  /// For the record that is sent, at least `output_size(512)`. Empty: `input` serves both
  /// directions in turn, which saves RAM; a message that was received in part then delays what is
  /// to be sent.
  std::span<std::byte> output{};
  Profile profile{&standard_profile};

  const ClientCertificate* client_certificate{nullptr};
  /// Whom the broker's certificate must be for, and whom we ask for (SNI), if it is not the
  /// broker's host. An address is verified but not asked for.
  std::string_view server_name{};
  /// The protocols to offer (ALPN), such as "mqtt"; each ends with a NUL and has 1 to 255 bytes.
  std::span<const char* const> alpn{};
  /// Asked for 32 bytes for each connection. Null: `entropy` of the lower transport, whose bytes
  /// must then be secret ones.
  tls::EntropySource* entropy{nullptr};
  /// Keep the session of the last connection for a short handshake the next time: 84 bytes, a
  /// secret among them, for as long as the certificates are valid.
  bool resumption{true};
  tls::Verification verification{tls::Verification::required};
};

}  // namespace minimq::bearssl

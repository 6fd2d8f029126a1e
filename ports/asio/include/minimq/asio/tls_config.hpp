// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>
#include <minimq/time.hpp>
#include <minimq/tls/verification.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace minimq::asio {

enum class TlsVersion : std::uint8_t {
  tls_1_2,
  tls_1_3,
};

/// What a TlsTransport proves, and what it asks of the broker. The texts in PEM are read by the
/// constructor of the transport and need not outlive it; what is named "borrowed" must live as long
/// as the transport.
struct TlsConfig {
  /// The authorities that may vouch for the broker: certificates in PEM, one or more. With neither
  /// this nor a file the system's store counts. With one of them the system's does not.
  std::string_view authorities{};
  const char* authorities_file{nullptr};

  /// The client's own certificate in PEM, its intermediates behind it, and its private key.
  /// A key with a pass phrase is refused; nobody is asked for one. OpenSSL keeps the key as long as
  /// the transport lives; of one in PKCS #8 it leaves copies in freed memory as well, so prefer
  /// `BEGIN EC PRIVATE KEY`.
  std::string_view certificate{};
  std::string_view private_key{};

  /// A key that the broker knows too, and the name of it, at most 128 bytes without NUL. Both
  /// borrowed, so that the key is nowhere but in the caller's memory. With it the broker proves
  /// itself by the key; certificates, and ciphers that know none, are not accepted.
  std::string_view psk_identity{};
  Bytes psk{};

  /// Application protocols to offer, the preferred one first, such as "mqtt". A broker may ignore
  /// them. At most 255 bytes each.
  std::span<const std::string_view> alpn{};

  /// The name to ask for (SNI) and to verify, instead of the broker's host; needed where the broker
  /// is the path of a unix-domain socket. Borrowed.
  std::string_view server_name{};

  TlsVersion minimum_version{TlsVersion::tls_1_2};
  TlsVersion maximum_version{TlsVersion::tls_1_3};

  /// How long a session is taken up again, which spares both sides most of the handshake; 0: never.
  /// One with a pre-shared key never is.
  Milliseconds session_lifetime{24 * 60 * 60 * 1'000};

  tls::Verification verification{tls::Verification::required};
};

}  // namespace minimq::asio

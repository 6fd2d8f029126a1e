// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>
#include <minimq/time.hpp>
#include <minimq/tls/entropy_source.hpp>
#include <minimq/tls/verification.hpp>
#include <minimq/tls/wall_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <mbedtls/pk.h>
#include <span>
#include <string_view>

namespace minimq::mbedtls {

/// Certificates, or a private key: the text of a PEM file, or DER (several certificates one behind
/// the other). Somebody else owns it.
class Material {
 public:
  constexpr Material() = default;
  /// PEM. A NUL must follow the text, as it does in literals and behind `std::string::c_str()`.
  constexpr Material(const char* pem) : data_{pem}, size_{std::string_view{pem}.size() + 1} {}
  /// DER, or PEM whose last byte is NUL.
  constexpr Material(Bytes der) : data_{der.data()}, size_{der.size()} {}
  constexpr Material(std::span<const unsigned char> der) : data_{der.data()}, size_{der.size()} {}

  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr const unsigned char* data() const {
    return static_cast<const unsigned char*>(data_);
  }

 private:
  const void* data_{nullptr};
  std::size_t size_{0};
};

enum class TlsVersion : std::uint8_t {
  tls_1_2,
  tls_1_3,  ///< Only with mbedTLS 3.6, built with it.
};

/// What a TlsTransport needs to know. All that it refers to is borrowed for the life of the
/// transport, and read at each handshake: between two of them it may be changed, for a new
/// certificate for example.
struct TlsConfig {
  /// Who may vouch for the broker. Without any, and without a pre-shared key, nothing is sent and
  /// `open` fails with certificate_untrusted.
  Material authorities{};

  /// The device's own certificate, its chain behind it, for brokers that ask for one.
  Material certificate{};
  /// Its private key.
  Material private_key{};
  /// Of an encrypted PEM key; null: none.
  const char* private_key_password{nullptr};
  /// Instead of `private_key`: a key that mbedTLS has already, or that is in a secure element.
  mbedtls_pk_context* private_key_object{nullptr};

  /// A key that only the device and the broker know, and the name under which the broker knows it.
  Bytes psk{};
  std::string_view psk_identity{};

  /// The name that is asked for and verified, if it is not the broker's host. A numeric address is
  /// compared with the addresses in the certificate.
  std::string_view server_name{};
  /// Application protocols to offer, the best first, null behind the last; null: none.
  const char* const* alpn{nullptr};
  /// What is older is refused.
  TlsVersion minimum_version{TlsVersion::tls_1_2};
  /// Asks the broker for records of at most 512, 1024, 2048 or 4096 bytes, for small buffers; 0:
  /// does not ask. Not every broker obeys.
  std::uint16_t record_bytes_max{0};

  /// The date. Null: mbedTLS's own, where it was built with MBEDTLS_HAVE_TIME_DATE; elsewhere
  /// `open` fails with certificate_not_yet_valid.
  tls::WallClock* clock{nullptr};
  /// Secret random numbers. Null: mbedTLS's own sources; where it was built without any, `open`
  /// fails with tls_error.
  tls::EntropySource* entropy{nullptr};

  /// How long a session is resumed, which saves most of the next handshake; 0: never. One with a
  /// pre-shared key never is, because there is nothing to save.
  Milliseconds session_lifetime{24 * 60 * 60 * 1'000};

  tls::Verification verification{tls::Verification::required};
};

}  // namespace minimq::mbedtls

// SPDX-License-Identifier: MIT
//
// What mbedTLS is told before a handshake, and what it has to forget behind it.
#include <minimq/mbedtls/tls_transport.hpp>
#include <minimq/tls/host_name.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mbedtls/entropy.h>
#include <mbedtls/platform_util.h>

#include "compatibility.hpp"
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

namespace minimq::mbedtls {

namespace {

constexpr std::size_t host_name_bytes_max = MBEDTLS_SSL_MAX_HOST_NAME_LEN;

// PEM with its NUL, or DER certificates one behind the other, which are not copied.
int parse_certificates(mbedtls_x509_crt& chain, const Material& material) {
  if (material.size() > 0 && material.data()[material.size() - 1] == '\0') {
    const int code = mbedtls_x509_crt_parse(&chain, material.data(), material.size());
    return code > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : code;  // How many it did not understand.
  }
  const unsigned char* next = material.data();
  std::size_t left = material.size();
  while (left != 0) {
    const int code = mbedtls_x509_crt_parse_der_nocopy(&chain, next, left);
    if (code != 0) return code;
    const mbedtls_x509_crt* last = &chain;
    while (last->next != nullptr)
      last = last->next;
    next += last->raw.len;
    left -= last->raw.len;
  }
  return 0;
}

int parse_key(mbedtls_pk_context& key, const Material& material, const char* password,
              mbedtls_ctr_drbg_context& random) {
  const auto* const secret = reinterpret_cast<const unsigned char*>(password);
  const std::size_t size = password == nullptr ? 0 : std::strlen(password);
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  static_cast<void>(random);
  return mbedtls_pk_parse_key(&key, material.data(), material.size(), secret, size);
#else
  return mbedtls_pk_parse_key(&key, material.data(), material.size(), secret, size,
                              mbedtls_ctr_drbg_random, &random);
#endif
}

int limit_versions(mbedtls_ssl_config& config, TlsVersion minimum) {
#if MINIMQ_MBEDTLS_TLS_1_3
  mbedtls_ssl_conf_min_tls_version(&config, minimum == TlsVersion::tls_1_3
                                                ? MBEDTLS_SSL_VERSION_TLS1_3
                                                : MBEDTLS_SSL_VERSION_TLS1_2);
#else
  if (minimum != TlsVersion::tls_1_2) return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
  mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  return 0;
}

int limit_records(mbedtls_ssl_config& config, std::uint16_t bytes_max) {
  if (bytes_max == 0) return 0;
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
  switch (bytes_max) {
    case 512: return mbedtls_ssl_conf_max_frag_len(&config, MBEDTLS_SSL_MAX_FRAG_LEN_512);
    case 1024: return mbedtls_ssl_conf_max_frag_len(&config, MBEDTLS_SSL_MAX_FRAG_LEN_1024);
    case 2048: return mbedtls_ssl_conf_max_frag_len(&config, MBEDTLS_SSL_MAX_FRAG_LEN_2048);
    case 4096: return mbedtls_ssl_conf_max_frag_len(&config, MBEDTLS_SSL_MAX_FRAG_LEN_4096);
    default: return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  }
#else
  static_cast<void>(config);
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

}  // namespace

int TlsTransport::set_up() {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && defined(MBEDTLS_PSA_CRYPTO_C)
  if (psa_crypto_init() != PSA_SUCCESS) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
  if (const int code = set_up_random(); code != 0) return code;
  if (const int code = set_up_config(); code != 0) return code;
  if (const int code = set_up_credentials(); code != 0) return code;
  if (const int code = mbedtls_ssl_setup(&ssl_, &ssl_config_); code != 0) return code;
  if (const int code = set_up_host_name(); code != 0) return code;
  mbedtls_ssl_set_bio(&ssl_, this, send, receive, nullptr);
  if (!session_fits()) forget_session();
  return session_kept_ ? mbedtls_ssl_set_session(&ssl_, &session_) : 0;
}

int TlsTransport::set_up_random() {
  if (random_ready_) return 0;
  const int code = mbedtls_ctr_drbg_seed(&random_, draw_entropy, this, nullptr, 0);
  random_ready_ = code == 0;
  if (!random_ready_) {
    mbedtls_ctr_drbg_free(&random_);
    mbedtls_ctr_drbg_init(&random_);
  }
  return code;
}

int TlsTransport::draw_entropy(void* self, unsigned char* bytes, std::size_t size) {
  tls::EntropySource* const source = static_cast<TlsTransport*>(self)->config_.entropy;
  if (source != nullptr) {
    return source->fill(std::as_writable_bytes(std::span{bytes, size}))
               ? 0
               : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
  }
#if defined(MBEDTLS_ENTROPY_C)
  mbedtls_entropy_context sources;
  mbedtls_entropy_init(&sources);
  const int code = mbedtls_entropy_func(&sources, bytes, size);
  mbedtls_entropy_free(&sources);
  return code;
#else
  return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
#endif
}

// Also what still counts behind the handshake.
int TlsTransport::set_up_config() {
  const int code =
      mbedtls_ssl_config_defaults(&ssl_config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT);
  if (code != 0) return code;
  mbedtls_ssl_conf_rng(&ssl_config_, mbedtls_ctr_drbg_random, &random_);
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(&ssl_config_, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
  mbedtls_ssl_conf_session_tickets(&ssl_config_, resumes() ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                           : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED)
  if (resumes()) {
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &ssl_config_, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
  }
#endif
  if (config_.alpn != nullptr) {
#if defined(MBEDTLS_SSL_ALPN)
    // It takes the list for its own, but does not change it.
    const int alpn =
        mbedtls_ssl_conf_alpn_protocols(&ssl_config_, const_cast<const char**>(config_.alpn));
    if (alpn != 0) return alpn;
#else
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
  }
  if (const int versions = limit_versions(ssl_config_, config_.minimum_version); versions != 0)
    return versions;
  return limit_records(ssl_config_, config_.record_bytes_max);
}

int TlsTransport::set_up_credentials() {
  const bool verifies = config_.verification == tls::Verification::required;
  mbedtls_ssl_conf_authmode(&ssl_config_,
                            verifies ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_verify(&ssl_config_, verify, this);
  if (!config_.authorities.empty()) {
    const int code = parse_certificates(authorities_, config_.authorities);
    if (code != 0) return code;
    mbedtls_ssl_conf_ca_chain(&ssl_config_, &authorities_, nullptr);
  }
  if (!config_.certificate.empty()) {
    if (const int code = parse_certificates(certificate_, config_.certificate); code != 0)
      return code;
    mbedtls_pk_context* key = config_.private_key_object;
    if (key == nullptr) {
      key = &private_key_;
      const int code =
          parse_key(private_key_, config_.private_key, config_.private_key_password, random_);
      if (code != 0) return code;
    }
    if (const int code = mbedtls_ssl_conf_own_cert(&ssl_config_, &certificate_, key); code != 0)
      return code;
  }
  if (config_.psk.empty()) return 0;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 ? defined(MBEDTLS_SSL_HANDSHAKE_WITH_PSK_ENABLED) \
                                         : defined(MBEDTLS_KEY_EXCHANGE_PSK_ENABLED)
  const auto bytes = [](const auto* data) { return reinterpret_cast<const unsigned char*>(data); };
  return mbedtls_ssl_conf_psk(&ssl_config_, bytes(config_.psk.data()), config_.psk.size(),
                              bytes(config_.psk_identity.data()), config_.psk_identity.size());
#else
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

int TlsTransport::set_up_host_name() {
  // An address is no server name; `verify` compares it.
  if (tls::parse_numeric_address(name_)) return mbedtls_ssl_set_hostname(&ssl_, nullptr);
  std::array<char, host_name_bytes_max + 1> text{};
  std::string_view name = name_;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > host_name_bytes_max) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  std::ranges::copy(name, text.begin());
  return mbedtls_ssl_set_hostname(&ssl_, text.data());
}

// Keys and certificates are needed for the handshake only. mbedTLS zeroes the keys that it frees.
void TlsTransport::wipe_credentials() {
  mbedtls_ssl_config_free(&ssl_config_);
  mbedtls_ssl_config_init(&ssl_config_);
  // The connection goes on with the same configuration, less the credentials; what has succeeded
  // before the handshake cannot fail here, for nothing is allocated.
  static_cast<void>(set_up_config());
  mbedtls_x509_crt_free(&authorities_);
  mbedtls_x509_crt_init(&authorities_);
  mbedtls_x509_crt_free(&certificate_);
  mbedtls_x509_crt_init(&certificate_);
  mbedtls_pk_free(&private_key_);
  mbedtls_pk_init(&private_key_);
}

bool TlsTransport::resumes() const {
  return config_.session_lifetime.count() != 0 && config_.psk.empty() &&
         config_.verification == tls::Verification::required;
}

// Only the one who proved to have this name has the session.
bool TlsTransport::session_fits() const {
  return session_kept_ && lower_.now() < session_end_ &&
         std::string_view{session_name_.data(), session_name_size_} == name_;
}

void TlsTransport::save_session() {
  // It counts from the last time that the broker showed its certificate.
  const Instant end = verified_ ? lower_.now() + Duration{config_.session_lifetime} : session_end_;
  forget_session();
  if (!resumes() || name_.size() > session_name_.size()) return;
  session_kept_ = mbedtls_ssl_get_session(&ssl_, &session_) == 0;
  if (!session_kept_) return forget_session();
  std::ranges::copy(name_, session_name_.begin());
  session_name_size_ = name_.size();
  session_end_ = end;
}

void TlsTransport::forget_session() {
  mbedtls_ssl_session_free(&session_);
  mbedtls_ssl_session_init(&session_);
  session_kept_ = false;
}

}  // namespace minimq::mbedtls

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <string>
#include <string_view>

#include "support/tls/files.hpp"
#include "support/tls/wire.hpp"

namespace minimq::testing {

/// The broker's end of a Wire: a TLS server, of version 1.2, made by mbedTLS, without threads:
/// `step()` does what can be done now. Sessions are resumed from a cache that all its connections
/// share.
class Peer {
 public:
  struct Options {
    std::string certificate{"right.pem"};
    bool asks_for_certificate{false};
    std::string_view psk{};
    std::string_view psk_identity{"device"};
    const char* const* alpn{nullptr};
    std::size_t piece{Wire::never};  ///< Bytes of one read and one write, at most.
  };

  explicit Peer(Wire& wire) : Peer{wire, Options{}} {}
  Peer(Wire& wire, const Options& options) : wire_{wire}, options_{options} {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&random_);
    mbedtls_x509_crt_init(&chain_);
    mbedtls_x509_crt_init(&authorities_);
    mbedtls_pk_init(&key_);
    mbedtls_ssl_config_init(&config_);
    mbedtls_ssl_cache_init(&cache_);
    mbedtls_ssl_init(&ssl_);
    check(mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0));
    check(mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT));
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    mbedtls_ssl_conf_max_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
    mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &random_);
    mbedtls_ssl_conf_session_cache(&config_, &cache_, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
    if (options.psk.empty()) {
      parse(chain_, options.certificate);
      const std::string key = tls_text("server.key");
#if MBEDTLS_VERSION_NUMBER < 0x03000000
      check(mbedtls_pk_parse_key(&key_, bytes(key), key.size() + 1, nullptr, 0));
#else
      check(mbedtls_pk_parse_key(&key_, bytes(key), key.size() + 1, nullptr, 0,
                                 mbedtls_ctr_drbg_random, &random_));
#endif
      check(mbedtls_ssl_conf_own_cert(&config_, &chain_, &key_));
    } else {
      mbedtls_ssl_conf_ciphersuites(&config_, psk_suites.data());  // No curves, so it is quick.
      check(mbedtls_ssl_conf_psk(&config_, bytes(options.psk), options.psk.size(),
                                 bytes(options.psk_identity), options.psk_identity.size()));
    }
    if (options.asks_for_certificate) {
      parse(authorities_, "authority.pem");
      mbedtls_ssl_conf_ca_chain(&config_, &authorities_, nullptr);
      mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
    }
    if (options.alpn != nullptr)
      check(mbedtls_ssl_conf_alpn_protocols(&config_, const_cast<const char**>(options.alpn)));
    check(mbedtls_ssl_setup(&ssl_, &config_));
    mbedtls_ssl_set_bio(&ssl_, this, send, receive, nullptr);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    mbedtls_ssl_free(&ssl_);
    mbedtls_ssl_cache_free(&cache_);
    mbedtls_ssl_config_free(&config_);
    mbedtls_pk_free(&key_);
    mbedtls_x509_crt_free(&authorities_);
    mbedtls_x509_crt_free(&chain_);
    mbedtls_ctr_drbg_free(&random_);
    mbedtls_entropy_free(&entropy_);
  }

  /// Handshakes, reads and writes as far as it goes. True if bytes moved.
  bool step() {
    if (connection_ != wire_.connections()) {
      connection_ = wire_.connections();
      check(mbedtls_ssl_session_reset(&ssl_));
      done_ = failed_ = false;
      received_.clear();
      unsent_.clear();
    }
    const std::size_t before = moved_;
    if (!done_ && !failed_) {
      const int code = mbedtls_ssl_handshake(&ssl_);
      done_ = code == 0;
      failed_ = code != 0 && !blocks(code);
      if (failed_) wire_.end();
    }
    while (done_ && !failed_ && read()) {
    }
    while (done_ && !failed_ && !unsent_.empty()) {
      const int count = mbedtls_ssl_write(&ssl_, bytes(unsent_), unsent_.size());
      if (count <= 0) break;
      unsent_.erase(0, static_cast<std::size_t>(count));
    }
    return moved_ != before;
  }

  /// One record, as soon as the handshake is over.
  void send_text(std::string_view text) {
    unsent_ += text;
    step();
  }
  /// close_notify, and the end of the stream if wished.
  void close_notify(bool end = true) {
    (void)mbedtls_ssl_close_notify(&ssl_);
    if (end) wire_.end();
  }

  /// What the client has said in this connection, deciphered.
  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool failed() const { return failed_; }
  /// The client said close_notify.
  [[nodiscard]] bool notified() const { return notified_; }

 private:
  static constexpr std::array psk_suites{MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, 0};

  static void check(int code) { ASSERT_EQ(code, 0) << "the peer cannot be set up"; }
  static const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  static void parse(mbedtls_x509_crt& chain, const std::string& name) {
    const std::string text = tls_text(name);
    check(mbedtls_x509_crt_parse(&chain, bytes(text), text.size() + 1));
  }
  static bool blocks(int code) {
    return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
  }

  bool read() {
    std::array<unsigned char, 1024> space{};
    const int count = mbedtls_ssl_read(&ssl_, space.data(), space.size());
    if (count > 0)
      received_.append(reinterpret_cast<char*>(space.data()), static_cast<std::size_t>(count));
    notified_ = count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
    if (count < 0 && !blocks(count)) failed_ = true;
    return count > 0;
  }
  static int send(void* self, const unsigned char* data, std::size_t size) {
    Peer& peer = *static_cast<Peer*>(self);
    size = std::min(size, peer.options_.piece);
    peer.wire_.give({reinterpret_cast<const char*>(data), size});
    peer.moved_ += size;
    return static_cast<int>(size);
  }
  static int receive(void* self, unsigned char* data, std::size_t size) {
    Peer& peer = *static_cast<Peer*>(self);
    const std::string taken = peer.wire_.take(std::min(size, peer.options_.piece));
    std::ranges::copy(taken, data);
    peer.moved_ += taken.size();
    return taken.empty() ? MBEDTLS_ERR_SSL_WANT_READ : static_cast<int>(taken.size());
  }

  Wire& wire_;
  Options options_;
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context random_;
  mbedtls_x509_crt chain_;
  mbedtls_x509_crt authorities_;
  mbedtls_pk_context key_;
  mbedtls_ssl_config config_;
  mbedtls_ssl_cache_context cache_;
  mbedtls_ssl_context ssl_;
  std::string received_;
  std::string unsent_;
  std::size_t moved_{0};
  int connection_{0};
  bool done_{false};
  bool failed_{false};
  bool notified_{false};
};

}  // namespace minimq::testing

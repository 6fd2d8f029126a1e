// SPDX-License-Identifier: MIT
//
// What is the same for all connections of a TlsTransport, and how each begins.
#include <minimq/asio/tls_transport.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <vector>

namespace minimq::asio {

namespace {

constexpr std::size_t psk_identity_size_max = 128;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

BioPtr reader(std::string_view text) {
  return BioPtr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

// Without it OpenSSL would ask at the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

CertificatePtr next_certificate(BIO* pem) {
  return CertificatePtr{PEM_read_bio_X509(pem, nullptr, no_pass_phrase, nullptr)};
}

// Whether reading has come to the end of the text, and not to something broken.
bool at_the_end() {
  const unsigned long code = ERR_peek_last_error();
  if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) return false;
  ERR_clear_error();
  return true;
}

int protocol_version(TlsVersion version) {
  return version == TlsVersion::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

}  // namespace

namespace detail {

void OpenSslDeleter::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}
void OpenSslDeleter::operator()(SSL* ssl) const {
  SSL_free(ssl);
}
void OpenSslDeleter::operator()(SSL_SESSION* session) const {
  SSL_SESSION_free(session);
}

}  // namespace detail

TlsTransport::TlsTransport(Transport& lower, const TlsConfig& config)
    : lower_{lower}, config_{config} {
  ERR_clear_error();
  if (!set_up()) {
    setup_error_ = library_error_ = static_cast<long>(ERR_peek_error());
    context_.reset();
  }
  // They have been read, and need not live longer.
  config_.authorities = config_.certificate = config_.private_key = {};
  config_.authorities_file = nullptr;
  config_.alpn = {};
}

bool TlsTransport::set_up() {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = context_.get();
  if (context == nullptr) return false;
  if (config_.minimum_version > config_.maximum_version) {
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_PROTOCOLS_AVAILABLE);
    return false;
  }
  if (SSL_CTX_set_min_proto_version(context, protocol_version(config_.minimum_version)) != 1)
    return false;
  if (SSL_CTX_set_max_proto_version(context, protocol_version(config_.maximum_version)) != 1)
    return false;
  // No renegotiation: so a write never has to wait for a read.
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
  const bool verified = config_.verification == tls::Verification::required;
  SSL_CTX_set_verify(context, verified ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &TlsTransport::new_session);
  SSL_CTX_set_cert_cb(context, &TlsTransport::certificate_requested, this);
  if (!config_.psk.empty()) {
    if (config_.psk.size() > PSK_MAX_PSK_LEN || config_.psk_identity.contains('\0') ||
        config_.psk_identity.size() > psk_identity_size_max) {
      ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
      return false;
    }
    SSL_CTX_set_psk_client_callback(context, &TlsTransport::tell_psk);
    if (SSL_CTX_set_cipher_list(context, "kECDHEPSK:kDHEPSK:kPSK:!eNULL") != 1) return false;
  }
  return trust_authorities() && use_certificate() && offer_protocols();
}

// With a pre-shared key nobody is trusted: a broker that shows a certificate does not know the key.
bool TlsTransport::trust_authorities() {
  if (!config_.psk.empty() || config_.verification != tls::Verification::required) return true;
  if (config_.authorities_file != nullptr &&
      SSL_CTX_load_verify_file(context_.get(), config_.authorities_file) != 1)
    return false;
  if (config_.authorities.empty()) {
    return config_.authorities_file != nullptr ||
           SSL_CTX_set_default_verify_paths(context_.get()) == 1;
  }
  const BioPtr pem = reader(config_.authorities);
  if (!pem) return false;
  int count = 0;
  while (const CertificatePtr authority = next_certificate(pem.get())) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.get()) != 1)
      return false;
    ++count;
  }
  return count > 0 && at_the_end();
}

bool TlsTransport::use_certificate() {
  if (config_.certificate.empty() && config_.private_key.empty()) return true;
  const BioPtr certificates = reader(config_.certificate);
  if (!certificates) return false;
  const CertificatePtr own = next_certificate(certificates.get());
  if (!own || SSL_CTX_use_certificate(context_.get(), own.get()) != 1) return false;
  while (const CertificatePtr intermediate = next_certificate(certificates.get())) {
    if (SSL_CTX_add1_chain_cert(context_.get(), intermediate.get()) != 1) return false;
  }
  if (!at_the_end()) return false;

  const BioPtr pem = reader(config_.private_key);
  if (!pem) return false;
  const KeyPtr key{PEM_read_bio_PrivateKey(pem.get(), nullptr, no_pass_phrase, nullptr)};
  return key && SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1 &&
         SSL_CTX_check_private_key(context_.get()) == 1;
}

bool TlsTransport::offer_protocols() {
  std::vector<unsigned char> list;
  for (const std::string_view protocol : config_.alpn) {
    if (protocol.empty() || protocol.size() > 255) {
      ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
      return false;
    }
    list.push_back(static_cast<unsigned char>(protocol.size()));
    list.insert(list.end(), protocol.begin(), protocol.end());
  }
  // This function of OpenSSL is one of those that return 0 for success.
  return list.empty() || SSL_CTX_set_alpn_protos(context_.get(), list.data(),
                                                 static_cast<unsigned>(list.size())) == 0;
}

bool TlsTransport::begin_tls() {
  ERR_clear_error();
  ssl_.reset(SSL_new(context_.get()));
  BioPtr in{BIO_new(BIO_s_mem())};
  BioPtr out{BIO_new(BIO_s_mem())};
  if (!ssl_ || !in || !out) return false;
  in_ = in.release();
  out_ = out.release();
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_connect_state(ssl_.get());
  if (!expect_name()) return false;
  take_up_session();
  return true;
}

// The name to ask for and to verify. Whoever is not verified is asked for by name all the same.
bool TlsTransport::expect_name() {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, name_.c_str()) == 1) return true;
  ERR_clear_error();
  // An empty name would switch the check off.
  return !name_.empty() && X509_VERIFY_PARAM_set1_host(rules, name_.data(), name_.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl_.get(), name_.c_str()) == 1;
}

// A session that is taken up again shows no certificate. So it counts for the same broker only, and
// no longer than the certificate was good for.
void TlsTransport::take_up_session() {
  if (!session_ || session_name_ != name_ || session_port_ != port_) return;
  const X509* const certificate = SSL_SESSION_get0_peer(session_.get());
  const bool over = certificate != nullptr && config_.verification == tls::Verification::required &&
                    X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0;
  if (over || lower_.now() >= session_end_ || SSL_SESSION_is_resumable(session_.get()) != 1)
    session_.reset();
  else
    SSL_set_session(ssl_.get(), session_.get());
}

int TlsTransport::new_session(SSL* ssl, SSL_SESSION* session) {
  TlsTransport& self = *static_cast<TlsTransport*>(SSL_get_app_data(ssl));
  // With a pre-shared key there is nothing to save.
  if (self.config_.session_lifetime.count() == 0 || !self.config_.psk.empty()) return 0;
  self.session_.reset(session);
  self.session_name_ = self.name_;
  self.session_port_ = self.port_;
  self.session_end_ = self.lower_.now() + self.config_.session_lifetime;
  return 1;  // It is ours now.
}

int TlsTransport::certificate_requested(SSL*, void* self) {
  static_cast<TlsTransport*>(self)->certificate_requested_ = true;
  return 1;
}

unsigned TlsTransport::tell_psk(SSL* ssl, const char*, char* identity, unsigned identity_size,
                                unsigned char* psk, unsigned psk_size) {
  const TlsConfig& config = static_cast<TlsTransport*>(SSL_get_app_data(ssl))->config_;
  if (config.psk_identity.size() >= identity_size || config.psk.size() > psk_size) return 0;
  *std::ranges::copy(config.psk_identity, identity).out = '\0';
  std::memcpy(psk, config.psk.data(), config.psk.size());
  return static_cast<unsigned>(config.psk.size());
}

}  // namespace minimq::asio

// SPDX-License-Identifier: MIT
#include "tls_server.hpp"

#include <algorithm>
#include <array>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdexcept>

namespace minimq::asio::test {

namespace {

void require(bool ok) {
  if (!ok) throw std::runtime_error{"OpenSSL does not make this server"};
}

BIO* pem_of(const std::string& text) {
  return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
}

void use(SSL_CTX* context, const Identity& identity) {
  BIO* const pem = pem_of(identity.certificate);
  X509* certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  require(SSL_CTX_use_certificate(context, certificate) == 1);
  X509_free(certificate);
  while (X509* const next = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(context, next);
  BIO_free(pem);
  BIO* const key_pem = pem_of(identity.key);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(key_pem, nullptr, nullptr, nullptr);
  require(SSL_CTX_use_PrivateKey(context, key) == 1);
  EVP_PKEY_free(key);
  BIO_free(key_pem);
}

void require_client(SSL_CTX* context, const std::string& authority) {
  BIO* const pem = pem_of(authority);
  X509* const certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1);
  X509_free(certificate);
  BIO_free(pem);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

unsigned tell_psk(SSL* ssl, const char* identity, unsigned char* psk, unsigned psk_size) {
  const auto& options = *static_cast<const TlsServerOptions*>(SSL_get_app_data(ssl));
  if (options.psk_identity != identity || options.psk.size() > psk_size) return 0;
  std::ranges::copy(options.psk, reinterpret_cast<std::byte*>(psk));
  return static_cast<unsigned>(options.psk.size());
}

int choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  const auto& options = *static_cast<const TlsServerOptions*>(SSL_get_app_data(ssl));
  for (unsigned i = 0; i < offered_size; i += 1u + offered[i]) {
    if (options.protocol != std::string{reinterpret_cast<const char*>(offered + i + 1), offered[i]})
      continue;
    *chosen = offered + i + 1;
    *size = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsServer::TlsServer(const TlsServerOptions& options)
    : options_{options}, context_{SSL_CTX_new(TLS_server_method())} {
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, options_.version);
  SSL_CTX_set_max_proto_version(context, options_.version);
  constexpr std::array<unsigned char, 4> name{'t', 'e', 's', 't'};
  SSL_CTX_set_session_id_context(context, name.data(), name.size());
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (!options_.identity.certificate.empty()) use(context, options_.identity);
  if (!options_.client_authority.empty()) require_client(context, options_.client_authority);
  if (!options_.psk.empty()) {
    SSL_CTX_set_psk_server_callback(context, tell_psk);
    if (options_.version == TLS1_2_VERSION) SSL_CTX_set_cipher_list(context, "PSK");
  }
}

void TlsServer::accept() {
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_app_data(ssl_.get(), &options_);
  SSL_set_accept_state(ssl_.get());
  output.clear();
  received.clear();
}

void TlsServer::feed(Bytes bytes) {
  BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  step();
}

void TlsServer::step() {
  ERR_clear_error();
  std::array<char, 1024> text;
  for (int size = 0; (size = SSL_read(ssl_.get(), text.data(), text.size())) > 0;)
    received.append(text.data(), static_cast<std::size_t>(size));
  take_output();
}

void TlsServer::take_output() {
  std::array<char, 4096> bytes;
  BIO* const out = SSL_get_wbio(ssl_.get());
  for (int size = 0; (size = BIO_read(out, bytes.data(), bytes.size())) > 0;)
    output.append(bytes.data(), static_cast<std::size_t>(size));
}

void TlsServer::send(std::string_view text) {
  require(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) ==
          static_cast<int>(text.size()));
  take_output();
}

void TlsServer::send_close_notify() {
  SSL_shutdown(ssl_.get());
  take_output();
}

void TlsServer::update_keys() {
  require(SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
  SSL_do_handshake(ssl_.get());
  take_output();
}

std::string TlsServer::server_name() const {
  const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

std::string TlsServer::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace minimq::asio::test

// SPDX-License-Identifier: MIT
//
// Where a secret has been used it is nowhere in memory any more, but in the caller's own storage.
// Not with AddressSanitizer, which keeps and maps memory of its own.
#include <minimq/asio/tls_transport.hpp>

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "authority.hpp"
#include "memory_link.hpp"
#include "support/memory_scan.hpp"
#include "tls_server.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MINIMQ_SANITIZED 1
#endif
#endif

#if !defined(__SANITIZE_ADDRESS__) && !defined(MINIMQ_SANITIZED)

namespace minimq::asio::test {
namespace {

using testing::MemoryScan;

// The caller's own storage.
std::array<std::byte, 32> secret;

void draw_secret() {
  ASSERT_EQ(RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), secret.size()), 1);
}

// A password is in CONNECT, which the session hands over from the caller's storage.
TEST(TlsSecretTest, APasswordThatWasWritten) {
  TlsServer server{{.identity = certified()}};
  MemoryLink link{server};
  TlsTransport tls{link, {.authorities = authority().certificate}};
  ASSERT_EQ(open_error(tls, link), Error{});
  draw_secret();
  link.writable = false;  // So that the broker of this test, in the same memory, does not get it.
  const Bytes piece{secret};
  ASSERT_EQ(tls.write({&piece, 1}), Result<std::size_t>{secret.size()});
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u) << "what is left to be sent is enciphered";
}

TEST(TlsSecretTest, ASharedKeyBehindTheConnection) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    draw_secret();
    auto server = std::make_unique<TlsServer>(
        TlsServerOptions{.psk_identity = "device", .psk = secret, .version = version});
    MemoryLink link{*server};
    TlsTransport tls{link, {.psk_identity = "device", .psk = secret}};
    ASSERT_EQ(open_error(tls, link), Error{});
    tls.close();
    server.reset();
    EXPECT_EQ(MemoryScan{secret}.copies(), 0u);
  }
}

// As a number of 32 bytes, which OpenSSL keeps as long as the transport lives.
void extract_private_number(const Identity& identity) {
  BIO* const pem = BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size()));
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
  BIGNUM* number = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key, "priv", &number), 1);
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(secret.data()), 32);
  BN_clear_free(number);
  EVP_PKEY_free(key);
  BIO_free(pem);
}

TEST(TlsSecretTest, APrivateKeyBehindTheTransport) {
  const Identity own = certified({.subject = "device", .names = ""});
  TlsServer server{{.identity = certified(), .client_authority = authority().certificate}};
  {
    MemoryLink link{server};
    TlsTransport tls{link,
                     {.authorities = authority().certificate,
                      .certificate = own.certificate,
                      .private_key = own.key}};
    ASSERT_EQ(open_error(tls, link), Error{});
    extract_private_number(own);
    EXPECT_GT(MemoryScan{secret}.copies(), 0u) << "and the scan finds it there";
  }
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u);
}

}  // namespace
}  // namespace minimq::asio::test

#endif

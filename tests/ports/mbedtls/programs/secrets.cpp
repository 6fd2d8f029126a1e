// SPDX-License-Identifier: MIT
//
// Where a secret has been used it is nowhere in memory any more, but in the caller's own storage.
#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <memory>
#include <sys/random.h>
#include <unistd.h>

#include "ports/mbedtls/support.hpp"
#include "support/memory_scan.hpp"

namespace minimq::mbedtls {
namespace {

using test::authority;
using test::Link;
using test::tls_text;
using testing::MemoryScan;
using Progress = Transport::Progress;

// The caller's own storage.
std::array<std::byte, 32> secret;
std::array<std::byte, 128> key_der;

void draw_secret() {
  ASSERT_EQ(::getrandom(secret.data(), secret.size(), 0), static_cast<ssize_t>(secret.size()));
}

TEST(MbedtlsSecrets, TheScanFindsThem) {
  draw_secret();
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u);
  const auto copy = std::make_unique<std::array<std::byte, 32>>(secret);
  EXPECT_EQ(MemoryScan{secret}.copies(), 1u);
  std::ranges::reverse(*copy);
  EXPECT_EQ(MemoryScan{secret}.where(), copy->data());
  copy->fill({});
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u);
}

// A password is in CONNECT, which the session hands over from the caller's storage.
TEST(MbedtlsSecrets, APasswordThatWasWritten) {
  Link link;
  ASSERT_EQ(link.open(), Progress::ready);
  draw_secret();
  const Bytes piece{secret};
  ASSERT_EQ(link.tls.write({&piece, 1}), secret.size());
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u) << "it is on the wire, enciphered";

  link.wire.blocked = true;
  ASSERT_EQ(link.tls.write({&piece, 1}), secret.size());
  EXPECT_EQ(MemoryScan{secret}.copies(), 1u) << "the port's own copy, as long as it is needed";
  link.tls.close();
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u);
}

TEST(MbedtlsSecrets, ASharedKeyBehindTheHandshake) {
  draw_secret();
  testing::Wire wire;
  auto peer = std::make_unique<testing::Peer>(wire, testing::Peer::Options{.psk = as_text(secret)});
  TlsTransport tls{wire, {.psk = secret, .psk_identity = "device"}};
  const Broker broker{"localhost", 8883};
  while (tls.open(broker) == Progress::pending)
    (void)peer->step();
  ASSERT_EQ(tls.open(broker), Progress::ready);
  peer.reset();
  EXPECT_EQ(MemoryScan{secret}.copies(), 0u) << "the connection is open";
}

TEST(MbedtlsSecrets, APrivateKeyBehindTheHandshake) {
  const int file = ::open(testing::tls_file("client_key.der").c_str(), O_RDONLY);
  const ssize_t size = ::read(file, key_der.data(), key_der.size());
  ::close(file);
  ASSERT_GT(size, 7 + 32);
  // SEC 1: a sequence, the version, and the number as a string of 32 bytes.
  const Bytes number = Bytes{key_der}.subspan(7, 32);
  ASSERT_EQ(key_der[6], std::byte{32});
  const std::string certificate = tls_text("client.pem");
  Link link{{.authorities = authority().c_str(),
             .certificate = certificate.c_str(),
             .private_key = Bytes{key_der}.first(static_cast<std::size_t>(size))},
            {.asks_for_certificate = true}};
  ASSERT_EQ(link.open(), Progress::ready);
  EXPECT_EQ(MemoryScan{number}.copies(), 0u) << "the connection is open";
  EXPECT_EQ(link.tls.handshakes().full, 1u);
}

}  // namespace
}  // namespace minimq::mbedtls

// SPDX-License-Identifier: MIT
//
// Looks for secrets in all the memory of its own process, while a connection is open and after it.
// The device's private key must be in the place where the device keeps it and nowhere else; a
// password that was sent, and the session's secret when all is over, must be nowhere.
#include <minimq/bearssl/wipe.hpp>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "ports/bearssl/pair.hpp"

namespace minimq::testing {
namespace {

// A secret in a form in which it is not found.
class Masked {
 public:
  Masked(const void* secret, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(secret);
    for (std::size_t i = 0; i < size; ++i)
      masked_[size_++] = static_cast<unsigned char>(bytes[i] ^ mask);
  }
  void reveal(unsigned char* place) const {
    for (std::size_t i = 0; i < size_; ++i)
      place[i] = static_cast<unsigned char>(masked_[i] ^ mask);
  }
  [[nodiscard]] bool is_at(const unsigned char* place) const {
    for (std::size_t i = 0; i < size_; ++i) {
      if ((place[i] ^ mask) != masked_[i]) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr unsigned char mask = 0xa5;
  std::array<unsigned char, 64> masked_{};
  std::size_t size_{0};
};

// How often it is in the memory that this process may write.
int count(const Masked& secret) {
  int found = 0;
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::array<char, 5> rights{};
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, rights.data()) !=
        3)
      continue;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    for (std::uintptr_t at = begin; at + secret.size() <= end; ++at)
      found += secret.is_at(reinterpret_cast<const unsigned char*>(at)) ? 1 : 0;
  }
  return found;
}

int failures = 0;

void expect(const char* what, int found, int expected) {
  std::printf("%s: %d, expected %d\n", what, found, expected);
  if (found != expected) ++failures;
}

std::array<unsigned char, 32> key_storage;
std::array<unsigned char, 20> password_storage;

// A device whose private key is in key_storage alone.
Masked hide_key(const Identity& device) {
  const br_ec_private_key& key = device.key.secret();
  const Masked masked{key.x, key.xlen};
  masked.reveal(key_storage.data());
  bearssl::wipe(std::as_writable_bytes(std::span{key.x, key.xlen}));
  bearssl::wipe_stack();
  return masked;
}

// The secret of the session that both sides have, and the server's memory of it erased.
Masked hide_session(TlsServer& server) {
  br_ssl_session_parameters session;
  server.forget_connection(session);
  const Masked masked{session.master_secret, sizeof session.master_secret};
  bearssl::wipe(std::as_writable_bytes(std::span{&session, 1}));
  bearssl::wipe_stack();
  return masked;
}

void run(bool resumption) {
  Link link;
  World world;
  TlsServer server{link, world.broker_identity};
  server.require_certificate_of(world.root);
  const Identity device = signed_by(world.root, {.common_name = "device"});
  const Masked key = hide_key(device);
  expect("private key before", count(key), 1);
  const std::array<br_x509_certificate, 1> chain{bearssl::certificate(device.der())};
  const br_ec_private_key secret{
      .curve = BR_EC_secp256r1, .x = key_storage.data(), .xlen = key_storage.size()};
  const bearssl::ClientCertificate mine{.chain = chain, .key = &secret};
  world.config.client_certificate = &mine;
  world.config.resumption = resumption;

  bearssl::TlsTransport client{link, world.config};
  if (open(client, server, link, world.broker) != "ready") {
    std::printf("no connection: %d\n", client.library_error());
    ++failures;
    return;
  }
  expect("private key after the handshake", count(key), 1);
  const Masked session = hide_session(server);
  expect("session while it is open", count(session), resumption ? 2 : 1);

  const Masked password{"correct horse battery", password_storage.size()};
  password.reveal(password_storage.data());
  expect("password before", count(password), 1);
  (void)write(client,
              {reinterpret_cast<const char*>(password_storage.data()), password_storage.size()});
  bearssl::wipe(std::as_writable_bytes(std::span{password_storage}));
  expect("password after it was sent", count(password), 0);

  client.close();
  expect("session when it is closed", count(session), resumption ? 1 : 0);
  client.forget_session();
  expect("session when it is forgotten", count(session), 0);
  expect("private key at the end", count(key), 1);
}

}  // namespace
}  // namespace minimq::testing

int main() {
  minimq::testing::run(false);
  minimq::testing::run(true);
  return minimq::testing::failures == 0 ? 0 : 1;
}

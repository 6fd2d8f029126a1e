// SPDX-License-Identifier: MIT
//
// The exerciser over TLS by BearSSL.
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>
#include <minimq/lwip/tcp_transport.hpp>

#include "board/board.hpp"
#include "support/exerciser.hpp"
#include "tls/host.hpp"
#include "tls/observed.hpp"

namespace {

constexpr std::size_t key_size = 32;

// Of an ECPrivateKey on P-256 in DER: SEQUENCE, version 1, OCTET STRING.
std::span<unsigned char> private_number(std::span<const std::byte> der) {
  static unsigned char number[key_size];
  constexpr std::size_t before = 7;
  for (std::size_t i = 0; i < key_size && before + i < der.size(); ++i)
    number[i] = std::to_integer<unsigned char>(der[before + i]);
  return number;
}

}  // namespace

int main() {
  static std::byte input[minimq::bearssl::input_size(2'048)];
  static std::byte output[minimq::bearssl::output_size(512)];
  firmware::Board board;
  minimq::lwip::EventLoop loop{board};
  minimq::lwip::TcpTransport tcp{loop};
  firmware::HostCalendar calendar;
  firmware::HostEntropy entropy;
  static const firmware::HostFile authority{firmware::authority};
  static const firmware::HostFile own{firmware::certificate};
  static const firmware::HostFile key_file{firmware::private_key};

  const auto anchor = minimq::bearssl::trust_anchor(authority.bytes());
  if (!anchor) ::firmware_panic("the authority is not a certificate");
  const br_x509_certificate chain = minimq::bearssl::certificate(own.bytes());
  const std::span<unsigned char> number = private_number(key_file.bytes());
  const br_ec_private_key key{.curve = BR_EC_secp256r1, .x = number.data(), .xlen = number.size()};
  const minimq::bearssl::ClientCertificate mine{.chain = {&chain, 1}, .key = &key};
  static firmware::Forever<minimq::bearssl::TlsTransport> place;
  auto& tls = place.make(
      tcp, minimq::bearssl::TlsConfig{.trust_anchors = {&*anchor, 1},
                                      .clock = &calendar,
                                      .input = input,
                                      .output = output,
                                      .profile = &minimq::bearssl::small_profile,
                                      .client_certificate = own.bytes().empty() ? nullptr : &mine,
                                      .server_name = firmware::argument(firmware::server_name),
                                      .entropy = &entropy});
  firmware::Observed<minimq::bearssl::TlsTransport> observed{tls};
  return firmware::run_exerciser(loop, observed);
}

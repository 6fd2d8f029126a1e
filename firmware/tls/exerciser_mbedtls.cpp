// SPDX-License-Identifier: MIT
//
// The exerciser over TLS by mbedTLS, whose memory is a pool of fixed size.
#include <minimq/lwip/tcp_transport.hpp>
#include <minimq/mbedtls/tls_transport.hpp>

#include <algorithm>
#include <mbedtls/memory_buffer_alloc.h>
#include <span>

#include "board/board.hpp"
#include "support/exerciser.hpp"
#include "tls/host.hpp"
#include "tls/observed.hpp"

extern "C" void firmware_end(int) {
  ::firmware_panic("mbedTLS");
}

namespace {

unsigned char pool[16 * 1'024];
constexpr unsigned char unused = 0xa5;
constexpr std::size_t first_head = 64;  // of the blocks; it is half as large

// It is filled from its beginning.
std::uint32_t pool_peak() {
  std::uint32_t size = sizeof pool;
  while (size > 0 && pool[size - 1] == unused)
    --size;
  return size;
}

}  // namespace

int main() {
  ::mbedtls_memory_buffer_alloc_init(pool, sizeof pool);
  std::ranges::fill(std::span{pool}.subspan(first_head), unused);
  firmware::Board board;
  minimq::lwip::EventLoop loop{board};
  minimq::lwip::TcpTransport tcp{loop};
  firmware::HostCalendar calendar;
  firmware::HostEntropy entropy;
  static const firmware::HostFile authority{firmware::authority};
  static const firmware::HostFile own{firmware::certificate};
  static const firmware::HostFile key{firmware::private_key};
  static firmware::Forever<minimq::mbedtls::TlsTransport> place;
  auto& tls = place.make(
      tcp, minimq::mbedtls::TlsConfig{.authorities = authority.bytes(),
                                      .certificate = own.bytes(),
                                      .private_key = key.bytes(),
                                      .server_name = firmware::argument(firmware::server_name),
                                      .record_bytes_max = 2'048,
                                      .clock = &calendar,
                                      .entropy = &entropy});
  firmware::Observed<minimq::mbedtls::TlsTransport> observed{tls, pool_peak};
  return firmware::run_exerciser(loop, observed);
}

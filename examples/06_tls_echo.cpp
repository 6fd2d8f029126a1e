// SPDX-License-Identifier: MIT
//
// A device over TLS: it answers each request with what was asked, and goes on for ever. Its
// subscription lives at the broker, so a reconnect needs no code, and the session of TLS is
// resumed, which saves most of the handshake. Keys and certificates are in memory during a
// handshake only.
//
// usage: example_06_tls_echo BROKER AUTHORITIES.pem
//   such as: example_06_tls_echo mqtts://test.mosquitto.org /etc/ssl/certs/ca-certificates.crt
#include <minimq/mbedtls/tls_transport.hpp>
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <csignal>
#include <cstdio>

namespace {

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) std::printf("refused: %s\n", to_string(result.error()).data());
}

void print_handshakes(const minimq::mbedtls::TlsTransport& tls) {
  std::printf("%s, handshakes: %u full, %u resumed\n", tls.version().data(),
              static_cast<unsigned>(tls.handshakes().full),
              static_cast<unsigned>(tls.handshakes().resumed));
}

// The text of the file, with a NUL behind it; empty if there is none or it does not fit.
minimq::mbedtls::Material read_pem(const char* path) {
  static char text[512 * 1024];
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) return {};
  const std::size_t size = std::fread(text, 1, sizeof text, file);
  std::fclose(file);
  if (size == sizeof text) return {};
  return text;
}

minimq::Task<> device(minimq::posix::EventLoop&, minimq::Session& session,
                      minimq::mbedtls::TlsTransport& tls) {
  for (;;) {
    const minimq::Event event = co_await session.poll();
    std::printf("%s\n", to_string(event.kind()).data());
    switch (event.kind()) {
      case minimq::Event::Kind::connected:
        check(session.subscribe({.filter = "demo/in"}));
        print_handshakes(tls);
        break;
      case minimq::Event::Kind::reconnected: print_handshakes(tls); break;
      case minimq::Event::Kind::inbound:
        if (const auto reply = event.message().reply(event.message().text()))
          check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
        break;
      case minimq::Event::Kind::disconnected:
        std::printf("why: %s, mbedTLS %d\n", to_string(event.cause().error).data(),
                    tls.library_error());
        break;
      default: break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s BROKER AUTHORITIES.pem\n", argv[0]);
    return 2;
  }
  static std::byte storage[1024];
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport tcp{loop};
  minimq::mbedtls::TlsTransport tls{tcp, {.authorities = read_pem(argv[2])}};
  minimq::Session session{{.broker = minimq::Broker::parse(argv[1]),
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          tls};
  return loop.stop_on(SIGINT) && !loop.run(device(loop, session, tls)) ? 0 : 1;
}

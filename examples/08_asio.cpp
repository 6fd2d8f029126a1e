// SPDX-License-Identifier: MIT
//
// A device on an io_context of Asio, over TCP or TLS: it answers each request with what the request
// says. The broker keeps its subscription when the link is lost, and the transports are the same
// for each connection, so that TLS takes up its last session again.
//
// usage: example_08_asio [broker [authorities.pem]], where mqtts://host:port asks for TLS; without
// a file the authorities of the system count.
#include <minimq/asio/async_session.hpp>
#include <minimq/asio/tcp_transport.hpp>
#include <minimq/asio/tls_transport.hpp>
#include <minimq/minimq.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

namespace {

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) std::printf("refused: %s\n", to_string(result.error()).data());
}

asio::awaitable<void> echo(minimq::asio::AsyncSession& device) {
  minimq::Session& session = device.session();
  for (;;) {
    const minimq::Event event = co_await device.async_poll();
    std::printf("%s\n", to_string(event.kind()).data());
    switch (event.kind()) {
      case minimq::Event::Kind::connected: check(session.subscribe({.filter = "demo/in"})); break;
      case minimq::Event::Kind::inbound:
        if (const auto reply = event.message().reply(event.message().payload()))
          check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
        break;
      case minimq::Event::Kind::disconnected:
        std::printf("because of %s\n", to_string(event.cause().error).data());
        break;
      case minimq::Event::Kind::stopped: co_return;
      default: break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  static std::byte storage[1024];
  const minimq::Broker broker = minimq::Broker::parse(argc > 1 ? argv[1] : "127.0.0.1:1883");
  asio::io_context context;
  minimq::asio::TcpTransport tcp{context};
  minimq::asio::TlsTransport tls{tcp, {.authorities_file = argc > 2 ? argv[2] : nullptr}};
  minimq::Transport& transport = broker.tls() ? static_cast<minimq::Transport&>(tls) : tcp;
  minimq::Session session{{.broker = broker,
                           .client_id = "demo",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
                          transport};
  minimq::asio::AsyncSession device{session, context};

  asio::signal_set signals{context, SIGINT};
  signals.async_wait([&](std::error_code, int) { (void)session.disconnect(); });
  asio::co_spawn(context, echo(device), asio::detached);
  context.run();  // Until the session has stopped, and a signal came.
  if (!broker.tls()) return 0;
  const auto [full, resumed] = tls.handshakes();
  std::printf("%u full handshakes, %u resumed\n", full, resumed);
}

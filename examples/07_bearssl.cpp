// SPDX-License-Identifier: MIT
//
// The device over TLS, with BearSSL and without a heap: 07_bearssl BROKER AUTHORITY.der
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>

#include "support/file.hpp"

namespace bearssl = minimq::bearssl;

class Calendar final : public minimq::tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

void check(const minimq::Result<minimq::Ticket>& result) {
  if (!result) std::printf("refused: %s\n", to_string(result.error()).data());
}

minimq::Task<> device(minimq::posix::EventLoop&, minimq::Session& session,
                      const bearssl::TlsTransport& tls) {
  for (;;) {
    const minimq::Event event = co_await session.poll();
    std::printf("%s\n", to_string(event.kind()).data());
    switch (event.kind()) {
      case minimq::Event::Kind::connected: check(session.subscribe({.filter = "demo/in"})); break;
      case minimq::Event::Kind::reconnected:  // the broker has kept the subscription
        std::printf("handshake: %s\n", tls.resumed() ? "resumed" : "full");
        break;
      case minimq::Event::Kind::disconnected:
        std::printf("because: %s (BearSSL: %d)\n", to_string(event.cause().error).data(),
                    tls.library_error());
        break;
      case minimq::Event::Kind::inbound:
        if (const auto reply = event.message().reply("ack"))
          check(session.publish(reply->with_qos(minimq::QoS::at_least_once)));
        break;
      default: break;
    }
  }
}

int main(int argc, char** argv) {
  static std::byte storage[1024];
  static std::byte authority[2048];
  static std::byte input[bearssl::input_size(1024)];
  static std::byte output[bearssl::output_size(512)];
  const auto anchor =
      bearssl::trust_anchor(example::read_file(argc > 2 ? argv[2] : "authority.der", authority));
  if (!anchor) {
    std::printf("no certificate of an authority\n");
    return 1;
  }
  Calendar calendar;
  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport tcp{loop};
  bearssl::TlsTransport tls{
      tcp, {.trust_anchors = {&*anchor, 1}, .clock = &calendar, .input = input, .output = output}};
  minimq::Session session{
      {.broker = minimq::Broker::parse(argc > 1 ? argv[1] : "mqtts://localhost"),
       .client_id = "demo",
       .buffers = minimq::Buffers::split(storage, /*rx_size=*/256)},
      tls};
  return loop.stop_on(SIGINT) && !loop.run(device(loop, session, tls)) ? 0 : 1;
}

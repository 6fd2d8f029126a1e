// SPDX-License-Identifier: MIT
//
// Enhanced authentication: the device and the broker show each other that they know the password,
// and neither sends it. Once online the device authenticates again, as it would before a token
// ends. (Messages may go on meanwhile, but Mosquitto 2.0 does not take them.)
//
// usage: example_05_scram broker user password
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <chrono>
#include <cstdio>
#include <string_view>

#include "support/scram_sha_256.hpp"

using namespace std::chrono_literals;

namespace {

void print(const char* what, std::string_view text = {}) {
  std::printf("%s%.*s\n", what, static_cast<int>(text.size()), text.data());
}

}  // namespace

int main(int argc, char** argv) {
  static std::byte storage[2048];
  if (argc != 4) return 2;
  example::ScramSha256 scram{argv[2], argv[3]};
  minimq::Authentication authentication{scram};
  const minimq::Extras extras{.authentication = &authentication};

  minimq::posix::EventLoop loop;
  minimq::posix::TcpTransport transport{loop};
  minimq::Session session{{.broker = minimq::Broker::parse(argv[1]),
                           .client_id = "scram-device",
                           .buffers = minimq::Buffers::split(storage, /*rx_size=*/512),
                           .extras = &extras},
                          transport};

  const auto event = loop.run_until(session.poll(loop.now() + 5s));
  if (!event || event->kind() != minimq::Event::Kind::connected) {
    const auto cause = event ? event->cause() : minimq::Cause{};
    print("not connected: ", to_string(cause.error));
    print("the broker says: ", to_string(cause.reason));
    return 1;
  }
  print("connected, and the broker is who it says it is");

  if (const auto begun = session.reauthenticate(); !begun) {
    print("refused: ", to_string(begun.error()));
    return 1;
  }
  // Nothing is left to be done for it but to let the session live.
  const minimq::Instant deadline = loop.now() + 5s;
  while (authentication.busy() && loop.now() < deadline) {
    const auto next = loop.run_until(session.poll(loop.now() + 20ms));
    if (next && next->kind() == minimq::Event::Kind::disconnected) {
      print("disconnected: ", to_string(next->cause().error));
      return 1;
    }
  }
  if (authentication.busy()) return 1;
  print("authenticated again");

  const auto ticket =
      session.publish({.topic = "demo/scram", .payload = "x", .qos = minimq::QoS::at_least_once});
  if (!ticket) return 1;
  const auto outcome = loop.run_until(session.settled(*ticket, loop.now() + 5s));
  if (!outcome || !outcome->ok()) return 1;
  print("published");
  return 0;
}

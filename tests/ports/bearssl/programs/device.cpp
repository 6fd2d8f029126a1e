// SPDX-License-Identifier: MIT
//
// Everything that a device needs for MQTT over TLS, a client certificate included, to see what it
// links. It is not run: `Modem` is what a board would give.
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>
#include <minimq/minimq.hpp>

namespace {

class Modem final : public minimq::Transport {
 public:
  minimq::Result<Progress> open(const minimq::Broker&) override { return Progress::ready; }
  minimq::Result<std::size_t> read(std::span<std::byte>) override { return 0; }
  minimq::Result<std::size_t> write(minimq::TxSpans) override { return 0; }
  void close() override {}
  void wait(minimq::Interest, std::optional<minimq::Instant>, minimq::Waiter&) override {}
  void cancel(minimq::Waiter&) override {}
  minimq::Instant now() override { return minimq::Instant{++time_}; }
  void entropy(std::span<std::byte>) override {}

 private:
  minimq::Duration time_{0};
};

class Calendar final : public minimq::tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override { return std::nullopt; }
};

std::byte storage[1024];
std::byte input[minimq::bearssl::input_size(2048)];
std::byte output[minimq::bearssl::output_size(512)];
std::byte certificates[2][512];
unsigned char key_bytes[32];

}  // namespace

int main(int argc, char**) {
  Modem modem;
  Calendar calendar;
  const auto anchor = minimq::bearssl::trust_anchor(certificates[0]);
  if (!anchor) return 1;
  const br_x509_certificate own = minimq::bearssl::certificate(certificates[1]);
  const br_ec_private_key key{.curve = BR_EC_secp256r1, .x = key_bytes, .xlen = sizeof key_bytes};
  const minimq::bearssl::ClientCertificate mine{.chain = {&own, 1}, .key = &key};
  minimq::bearssl::TlsConfig config{.trust_anchors = {&*anchor, 1},
                                    .clock = &calendar,
                                    .input = input,
                                    .output = output,
                                    .client_certificate = &mine};
  if (argc > 1) config.profile = &minimq::bearssl::small_profile;
  minimq::bearssl::TlsTransport tls{modem, config};
  minimq::Session session{{.broker = minimq::Broker::parse("mqtts://broker.example"),
                           .client_id = "device",
                           .buffers = minimq::Buffers::split(storage, 256)},
                          tls};
  for (;;) {
    session.drive(modem.now());
    while (const auto event = session.next_event()) {
      if (event->kind() == minimq::Event::Kind::stopped) return 0;
    }
  }
}

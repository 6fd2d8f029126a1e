// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/bearssl/authority.hpp"
#include "ports/bearssl/link.hpp"
#include "ports/bearssl/tls_server.hpp"

namespace minimq::testing {

/// A calendar that stands still.
class Calendar final : public tls::WallClock {
 public:
  std::int64_t unix_time{today};
  std::optional<std::chrono::sys_seconds> date() override {
    if (unix_time == 0) return std::nullopt;
    return std::chrono::sys_seconds{std::chrono::seconds{unix_time}};
  }
};

/// An authority, the broker's certificate, and what a client is configured with.
class World {
 public:
  static constexpr std::string_view host = "broker.example.test";

  Identity root{authority("root")};
  Identity broker_identity{
      signed_by(root, {.dns_names = {std::string{host}, "other.example.test"}})};
  std::vector<br_x509_trust_anchor> anchors{bearssl::trust_anchor(root.der()).value()};
  Calendar calendar{};
  std::array<std::byte, bearssl::input_size(1'024)> input{};
  std::array<std::byte, bearssl::output_size(512)> output{};
  bearssl::TlsConfig config{.trust_anchors = anchors,
                            .clock = &calendar,
                            .input = input,
                            .output = output,
                            .profile = &bearssl::small_profile};
  Broker broker{host, 8883, true};
};

/// Opens as an event loop would, a call and whatever the server makes of it at a time; the error if
/// there is one.
inline std::string open(bearssl::TlsTransport& client, TlsServer& server, const Link& link,
                        const Broker& broker) {
  bool accepted = false;
  int idle = 0;
  while (idle < 4) {  // A link that blocks every other time needs two calls each.
    const std::size_t before = link.sent() + link.received();
    const auto progress = client.open(broker);
    if (!progress) return std::string{to_string(progress.error())};
    if (*progress == Transport::Progress::ready) return "ready";
    if (!accepted) server.accept();
    accepted = true;
    idle = server.run() || before != link.sent() + link.received() ? 0 : idle + 1;
    while (server.run()) {
    }
  }
  return "waits without end";
}

/// Whether a stream of whole records has one that carries the application's bytes.
inline bool has_application_data(std::string_view records) {
  while (records.size() >= 5) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(records[i]); };
    if (byte(0) == 23) return true;
    const std::size_t size = 5u + byte(3) * 256u + byte(4);
    records.remove_prefix(std::min(size, records.size()));
  }
  return false;
}

inline std::string read(Transport& transport, std::size_t size_max = 1'000) {
  std::string text(size_max, '\0');
  const auto count = transport.read(std::as_writable_bytes(std::span{text}));
  if (!count) return std::string{to_string(count.error())};
  text.resize(*count);
  return text;
}

inline std::size_t write(Transport& transport, std::string_view text) {
  const std::array<Bytes, 1> spans{as_bytes(text)};
  return transport.write(spans).value_or(0);
}

}  // namespace minimq::testing

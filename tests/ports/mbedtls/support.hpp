// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/mbedtls/tls_transport.hpp>

#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/script.hpp"  // how errors are printed
#include "support/tls/files.hpp"
#include "support/tls/peer.hpp"
#include "support/tls/wire.hpp"

namespace minimq::mbedtls::test {

using namespace std::chrono_literals;
using testing::Peer;
using testing::tls_text;
using testing::Wire;

inline const std::string& authority() {
  static const std::string text = tls_text("authority.pem");
  return text;
}

/// A TLS transport, its wire and the broker's end, driven as an event loop drives it: it acts only
/// when the wire wakes it. A spin or a wedge fails the test.
class Link : private Waiter {
 public:
  explicit Link(TlsConfig config = {.authorities = authority().c_str()},
                const Peer::Options& options = {})
      : peer{wire, options}, tls{wire, config} {}

  Wire wire;
  Peer peer;
  TlsTransport tls;
  Broker broker{"localhost", 8883, true};

  /// Opens until it is open or fails.
  Result<Transport::Progress> open() {
    for (;;) {
      const auto progress = tls.open(broker);
      if (progress != Transport::Progress::pending) return progress;
      if (!next({.read = true, .write = true})) return std::unexpected{Error::connect_timeout};
    }
  }
  /// What arrives up to that size; less if the stream ends.
  std::string read(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      std::vector<std::byte> space(size - text.size());
      const auto count = tls.read(space);
      if (!count) {
        last_error = count.error();
        break;
      }
      text += as_text(Bytes{space}.first(*count));
      if (*count == 0 && !next({.read = true})) break;
    }
    return text;
  }
  /// Writes all of it and lets the peer read it; false after an error.
  bool write(std::string_view text) {
    while (!text.empty()) {
      const Bytes piece = as_bytes(text);
      const auto count = tls.write({&piece, 1});
      if (!count) {
        last_error = count.error();
        return false;
      }
      text.remove_prefix(*count);
      if (*count == 0 && !next({.write = true})) return false;
    }
    return flush();
  }
  /// Who has nothing more to write only waits to read: what was taken leaves nevertheless.
  bool flush() {
    tls.wait({.read = true}, std::nullopt, *this);
    for (int quiet = 0; quiet < 3;) {
      const bool stepped = peer.step();
      const bool woken = wire.turn();
      quiet = stepped || woken ? 0 : quiet + 1;
      if (ready_) break;
    }
    ready_ = false;
    tls.cancel(*this);
    return true;
  }

  Error last_error{};

 private:
  // Waits until the transport wakes us, while the peer does its part.
  bool next(Interest interest) {
    tls.wait(interest, std::nullopt, *this);
    for (int quiet = 0; quiet < 4;) {
      const int before = wire.wakeups();
      const bool stepped = peer.step();
      (void)wire.turn();
      if (ready_) {
        ready_ = false;
        return true;
      }
      quiet = stepped || wire.wakeups() != before ? 0 : quiet + 1;
      if (wire.wakeups() - before > 1) break;
    }
    ADD_FAILURE() << "a wedge: nobody can do anything any more";
    return false;
  }
  void ready() override { ready_ = true; }

  bool ready_{false};
};

}  // namespace minimq::mbedtls::test

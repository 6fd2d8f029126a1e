// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bearssl.h>
#include <cstdint>
#include <optional>
#include <string_view>

namespace minimq::bearssl {

/// The session of a connection that was verified, kept for a short handshake. It is for that host
/// alone, and for as long as the certificates are valid that it rests on.
class SessionStore {
 public:
  SessionStore() = default;
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;
  ~SessionStore() { forget(); }

  /// `valid_until` is in seconds since 1970; INT64_MAX: for ever.
  void keep(const br_ssl_engine_context& engine, std::string_view host, std::int64_t valid_until);
  /// Offers the session to the engine, if it is one for this host and still valid at `now`, which
  /// may be unknown where nothing is verified. False: there is none.
  [[nodiscard]] bool offer(br_ssl_engine_context& engine, std::string_view host,
                           std::optional<std::int64_t> now) const;
  /// Overwrites it.
  void forget();

 private:
  using Digest = std::array<std::uint8_t, br_sha256_SIZE>;
  [[nodiscard]] static Digest digest(std::string_view host);

  br_ssl_session_parameters parameters_{};
  Digest host_{};
  std::int64_t valid_until_{0};
};

}  // namespace minimq::bearssl

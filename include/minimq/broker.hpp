// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "minimq/error.hpp"

namespace minimq {

/// Where a broker is: an address or a host name with a port, or the path of a unix-domain socket. A
/// view of the text it was made from, which must outlive it.
class Broker {
 public:
  static constexpr std::uint16_t default_port = 1883;
  static constexpr std::uint16_t default_tls_port = 8883;

  constexpr Broker() = default;
  /// A host name or numeric address, not checked.
  constexpr Broker(std::string_view host, std::uint16_t port, bool tls = false)
      : host_{host}, port_{port}, form_{Form::host}, tls_{tls} {}

  /// Reads `host`, `host:port`, `[v6-address]:port`, `mqtt://host:port`, `mqtts://host:port` (TLS,
  /// port 8883 by default) and `unix:/path`. A text that is none of these gives a Broker that is
  /// not valid; a session configured with it reports `Error::config_broker` and never opens a
  /// connection.
  [[nodiscard]] static Broker parse(std::string_view text);

  [[nodiscard]] constexpr bool valid() const { return form_ != Form::invalid; }
  [[nodiscard]] constexpr bool is_unix_path() const { return form_ == Form::path; }
  /// The name, the numeric address without brackets, or the path.
  [[nodiscard]] constexpr std::string_view host() const { return host_; }
  [[nodiscard]] constexpr std::uint16_t port() const { return port_; }
  /// The text asked for TLS; a transport that cannot do it must refuse to open.
  [[nodiscard]] constexpr bool tls() const { return tls_; }

 private:
  enum class Form : std::uint8_t {
    invalid,
    host,
    path,
  };

  std::string_view host_{};
  std::uint16_t port_{0};
  Form form_{Form::invalid};
  bool tls_{false};
};

}  // namespace minimq

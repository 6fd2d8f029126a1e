// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace minimq::tls_test {

/// A session that is to connect over TLS, once.
struct Dial {
  std::string host{"localhost"};
  std::uint16_t port{0};
  std::string server_name{};  ///< Empty: the host.
  std::string authorities{};  ///< PEM, like the others; they live until the end of the call.
  std::string certificate{};  ///< Empty: the device has none.
  std::string private_key{};
};

/// What it came to.
struct Dialled {
  std::optional<Error> refused{};  ///< None: CONNACK came.
  std::size_t offered{0};          ///< Bytes of MQTT that the session handed to TLS.
  std::string sent{};              ///< What went to the broker; empty if the port cannot tell.
  long library_error{0};
};

/// A port for TLS, as a column of the verification matrix.
struct Column {
  std::string_view port;
  std::size_t cell;  ///< of a row in docs/guide/tls.md
  Dialled (*dial)(const Dial&);
  /// The broker's refusal of our certificate comes behind the handshake (TLS 1.3), so that CONNECT
  /// may be on its way already.
  bool refused_late{false};
};

inline void PrintTo(const Column& column, std::ostream* out) {
  *out << column.port;
}

/// Every port that this build has: a new one is added in columns.cpp.
[[nodiscard]] std::vector<Column> columns();

}  // namespace minimq::tls_test

// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace minimq::asio::test {

/// What a certificate says. Each has a key of its own.
struct CertificateFields {
  std::string subject{"localhost"};    ///< The Common Name.
  std::string names{"DNS:localhost"};  ///< Subject Alternative Name; none if empty.
  int valid_from_days{-1};             ///< From today.
  int valid_until_days{1};
  bool authority{false};
};

/// A certificate and its key, both in PEM.
struct Identity {
  std::string certificate{};
  std::string key{};
};

/// Makes a certificate, P-256, signed by `issuer`, or by itself.
[[nodiscard]] Identity make_certificate(const CertificateFields& fields,
                                        const Identity* issuer = nullptr);

/// An authority; it is made once for each name.
[[nodiscard]] const Identity& authority(const std::string& name = "test authority");

/// A certificate of that authority.
[[nodiscard]] Identity certified(const CertificateFields& fields = {},
                                 const Identity& issuer = authority());

}  // namespace minimq::asio::test

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>

#include <bearssl.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace minimq::testing {

/// The date of all tests, and a day of it: 2026-01-01.
inline constexpr std::int64_t today = 1'767'225'600;
inline constexpr std::int64_t day = 86'400;

/// An EC key on P-256, a new one each time.
class Key {
 public:
  Key();
  Key(const Key& other) { *this = other; }
  Key& operator=(const Key& other);
  [[nodiscard]] const br_ec_private_key& secret() const { return secret_; }
  [[nodiscard]] std::string_view point() const { return point_; }
  /// A signature of the text, in DER.
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  std::string bytes_;
  std::string point_;
  br_ec_private_key secret_{};
};

/// What is in a certificate.
struct Contents {
  std::string common_name{"broker"};
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};  ///< 4 or 16 bytes
  std::int64_t not_before{today - day};
  std::int64_t not_after{today + day};
  bool is_authority{false};
  bool is_for_clients{false};  ///< alone, by its Extended Key Usage
};

/// A key, and a certificate for it.
struct Identity {
  Key key{};
  std::string name{};         ///< the subject, in DER
  std::string certificate{};  ///< in DER

  [[nodiscard]] Bytes der() const { return as_bytes(certificate); }
};

/// Signed by itself.
[[nodiscard]] Identity self_signed(const Contents& contents);
[[nodiscard]] Identity signed_by(const Identity& issuer, const Contents& contents);
[[nodiscard]] Identity authority(std::string_view common_name);

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace example {

/// SCRAM-SHA-256 (RFC 5802, RFC 7677) over OpenSSL's libcrypto, without channel binding: the broker
/// learns that we know the password, but not the password, and shows that it knows it too.
///
/// User name and password are printable ASCII; others would have to be prepared as RFC 4013 says.
class ScramSha256 : public minimq::Authenticator {
 public:
  /// A broker that asks for fewer iterations makes a stolen proof too easy to attack, and one that
  /// asks for more could keep a device busy.
  static constexpr int iterations_min = 4'096;
  static constexpr int iterations_max = 1'000'000;

  /// Copies both.
  ScramSha256(std::string_view user_name, std::string_view password);
  /// The password leaves no trace in memory.
  ~ScramSha256();

  [[nodiscard]] std::string_view method() const override { return "SCRAM-SHA-256"; }
  [[nodiscard]] minimq::Result<minimq::Bytes> begin() override;
  [[nodiscard]] minimq::Result<minimq::Bytes> challenge(minimq::Bytes data) override;
  [[nodiscard]] bool finish(minimq::Bytes data) override;

 protected:
  /// A new nonce for each exchange, printable and without commas; empty: there is none to be had.
  [[nodiscard]] virtual std::string make_nonce();

 private:
  using Digest = std::array<unsigned char, 32>;

  [[nodiscard]] bool sign(const std::string& salt, int iterations, std::string_view exchange);

  std::string user_name_;
  std::string password_;
  std::string nonce_;
  std::string first_;         // our first message, without its header
  std::string message_;       // what leaves
  std::string auth_message_;  // all of the exchange that both sides sign
  Digest proof_{};
  Digest server_signature_{};
  bool asked_{false};  // there was a challenge, and we know what the broker has to answer
};

}  // namespace example

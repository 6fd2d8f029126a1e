// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/error.hpp"

namespace minimq {

/// A method of enhanced authentication, chapter 4.12, such as SCRAM-SHA-256: what the application
/// derives from, for `Authentication`.
///
/// An exchange is `begin`, then `challenge` as often as the broker asks, then `finish`. All of them
/// are called from inside the session, which answers calls of theirs with `Error::busy`. The bytes
/// they return go out from where they are: they stay as they are until the next call of `begin`,
/// `challenge` or `finish`, or until the connection has ended.
class Authenticator {
 public:
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  /// The Authentication Method: the same for the life of the session [MQTT-4.12.0-5]. At most
  /// 65,535 bytes of UTF-8 (`Error::config_authenticator`).
  [[nodiscard]] virtual std::string_view method() const = 0;

  /// A new exchange begins; one that was not finished is void. Returns the Authentication Data to
  /// begin with, at most 65,535 bytes; empty: none. An error ends the attempt to connect with
  /// `Error::authentication_failed`, or is the answer of `Session::reauthenticate`.
  [[nodiscard]] virtual Result<Bytes> begin() = 0;

  /// The broker asks. `data` lives during this call. Returns the answer, as with `begin`; with an
  /// error the connection ends with `Error::authentication_failed`.
  [[nodiscard]] virtual Result<Bytes> challenge(Bytes data) = 0;

  /// The broker has accepted us; `data` is its last word, such as its signature, and lives during
  /// this call; empty: none. Returns whether the broker has shown who it is, where the method asks
  /// for that; with false the connection ends with `Error::authentication_failed`.
  [[nodiscard]] virtual bool finish(Bytes data) = 0;

 protected:
  Authenticator() = default;
  ~Authenticator() = default;
};

}  // namespace minimq

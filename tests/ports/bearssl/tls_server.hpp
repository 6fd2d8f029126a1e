// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bearssl.h>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "ports/bearssl/authority.hpp"
#include "ports/bearssl/link.hpp"

namespace minimq::testing {

/// A broker's side of TLS, made of BearSSL's own server. It keeps the sessions of its clients.
class TlsServer {
 public:
  TlsServer(Link& link, const Identity& identity, std::vector<const Identity*> more = {});
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// From the next `accept` on, clients must have a certificate of that authority.
  void require_certificate_of(const Identity& authority);
  void offer_protocol(const char* name) { protocol_ = name; }
  /// From the next `accept` on, all earlier sessions are forgotten.
  void forget_sessions();

  /// For each new connection.
  void accept();
  /// Does what can be done; true: something moved.
  bool run();
  /// Application data, in a record of its own for each call; what does not fit waits.
  void send(std::string_view text);
  /// The record that this becomes, for the test to deliver.
  [[nodiscard]] std::string seal(std::string_view text);
  void say_goodbye();
  void renegotiate();
  /// Tells the session and overwrites all that the server knows of it.
  void forget_connection(br_ssl_session_parameters& session);
  [[nodiscard]] std::string take_received() { return std::exchange(received_, {}); }
  /// BearSSL's code, 0 while all is well; also after close_notify.
  [[nodiscard]] int error() const { return ::br_ssl_engine_last_error(&server_.eng); }
  [[nodiscard]] bool is_closed() const {
    return ::br_ssl_engine_current_state(&server_.eng) == BR_SSL_CLOSED;
  }

 private:
  [[nodiscard]] br_ssl_engine_context& engine() { return server_.eng; }
  bool send_waiting();

  Link& link_;
  const Identity& identity_;
  std::vector<br_x509_certificate> chain_;
  const Identity* clients_{nullptr};
  const char* protocol_{nullptr};
  br_x509_trust_anchor anchor_{};
  br_x509_minimal_context client_chain_{};
  br_ssl_server_context server_{};
  br_ssl_session_cache_lru cache_{};
  std::array<unsigned char, 2'000> sessions_{};
  std::array<unsigned char, BR_SSL_BUFSIZE_BIDI> buffer_{};
  std::string input_;  // bytes from the client that do not fit now
  std::vector<std::string> waiting_;
  std::string received_;
  unsigned connections_{0};
};

}  // namespace minimq::testing

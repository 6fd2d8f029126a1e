// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>

#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>
#include <vector>

#include "authority.hpp"

namespace minimq::asio::test {

struct TlsServerOptions {
  Identity identity{};             ///< The chain may follow the certificate. None: no certificates.
  std::string client_authority{};  ///< Not empty: clients must have a certificate of it.
  std::string psk_identity{};
  Bytes psk{};  ///< Borrowed.
  int version{TLS1_3_VERSION};
  std::string protocol{};  ///< The one it agrees to, if it is offered.
};

/// The broker's end of TLS, in memory: bytes in, bytes out. It serves one connection after another.
class TlsServer {
 public:
  explicit TlsServer(const TlsServerOptions& options);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() = default;

  /// A new connection; what was left of the last one is gone.
  void accept();
  /// From the client.
  void feed(Bytes bytes);
  /// To the client; take bytes from its front.
  std::string output;
  /// What the client has sent under TLS on this connection.
  std::string received;

  void send(std::string_view text);
  void send_close_notify();
  /// Asks the client for new keys in both directions, which it has to answer.
  void update_keys();

  [[nodiscard]] bool open() const { return ssl_ && SSL_is_init_finished(ssl_.get()) == 1; }
  /// The client has said goodbye.
  [[nodiscard]] bool closed_by_client() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  /// What the client asked for.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string protocol() const;

 private:
  template <auto free>
  struct Free {
    template <class T>
    void operator()(T* object) const {
      free(object);
    }
  };

  void step();
  void take_output();

  TlsServerOptions options_;
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Free<SSL_free>> ssl_;
};

}  // namespace minimq::asio::test

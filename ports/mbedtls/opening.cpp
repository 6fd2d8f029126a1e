// SPDX-License-Identifier: MIT
//
// From closed to open: the lower transport, then the handshake.
#include <minimq/mbedtls/tls_transport.hpp>

#include <expected>

#include "compatibility.hpp"

namespace minimq::mbedtls {

Result<Transport::Progress> TlsTransport::open(const Broker& broker) {
  const Result<Progress> progress = step(broker);
  if (!progress) {
    tear_down();
    lower_.close();
  }
  if (waiter_ != nullptr) arm();
  return progress;
}

Result<Transport::Progress> TlsTransport::step(const Broker& broker) {
  switch (state_) {
    case State::closed:
      library_error_ = 0;
      flags_ = 0;
      if (const auto error = refusal(broker)) return std::unexpected(*error);
      state_ = State::opening;
      return open_lower(broker);
    case State::opening: return open_lower(broker);
    case State::handshaking: return shake_hands();
    case State::open: break;
  }
  return Progress::ready;
}

// Why not even the lower transport is opened.
std::optional<Error> TlsTransport::refusal(const Broker& broker) const {
  if (!broker.valid()) return Error::transport_unsupported;
  if (broker.is_unix_path() && config_.server_name.empty()) return Error::transport_unsupported;
  if (config_.verification != tls::Verification::required) return std::nullopt;
  if (config_.authorities.empty()) {
    return config_.psk.empty() ? std::optional{Error::certificate_untrusted} : std::nullopt;
  }
#if !defined(MBEDTLS_HAVE_TIME_DATE)
  if (config_.clock == nullptr) return Error::certificate_not_yet_valid;
#endif
  if (config_.clock != nullptr && !config_.clock->date()) return Error::certificate_not_yet_valid;
  return std::nullopt;
}

Result<Transport::Progress> TlsTransport::open_lower(const Broker& broker) {
  const Broker plain =
      broker.is_unix_path() ? broker : Broker{broker.host(), broker.port(), /*tls=*/false};
  const Result<Progress> progress = lower_.open(plain);
  if (!progress || *progress == Progress::pending) return progress;
  name_ = config_.server_name.empty() ? broker.host() : config_.server_name;
  state_ = State::handshaking;
  wants_write_ = write_failed_ = verified_ = drained_ = read_blocked_ = write_blocked_ = false;
  lower_error_.reset();
  failed_.reset();
  library_error_ = set_up();
  if (library_error_ != 0) return std::unexpected(Error::tls_error);
  return shake_hands();
}

Result<Transport::Progress> TlsTransport::shake_hands() {
  const int code = mbedtls_ssl_handshake(&ssl_);
  if (code == 0) {
    if (write_failed_) return std::unexpected(lower_error_.value_or(Error::link_error));
    established();
    return Progress::ready;
  }
  wants_write_ = code == MBEDTLS_ERR_SSL_WANT_WRITE;
  if (wants_write_ || code == MBEDTLS_ERR_SSL_WANT_READ) return Progress::pending;
  const Error error = fail(code);
  forget_session();  // Should it be what the broker does not like.
  return std::unexpected(error);
}

void TlsTransport::established() {
  state_ = State::open;
  if (resumes() && !verified_) {
    ++handshakes_.resumed;
  } else {
    ++handshakes_.full;
  }
#if MINIMQ_MBEDTLS_TLS_1_3
  // There the session comes later, by tickets.
  if (mbedtls_ssl_get_version_number(&ssl_) != MBEDTLS_SSL_VERSION_TLS1_3) save_session();
#else
  save_session();
#endif
  wipe_credentials();
}

// Nothing of this connection stays, but for the session and what has to be told.
void TlsTransport::tear_down() {
  if (state_ == State::open || state_ == State::handshaking) {
    wipe_chunk();
    wipe_credentials();
    mbedtls_ssl_free(&ssl_);
    mbedtls_ssl_init(&ssl_);
    mbedtls_ssl_config_free(&ssl_config_);
    mbedtls_ssl_config_init(&ssl_config_);
  }
  state_ = State::closed;
  failed_.reset();
}

int TlsTransport::send(void* self, const unsigned char* bytes, std::size_t size) {
  TlsTransport& transport = *static_cast<TlsTransport*>(self);
  if (transport.write_failed_) return static_cast<int>(size);
  const Bytes piece = std::as_bytes(std::span{bytes, size});
  const Result<std::size_t> count = transport.lower_.write({&piece, 1});
  if (count) return *count == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : static_cast<int>(*count);
  transport.lower_error_ = count.error();
  if (transport.state_ != State::handshaking) return MBEDTLS_ERR_SSL_CONN_EOF;
  // A broker that refuses a certificate says why and closes, maybe before it has read everything.
  // What it said is still to be read: go on as if it could be written to.
  transport.write_failed_ = true;
  return static_cast<int>(size);
}

int TlsTransport::receive(void* self, unsigned char* bytes, std::size_t size) {
  TlsTransport& transport = *static_cast<TlsTransport*>(self);
  const auto count = transport.lower_.read(std::as_writable_bytes(std::span{bytes, size}));
  if (count && *count != 0) return static_cast<int>(*count);
  if (count && !transport.write_failed_) return MBEDTLS_ERR_SSL_WANT_READ;
  if (!count && !transport.write_failed_) transport.lower_error_ = count.error();
  return 0;  // The end, which mbedTLS makes MBEDTLS_ERR_SSL_CONN_EOF of.
}

}  // namespace minimq::mbedtls

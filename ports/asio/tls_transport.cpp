// SPDX-License-Identifier: MIT
//
// OpenSSL between two buffers of bytes: `fill` brings what the transport below has received,
// `flush` takes away what is to be sent. Nothing here waits inside OpenSSL.
#include <minimq/asio/tls_transport.hpp>

#include <algorithm>
#include <expected>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <utility>

#include "tls_error.hpp"

namespace minimq::asio {

namespace {

constexpr std::size_t record_size_max = 16'384;

// Reads from the transport below in one call: whoever sends more than this waits for its turn.
constexpr int rounds_max = 16;

}  // namespace

TlsTransport::~TlsTransport() {
  waiter_ = nullptr;
  close();
  lower_.cancel(*this);
}

Result<Transport::Progress> TlsTransport::open(const Broker& broker) noexcept {
  const Result<Progress> progress = step(broker);
  if (!progress) {
    static_cast<void>(flush());  // The alert that tells the broker why.
    close();
  } else if (waiter_ != nullptr) {
    arm();
  }
  return progress;
}

Result<Transport::Progress> TlsTransport::step(const Broker& broker) {
  switch (state_) {
    case State::closed: {
      library_error_ = setup_error_;
      verify_result_ = X509_V_OK;
      if (setup_error_ != 0) return std::unexpected(Error::tls_error);
      name_ = config_.server_name;
      if (name_.empty() && !broker.is_unix_path()) name_ = broker.host();
      if (name_.ends_with('.')) name_.pop_back();
      if (name_.contains(':')) name_.resize(std::min(name_.find('%'), name_.size()));
      if (!broker.valid() || name_.empty() || name_.contains('\0'))
        return std::unexpected(Error::transport_unsupported);
      port_ = broker.port();
      state_ = State::opening;
      return open_lower(broker);
    }
    case State::opening: return open_lower(broker);
    case State::handshaking: return shake_hands();
    case State::open: break;
  }
  return Progress::ready;
}

Result<Transport::Progress> TlsTransport::open_lower(const Broker& broker) {
  const Result<Progress> progress =
      lower_.open(broker.is_unix_path() ? broker : Broker{broker.host(), broker.port()});
  if (!progress || *progress == Progress::pending) return progress;
  state_ = State::handshaking;
  if (!begin_tls()) return std::unexpected(failed_handshake());
  return shake_hands();
}

Result<Transport::Progress> TlsTransport::shake_hands() {
  more_ = false;
  for (int round = 0; round < rounds_max; ++round) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1 && SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ)
      return std::unexpected(failed_handshake());
    const Result<void> flushed = flush();
    if (result == 1) return shaken();
    const Result<std::size_t> count = fill();
    if (!count || !flushed) {
      session_.reset();  // Who knows whether it was to blame.
      return std::unexpected(count ? flushed.error() : count.error());
    }
    if (*count == 0) return Progress::pending;
  }
  more_ = true;
  return Progress::pending;
}

// The handshake has verified the broker, or it would have failed. What it does not know is that a
// broker with a certificate has not proved that it knows the pre-shared key.
Result<Transport::Progress> TlsTransport::shaken() {
  verify_result_ = SSL_get_verify_result(ssl_.get());
  const bool certificate = SSL_get0_peer_certificate(ssl_.get()) != nullptr;
  if (config_.verification == tls::Verification::required &&
      (certificate == !config_.psk.empty() || verify_result_ != X509_V_OK)) {
    session_.reset();
    return std::unexpected(Error::certificate_untrusted);
  }
  ++(SSL_session_reused(ssl_.get()) == 1 ? handshakes_.resumed : handshakes_.full);
  state_ = State::open;
  return Progress::ready;
}

Error TlsTransport::failed_handshake() {
  session_.reset();
  return failed_record();
}

Error TlsTransport::failed_record() {
  const unsigned long code = ERR_peek_error();
  library_error_ = static_cast<long>(code);
  if (ssl_) verify_result_ = SSL_get_verify_result(ssl_.get());
  return tls_error({.code = code,
                    .verify_result = verify_result_,
                    .certificate_requested = certificate_requested_});
}

Result<std::size_t> TlsTransport::read(std::span<std::byte> space) noexcept {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::size_t count = 0;
  more_ = false;
  for (int round = 0; count < space.size() && !read_failure_; ++round) {
    if (round == rounds_max) {
      more_ = true;
      break;
    }
    ERR_clear_error();
    std::size_t size = 0;
    while (count < space.size() &&
           SSL_read_ex(ssl_.get(), space.data() + count, space.size() - count, &size) == 1)
      count += size;
    if (count == space.size()) break;
    if (!want_more()) break;
  }
  if (count == space.size()) more_ = SSL_pending(ssl_.get()) > 0 || BIO_pending(in_) > 0;
  // A key update or an alert may have to be answered.
  static_cast<void>(flush());
  if (count == 0 && read_failure_) return std::unexpected(*read_failure_);
  return count;
}

// SSL_read has nothing now: whether the transport below had more for it. The end of the stream is
// noted, and told when all that came before it was read.
bool TlsTransport::want_more() {
  switch (SSL_get_error(ssl_.get(), 0)) {
    case SSL_ERROR_WANT_READ: {
      const Result<std::size_t> count = fill();
      if (count && *count > 0) return true;
      if (!count)
        read_failure_ = count.error();
      else
        read_failure_ = write_failure_;
      return false;
    }
    case SSL_ERROR_ZERO_RETURN: read_failure_ = Error::link_closed; return false;
    default: read_failure_ = failed_record(); return false;
  }
}

Result<std::size_t> TlsTransport::write(TxSpans spans) noexcept {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  if (write_failure_) return std::unexpected(*write_failure_);
  // Where the link has just failed, a read may still find the broker's alert, and that says more.
  if (!flush() || out_pending()) return 0;

  std::array<std::byte, record_size_max> record;
  std::size_t count = 0;
  for (const Bytes span : spans) {
    const Bytes part = span.first(std::min(span.size(), record.size() - count));
    std::ranges::copy(part, record.data() + count);
    count += part.size();
  }
  if (count == 0) return 0;
  ERR_clear_error();
  std::size_t written = 0;
  const bool taken = SSL_write_ex(ssl_.get(), record.data(), count, &written) == 1;
  OPENSSL_cleanse(record.data(), count);  // There may be a password in it.
  if (!taken) {
    write_failure_ = failed_record();
    return std::unexpected(*write_failure_);
  }
  static_cast<void>(flush());
  return count;
}

void TlsTransport::close() noexcept {
  if (ssl_) {
    const bool sane =
        !write_failure_ && read_failure_.value_or(Error::link_closed) == Error::link_closed;
    if (state_ == State::open && sane) {
      static_cast<void>(SSL_shutdown(ssl_.get()));
      static_cast<void>(flush());
    }
    // Otherwise OpenSSL would spoil the session of a link that broke, and with it the next
    // handshake.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ssl_.reset();
    in_ = out_ = nullptr;
  }
  unsent_begin_ = unsent_end_ = 0;
  read_failure_.reset();
  write_failure_.reset();
  more_ = certificate_requested_ = false;
  state_ = State::closed;
  lower_.close();
  if (waiter_ != nullptr) arm();
}

std::string_view TlsTransport::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (ssl_) SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view TlsTransport::version() const {
  return state_ == State::open ? SSL_get_version(ssl_.get()) : std::string_view{};
}

// Brings bytes from the transport below to OpenSSL; 0 where there are none now.
Result<std::size_t> TlsTransport::fill() {
  std::array<std::byte, record_size_max> bytes;
  const Result<std::size_t> count = lower_.read(bytes);
  if (count && *count > 0) BIO_write(in_, bytes.data(), static_cast<int>(*count));
  return count;
}

// Takes bytes from OpenSSL to the transport below, as many as that takes now.
Result<void> TlsTransport::flush() {
  while (out_ != nullptr) {
    if (unsent_begin_ == unsent_end_) {
      const int size = BIO_read(out_, unsent_.data(), static_cast<int>(unsent_.size()));
      if (size <= 0) break;
      unsent_begin_ = 0;
      unsent_end_ = static_cast<std::size_t>(size);
    }
    const Bytes rest = Bytes{unsent_}.subspan(unsent_begin_, unsent_end_ - unsent_begin_);
    const Result<std::size_t> count = lower_.write({&rest, 1});
    if (!count) {
      unsent_begin_ = unsent_end_ = 0;
      BIO_reset(out_);
      write_failure_ = count.error();
      return std::unexpected(count.error());
    }
    if (*count == 0) break;
    unsent_begin_ += *count;
  }
  return {};
}

bool TlsTransport::out_pending() const {
  return unsent_begin_ != unsent_end_ || (out_ != nullptr && BIO_pending(out_) > 0);
}

// Waiting.

void TlsTransport::wait(Interest interest, std::optional<Instant> deadline,
                        Waiter& waiter) noexcept {
  waiter_ = &waiter;
  interest_ = interest;
  deadline_ = deadline;
  arm();
}

void TlsTransport::cancel(Waiter& waiter) noexcept {
  if (waiter_ != nullptr && waiter_ != &waiter) return;
  waiter_ = nullptr;
  lower_.cancel(*this);
}

// What the transport below has to be waited for. What is left of a record goes out whoever waits
// for what; and a handshake wants to read, although a socket could be written to all the time.
void TlsTransport::arm() {
  Interest below = interest_;
  const bool any = interest_.read || interest_.write;
  bool now = false;
  switch (state_) {
    case State::closed:
    case State::opening: break;
    case State::handshaking:
      below = {.read = any, .write = any && out_pending()};
      now = any && more_;
      break;
    case State::open:
      below.write = interest_.write || out_pending();
      now = (interest_.read && more_) || (any && (read_failure_ || write_failure_));
      break;
  }
  lower_.wait(below, now ? Instant::min() : deadline_, *this);
}

void TlsTransport::ready() {
  static_cast<void>(flush());
  if (waiter_ == nullptr) return;
  if (interest_.read || interest_.write || (deadline_ && *deadline_ <= lower_.now()))
    std::exchange(waiter_, nullptr)->ready();
  else
    arm();
}

}  // namespace minimq::asio

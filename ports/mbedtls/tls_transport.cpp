// SPDX-License-Identifier: MIT
#include <minimq/mbedtls/tls_transport.hpp>

#include <algorithm>
#include <cstring>
#include <expected>
#include <mbedtls/platform_util.h>
#include <utility>

#include "compatibility.hpp"

namespace minimq::mbedtls {

namespace {

// Session tickets and the like may stand before the data of one read.
constexpr int tickets_max = 8;

// With TLS 1.3 one may come at any time, to whoever reads or writes.
bool is_ticket(int code) {
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
  return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
  static_cast<void>(code);
  return false;
#endif
}

}  // namespace

TlsTransport::TlsTransport(Transport& lower, const TlsConfig& config)
    : lower_{lower}, config_{config} {
  mbedtls_ssl_init(&ssl_);
  mbedtls_ssl_config_init(&ssl_config_);
  mbedtls_ssl_session_init(&session_);
  mbedtls_ctr_drbg_init(&random_);
  mbedtls_x509_crt_init(&authorities_);
  mbedtls_x509_crt_init(&certificate_);
  mbedtls_pk_init(&private_key_);
}

TlsTransport::~TlsTransport() {
  if (waiter_ != nullptr) lower_.cancel(*this);
  waiter_ = nullptr;
  close();
  forget_session();
  mbedtls_ctr_drbg_free(&random_);
}

Result<std::size_t> TlsTransport::read(std::span<std::byte> space) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  static_cast<void>(push_chunk());
  if (failed_) return std::unexpected(*failed_);
  std::size_t count = 0;
  drained_ = read_blocked_ = false;
  for (int tickets = 0; count < space.size() && tickets < tickets_max;) {
    const int got = mbedtls_ssl_read(&ssl_, reinterpret_cast<unsigned char*>(space.data()) + count,
                                     space.size() - count);
    if (got > 0) {
      count += static_cast<std::size_t>(got);
    } else if (got == MBEDTLS_ERR_SSL_WANT_READ) {
      drained_ = true;
      break;
    } else if (got == MBEDTLS_ERR_SSL_WANT_WRITE) {
      read_blocked_ = true;
      break;
    } else if (is_ticket(got)) {
      ++tickets;
      save_session();
    } else {
      fail(got == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : got);
      break;
    }
  }
  if (waiter_ != nullptr) arm();
  if (count == 0 && failed_) return std::unexpected(*failed_);
  return count;
}

Result<std::size_t> TlsTransport::write(TxSpans spans) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::size_t taken = 0;
  while (push_chunk()) {
    fill_chunk(spans, taken);
    if (chunk_size_ == 0) break;
    taken += chunk_size_;
  }
  if (waiter_ != nullptr) arm();
  if (taken == 0 && failed_) return std::unexpected(*failed_);
  return taken;
}

// One record instead of one for each piece.
void TlsTransport::fill_chunk(TxSpans spans, std::size_t skip) {
  for (const Bytes piece : spans) {
    const std::size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    const Bytes part =
        piece.subspan(skipped, std::min(piece.size() - skipped, chunk_.size() - chunk_size_));
    if (!part.empty()) std::memcpy(chunk_.data() + chunk_size_, part.data(), part.size());
    chunk_size_ += part.size();
  }
}

// Encrypts what was taken and hands it to the lower transport. mbedTLS has to be called with the
// same arguments until it has done so, and wants the rest of a ticket first, of which it has read a
// part. False if something is left.
bool TlsTransport::push_chunk() {
  if (failed_) return false;
  while (chunk_sent_ < chunk_size_) {
    const int sent =
        mbedtls_ssl_write(&ssl_, chunk_.data() + chunk_sent_, chunk_size_ - chunk_sent_);
    write_blocked_ = sent == MBEDTLS_ERR_SSL_WANT_READ;
    if (write_blocked_ || sent == MBEDTLS_ERR_SSL_WANT_WRITE) return false;
    if (is_ticket(sent)) {
      save_session();
      continue;
    }
    if (sent <= 0) {
      fail(sent);
      wipe_chunk();
      return false;
    }
    chunk_sent_ += static_cast<std::size_t>(sent);
  }
  wipe_chunk();
  return true;
}

void TlsTransport::wipe_chunk() {
  mbedtls_platform_zeroize(chunk_.data(), chunk_size_);
  chunk_size_ = chunk_sent_ = 0;
}

void TlsTransport::close() {
  if (state_ == State::open && push_chunk()) {
    static_cast<void>(mbedtls_ssl_close_notify(&ssl_));  // As far as it goes.
  }
  tear_down();
  lower_.close();
  if (waiter_ != nullptr) arm();
}

void TlsTransport::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  waiter_ = &waiter;
  interest_ = interest;
  deadline_ = deadline;
  arm();
}

void TlsTransport::cancel(Waiter& waiter) {
  if (waiter_ != &waiter) return;
  waiter_ = nullptr;
  lower_.cancel(*this);
}

// What the lower transport has to wait for, so that the waiter is called when something is possible
// here.
void TlsTransport::arm() {
  Interest interest = interest_;
  std::optional<Instant> deadline = deadline_;
  const bool wished = interest.read || interest.write;
  switch (state_) {
    case State::closed:
    case State::opening: break;
    case State::handshaking:
      // The lower transport can nearly always be written to: that alone is no reason to wake up.
      if (wished) interest = {.read = !wants_write_, .write = wants_write_};
      break;
    case State::open: {
      const bool pending = !drained_ && mbedtls_ssl_check_pending(&ssl_) != 0;
      if (wished && (failed_ || (interest_.read && pending))) deadline = Instant::min();
      if (chunk_size_ != 0) (write_blocked_ ? interest.read : interest.write) = true;
      if (interest_.read && read_blocked_) interest.write = true;
      break;
    }
  }
  lower_.wait(interest, deadline, *this);
}

void TlsTransport::ready() {
  if (waiter_ == nullptr) return;
  // Who has written nothing more need not be there to see its bytes go.
  const bool pushing = state_ == State::open && chunk_size_ != 0;
  if (pushing) static_cast<void>(push_chunk());
  const bool due = deadline_ && *deadline_ <= lower_.now();
  const bool readable = interest_.read && (!pushing || failed_);
  if (due || interest_.write || readable) {
    std::exchange(waiter_, nullptr)->ready();
  } else {
    arm();
  }
}

std::string_view TlsTransport::alpn() const {
#if defined(MBEDTLS_SSL_ALPN)
  const char* const chosen = state_ == State::open ? mbedtls_ssl_get_alpn_protocol(&ssl_) : nullptr;
  if (chosen != nullptr) return chosen;
#endif
  return {};
}

std::string_view TlsTransport::version() const {
  if (state_ != State::open) return {};
  return mbedtls_ssl_get_version(&ssl_);
}

}  // namespace minimq::mbedtls

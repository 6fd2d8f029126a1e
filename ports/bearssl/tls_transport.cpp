// SPDX-License-Identifier: MIT
//
// An open connection, and its end.
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/wipe.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <expected>
#include <utility>

namespace minimq::bearssl {

namespace {

// What one call does at most: a peer that sends records without end, and nothing in them, does not
// keep it for ever.
constexpr int rounds_max = 64;

}  // namespace

TlsTransport::~TlsTransport() {
  lower_.cancel(*this);
  close();
}

Result<std::size_t> TlsTransport::read(std::span<std::byte> space) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::size_t count = 0;
  for (int round = 0; round < rounds_max && count < space.size(); ++round) {
    std::size_t size = 0;
    const unsigned char* received = ::br_ssl_engine_recvapp_buf(&engine(), &size);
    if (received != nullptr) {
      size = std::min(size, space.size() - count);
      std::memcpy(space.data() + count, received, size);
      ::br_ssl_engine_recvapp_ack(&engine(), size);
      count += size;
      continue;
    }
    const Result<void> exchanged = exchange_records();
    const unsigned state = engine_state();
    if ((state & BR_SSL_RECVAPP) != 0) continue;
    if (count != 0) break;  // What is wrong will still be wrong with the next call.
    if ((state & BR_SSL_CLOSED) != 0) return std::unexpected(engine_failure());
    if (!exchanged) return std::unexpected(exchanged.error());
    break;
  }
  return count;
}

Result<std::size_t> TlsTransport::write(TxSpans spans) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::size_t count = 0;
  for (Bytes bytes : spans) {
    while (!bytes.empty()) {
      std::size_t taken = take(bytes);
      if (taken == 0) {  // A record is in the way: the one that leaves, or one that arrives.
        const Result<void> exchanged = exchange_records();
        taken = take(bytes);
        const bool closed = (engine_state() & BR_SSL_CLOSED) != 0;
        if (taken == 0 && count == 0 && !exchanged && !closed)
          return std::unexpected(exchanged.error());
        if (taken == 0) return finish_write(count);
      }
      bytes = bytes.subspan(taken);
      count += taken;
    }
  }
  return finish_write(count);
}

// What was taken leaves, as far as the lower transport goes.
Result<std::size_t> TlsTransport::finish_write(std::size_t count) {
  ::br_ssl_engine_flush(&engine(), 0);
  const Result<bool> sent = send_records();
  if (count != 0) return count;  // What is wrong will still be wrong with the next call.
  if ((engine_state() & BR_SSL_CLOSED) != 0) return std::unexpected(engine_failure());
  if (!sent) return std::unexpected(sent.error());
  return 0;
}

// How many bytes BearSSL took from the front.
std::size_t TlsTransport::take(Bytes bytes) {
  std::size_t size = 0;
  unsigned char* const space = ::br_ssl_engine_sendapp_buf(&engine(), &size);
  size = std::min(size, bytes.size());
  if (space == nullptr || size == 0) return 0;
  std::memcpy(space, bytes.data(), size);
  ::br_ssl_engine_sendapp_ack(&engine(), size);
  return size;
}

void TlsTransport::close() {
  if (state_ == State::handshaking) session_.forget();  // It may be what the broker cannot bear.
  if (state_ == State::open) {
    std::size_t size = 0;
    // Where both directions share a buffer, what nobody has read is in the way.
    while (::br_ssl_engine_recvapp_buf(&engine(), &size) != nullptr)
      ::br_ssl_engine_recvapp_ack(&engine(), size);
    ::br_ssl_engine_close(&engine());
    (void)send_records();
  }
  if (state_ == State::handshaking || state_ == State::open) wipe();
  state_ = State::closed;
  lower_failed_ = false;
  host_ = {};
  lower_.close();
}

void TlsTransport::wipe() {
  bearssl::wipe(std::as_writable_bytes(std::span{&client_, 1}));
  bearssl::wipe(std::as_writable_bytes(std::span{&chain_, 1}));
  bearssl::wipe(config_.input);
  bearssl::wipe(config_.output);
  wipe_stack();
}

std::string_view TlsTransport::alpn() const {
  if (state_ != State::open) return {};
  // BearSSL does not write to it, but does not say so.
  auto& engine = const_cast<br_ssl_engine_context&>(client_.eng);
  const char* const name = ::br_ssl_engine_get_selected_protocol(&engine);
  return name == nullptr ? std::string_view{} : std::string_view{name};
}

// Whether any bytes left.
Result<bool> TlsTransport::send_records() {
  bool any = false;
  for (int round = 0; round < rounds_max; ++round) {
    std::size_t size = 0;
    const unsigned char* const record = ::br_ssl_engine_sendrec_buf(&engine(), &size);
    if (record == nullptr) break;
    const std::array<Bytes, 1> span{Bytes{reinterpret_cast<const std::byte*>(record), size}};
    const Result<std::size_t> sent = lower_.write(span);
    if (!sent) return std::unexpected(sent.error());
    if (*sent == 0) break;
    ::br_ssl_engine_sendrec_ack(&engine(), *sent);
    any = true;
  }
  return any;
}

// Whether any bytes came; one read.
Result<bool> TlsTransport::receive_piece() {
  std::size_t size = 0;
  unsigned char* const space = ::br_ssl_engine_recvrec_buf(&engine(), &size);
  if (space == nullptr) return false;
  const Result<std::size_t> received = lower_.read({reinterpret_cast<std::byte*>(space), size});
  if (!received) return std::unexpected(received.error());
  if (*received == 0) return false;
  ::br_ssl_engine_recvrec_ack(&engine(), *received);
  return true;
}

// In both directions, as far as it goes without waiting: one may be what the other waits for. It
// ends as soon as the application has something to read.
Result<void> TlsTransport::exchange_records() {
  for (int round = 0; round < rounds_max; ++round) {
    const Result<bool> sent = send_records();
    const Result<bool> received = receive_piece();
    if (!received) return std::unexpected(received.error());
    if (*received) continue;  // A peer that takes no more has said why, perhaps.
    if (!sent) return std::unexpected(sent.error());
    if (!*sent) break;
  }
  return {};
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

// A wished direction is possible without the lower transport.
bool TlsTransport::possible() const {
  if (state_ != State::open || (!interest_.read && !interest_.write)) return false;
  const unsigned state = engine_state();
  return lower_failed_ || (state & BR_SSL_CLOSED) != 0 ||
         (interest_.read && (state & BR_SSL_RECVAPP) != 0) ||
         (interest_.write && (state & BR_SSL_SENDAPP) != 0);
}

void TlsTransport::arm() {
  const bool wished = interest_.read || interest_.write;
  switch (state_) {
    case State::closed:
    case State::connecting: lower_.wait(interest_, deadline_, *this); return;
    case State::handshaking:
    case State::open: break;
  }
  if (possible()) {
    lower_.wait(interest_, Instant::min(), *this);
    return;
  }
  // What was taken from the application leaves even if it wishes nothing now; and where both
  // directions share a buffer, a record must arrive before another can leave.
  const unsigned state = engine_state();
  const Interest needed{.read = wished && (state & BR_SSL_RECVREC) != 0,
                        .write = (state & BR_SSL_SENDREC) != 0 && !lower_failed_};
  lower_.wait(needed, deadline_, *this);
}

void TlsTransport::ready() {
  if (waiter_ == nullptr) return;
  const bool due = deadline_ && *deadline_ <= lower_.now();
  if (state_ == State::open && !due) {
    const bool wished = interest_.read || interest_.write;
    if (wished) {
      lower_failed_ = !exchange_records();
    } else {
      lower_failed_ = !send_records();
    }
    if (!possible()) {
      arm();
      return;
    }
  }
  std::exchange(waiter_, nullptr)->ready();
}

}  // namespace minimq::bearssl

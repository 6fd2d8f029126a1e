// SPDX-License-Identifier: MIT
//
// Handlers of Asio only take notes and tell whoever waits; `open`, called by the session, takes the
// steps. So a handler may come late, or after the connection that it belongs to: its number shows
// that.
#include <minimq/asio/tcp_transport.hpp>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <exception>
#include <expected>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "error_map.hpp"

namespace minimq::asio {

namespace {

namespace ip = ::asio::ip;
using std::chrono::steady_clock;

// How many spans one write offers to the system.
constexpr std::size_t span_count_max = 16;

// The timer runs for so long at most, and then looks again: far deadlines would not fit its clock.
constexpr Duration timer_duration_max = std::chrono::hours{24};

bool try_again(std::error_code error) {
  return error == ::asio::error::would_block || error == ::asio::error::try_again ||
         error == ::asio::error::interrupted;
}

}  // namespace

// A handler for this connection. The note says whether the waiter is to be told.
template <class Note>
auto TcpTransport::noted(Note note) {
  return [this, note, number = *connection_,
          connection = std::weak_ptr{connection_}](const auto&... answer) {
    const auto current = connection.lock();
    if (!current || *current != number) return;
    bool wanted = false;
    if constexpr (std::is_invocable_v<const Note&>)
      wanted = note();
    else
      wanted = note(answer...);
    if (wanted) tell();
  };
}

TcpTransport::TcpTransport(const ::asio::any_io_executor& executor, const TcpOptions& options)
    : executor_{executor},
      options_{options},
      socket_{executor},
      resolver_{executor},
      timer_{executor},
      connection_{std::make_shared<std::uint64_t>(0)} {}

TcpTransport::~TcpTransport() {
  waiter_ = nullptr;
  close();
}

Result<Transport::Progress> TcpTransport::open(const Broker& broker) noexcept {
  const Result<Progress> progress = step(broker);
  if (!progress)
    close();
  else if (waiter_ != nullptr)
    arm();  // The state may have changed, and with it what the waiter has to wait for.
  return progress;
}

Result<std::size_t> TcpTransport::read(std::span<std::byte> space) noexcept {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::error_code error;
  const std::size_t count = socket_.read_some(::asio::buffer(space.data(), space.size()), error);
  if (!error) return count;
  if (try_again(error)) return 0;
  last_error_ = error;
  return std::unexpected(stream_error(error));
}

Result<std::size_t> TcpTransport::write(TxSpans spans) noexcept {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  if (spans.empty()) return 0;
  std::array<::asio::const_buffer, span_count_max> pieces;
  const std::size_t count = std::min(spans.size(), pieces.size());
  for (std::size_t i = 0; i < count; ++i)
    pieces[i] = {spans[i].data(), spans[i].size()};
  std::error_code error;
  const std::size_t sent = socket_.write_some(std::span{pieces}.first(count), error);
  if (!error) return sent;
  if (try_again(error)) return 0;
  last_error_ = error;
  return std::unexpected(stream_error(error));
}

void TcpTransport::close() noexcept {
  resolver_.cancel();
  drop_socket();
  state_ = State::closed;
  if (waiter_ != nullptr)
    arm();
  else
    arm_timer(std::nullopt);
}

void TcpTransport::wait(Interest interest, std::optional<Instant> deadline,
                        Waiter& waiter) noexcept {
  waiter_ = &waiter;
  interest_ = interest;
  deadline_ = deadline;
  arm();
}

void TcpTransport::cancel(Waiter& waiter) noexcept {
  if (waiter_ != nullptr && waiter_ != &waiter) return;
  waiter_ = nullptr;
  arm_timer(std::nullopt);
}

Instant TcpTransport::now() noexcept {
  return Instant{std::chrono::floor<Duration>(steady_clock::now().time_since_epoch())};
}

void TcpTransport::entropy(std::span<std::byte> space) noexcept {
  try {
    std::random_device device;
    for (std::byte& byte : space)
      byte = static_cast<std::byte>(device());
  } catch (const std::exception&) {
    // No source of random numbers: the time in nanoseconds differs from device to device.
    std::minstd_rand mixer{static_cast<std::uint_fast32_t>(
        std::chrono::system_clock::now().time_since_epoch().count())};
    for (std::byte& byte : space)
      byte = static_cast<std::byte>(mixer() >> 8);
  }
}

// Waiting.

void TcpTransport::arm() {
  if (due()) {
    soon();
    return;
  }
  std::optional<Instant> deadline = deadline_;
  if (interest_.read || interest_.write) {
    if (state_ == State::open) arm_socket();
    if (endpoint_deadline_ && (!deadline || *endpoint_deadline_ < *deadline))
      deadline = endpoint_deadline_;
  }
  arm_timer(deadline);
}

// Whether the wait is over for a reason that does not pass away.
bool TcpTransport::due() const {
  if (waiter_ == nullptr) return false;
  const Instant time{std::chrono::floor<Duration>(steady_clock::now().time_since_epoch())};
  if (deadline_ && *deadline_ <= time) return true;
  if (!interest_.read && !interest_.write) return false;
  return state_ == State::closed || under_.answer ||
         (endpoint_deadline_ && *endpoint_deadline_ <= time);
}

// A wait that Asio has begun goes on although nobody is interested any more: it costs one handler,
// and less than to begin it again for each packet.
void TcpTransport::arm_socket() {
  if (interest_.read && !std::exchange(under_.reading, true)) {
    socket_.async_wait(Socket::wait_read, noted([this] {
                         under_.reading = false;
                         return interest_.read;
                       }));
  }
  if (interest_.write && !std::exchange(under_.writing, true)) {
    socket_.async_wait(Socket::wait_write, noted([this] {
                         under_.writing = false;
                         return interest_.write;
                       }));
  }
}

// A timer that runs for an earlier deadline is left alone: when it ends, it is armed again.
void TcpTransport::arm_timer(std::optional<Instant> deadline) {
  if (!deadline) {
    if (timer_deadline_) timer_.cancel();
    timer_deadline_.reset();
    ++timer_number_;
    return;
  }
  const Instant last = now() + timer_duration_max;
  const Instant end = std::min(*deadline, last);
  if (timer_deadline_ && *timer_deadline_ <= end) return;
  timer_deadline_ = end;
  timer_.expires_at(steady_clock::time_point{end.time_since_epoch()});
  timer_.async_wait(
      [this, number = ++timer_number_, alive = std::weak_ptr{connection_}](const std::error_code&) {
        const auto self = alive.lock();
        if (!self || timer_number_ != number) return;
        timer_deadline_.reset();
        if (due())
          tell();
        else if (waiter_ != nullptr)
          arm();
      });
}

// Tells the waiter from the executor, if it is still to be told then.
void TcpTransport::soon() {
  if (std::exchange(posted_, true)) return;
  ::asio::post(executor_, [this, alive = std::weak_ptr{connection_}] {
    const auto self = alive.lock();
    if (!self) return;
    posted_ = false;
    if (due()) tell();
  });
}

// The waiter may destroy this object: nothing of it is used after the call.
void TcpTransport::tell() {
  if (Waiter* const waiter = std::exchange(waiter_, nullptr)) waiter->ready();
}

// Opening.

Result<Transport::Progress> TcpTransport::step(const Broker& broker) {
  switch (state_) {
    case State::closed: return begin(broker);
    case State::resolving: return finish_resolving();
    case State::connecting: return finish_connecting();
    case State::open: break;
  }
  return Progress::ready;
}

Result<Transport::Progress> TcpTransport::begin(const Broker& broker) {
  if (!broker.valid() || broker.tls()) return std::unexpected(Error::transport_unsupported);
  last_error_.clear();
  reason_.reset();
  endpoints_.clear();
  endpoint_next_ = 0;
  if (!broker.is_unix_path()) return resolve(broker);
#if defined(ASIO_HAS_LOCAL_SOCKETS)
  const std::string_view path = broker.host();
  if (path.empty() || path.contains('\0')) return std::unexpected(Error::host_not_found);
  try {
    endpoints_.emplace_back(::asio::local::stream_protocol::endpoint{path});
  } catch (const std::system_error& too_long) {
    return std::unexpected(failed(too_long.code()));
  }
  return connect_next();
#else
  return std::unexpected(Error::transport_unsupported);
#endif
}

Result<Transport::Progress> TcpTransport::resolve(const Broker& broker) {
  const std::string host{broker.host()};
  if (host.empty() || host.contains('\0')) return std::unexpected(Error::host_not_found);
  std::error_code not_numeric;
  const ip::address address = ip::make_address(host, not_numeric);
  if (!not_numeric) {
    endpoints_.emplace_back(ip::tcp::endpoint{address, broker.port()});
    return connect_next();
  }
  state_ = State::resolving;
  resolver_.async_resolve(
      host, std::to_string(broker.port()), ip::resolver_base::numeric_service,
      noted([this](std::error_code error, const ip::tcp::resolver::results_type& results) {
        under_.answer = error;
        for (const auto& result : results)
          endpoints_.emplace_back(result.endpoint());
        return interest_.read || interest_.write;
      }));
  return Progress::pending;
}

Result<Transport::Progress> TcpTransport::finish_resolving() {
  if (!under_.answer) return Progress::pending;
  const std::error_code error = *std::exchange(under_.answer, std::nullopt);
  if (error) {
    last_error_ = error;
    return std::unexpected(resolve_error(error));
  }
  return connect_next();
}

Result<Transport::Progress> TcpTransport::connect_next() {
  while (endpoint_next_ < endpoints_.size()) {
    drop_socket();
    if (const std::error_code error = begin_connect(endpoints_[endpoint_next_++])) {
      blame(error);
      continue;
    }
    state_ = State::connecting;
    if (endpoint_next_ < endpoints_.size())
      endpoint_deadline_ = now() + Duration{options_.address_timeout};
    return Progress::pending;
  }
  return std::unexpected(reason_.value_or(Error::host_not_found));
}

std::error_code TcpTransport::begin_connect(const Endpoint& endpoint) {
  std::error_code error;
  if (socket_.open(endpoint.protocol(), error)) return error;
  if (socket_.non_blocking(true, error)) return error;
  const int family = endpoint.protocol().family();
  if (family == ip::tcp::v4().family() || family == ip::tcp::v6().family()) {
    // A small packet must not wait for the acknowledgement of the one before it.
    std::error_code ignored;
    socket_.set_option(ip::tcp::no_delay{true}, ignored);
  }
  socket_.async_connect(endpoint, noted([this](std::error_code answer) {
                          under_.answer = answer;
                          return interest_.read || interest_.write;
                        }));
  return {};
}

Result<Transport::Progress> TcpTransport::finish_connecting() {
  if (under_.answer) {
    std::error_code error = *std::exchange(under_.answer, std::nullopt);
    if (!error && connected_to_itself()) error = ::asio::error::connection_refused;
    if (!error) {
      state_ = State::open;
      endpoint_deadline_.reset();
      return Progress::ready;
    }
    blame(error);
    return connect_next();
  }
  if (endpoint_deadline_ && *endpoint_deadline_ <= now()) {
    blame(::asio::error::timed_out);
    return connect_next();
  }
  return Progress::pending;
}

// A client that dials an unused port of its own machine may get that very port for itself and then
// reach itself. That would also keep the broker from listening there.
bool TcpTransport::connected_to_itself() const {
  std::error_code no_ours;
  std::error_code no_theirs;
  const Endpoint ours = socket_.local_endpoint(no_ours);
  const Endpoint theirs = socket_.remote_endpoint(no_theirs);
  return !no_ours && !no_theirs && ours == theirs;
}

// The reason to report if no address answers: that one could not be reached says less than any
// other reason, so it never replaces one.
void TcpTransport::blame(std::error_code error) {
  const Error reason = failed(error);
  if (!reason_ || reason != Error::host_unreachable) reason_ = reason;
}

Error TcpTransport::failed(std::error_code error) {
  last_error_ = error;
  return connect_error(error);
}

void TcpTransport::drop_socket() {
  ++*connection_;
  under_ = {};
  endpoint_deadline_.reset();
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace minimq::asio

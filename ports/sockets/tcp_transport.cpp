// SPDX-License-Identifier: MIT
#include <minimq/sockets/socket.hpp>
#include <minimq/sockets/tcp_transport.hpp>

#include <algorithm>
#include <expected>
#include <string_view>
#include <utility>

namespace minimq::sockets {

namespace {

// In any mixture of cases.
bool is_localhost(std::string_view host) {
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  return std::ranges::equal(host, std::string_view{"localhost"}, same);
}

}  // namespace

TcpTransport::TcpTransport(EventLoop& loop, const TcpOptions& options)
    : loop_{loop}, options_{options}, resolver_{loop}, source_{loop}, timer_{loop} {}

Result<Transport::Progress> TcpTransport::open(const Broker& broker) {
  const Result<Progress> progress = step(broker);
  if (!progress)
    close();
  else if (waiter_ != nullptr)
    arm();  // The state may have changed, and with it what the waiter has to wait for.
  return progress;
}

Result<std::size_t> TcpTransport::read(std::span<std::byte> space) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  const socket::Answer<std::size_t> count = socket::receive(descriptor(), space);
  if (count) return *count;
  errno_ = count.error();
  return std::unexpected(socket::stream_error(errno_));
}

Result<std::size_t> TcpTransport::write(TxSpans spans) {
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  if (spans.empty()) return 0;
  const socket::Answer<std::size_t> count = socket::transmit(descriptor(), spans);
  if (count) return *count;
  errno_ = count.error();
  return std::unexpected(socket::stream_error(errno_));
}

void TcpTransport::close() {
  resolver_.stop();
  drop_socket();
  state_ = State::closed;
  if (waiter_ != nullptr) arm();
}

void TcpTransport::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  waiter_ = &waiter;
  interest_ = interest;
  deadline_ = deadline;
  arm();
}

void TcpTransport::cancel(Waiter& waiter) {
  if (waiter_ != &waiter) return;
  waiter_ = nullptr;
  disarm();
}

void TcpTransport::ready() {
  disarm();
  if (Waiter* const waiter = std::exchange(waiter_, nullptr)) waiter->ready();
}

void TcpTransport::disarm() {
  source_.cancel();
  timer_.cancel();
  resolver_.cancel_wait();
}

void TcpTransport::arm() {
  disarm();
  std::optional<Instant> deadline = deadline_;
  const auto at_the_latest = [&deadline](std::optional<Instant> other) {
    if (other && (!deadline || *other < *deadline)) deadline = other;
  };
  if (interest_.read || interest_.write) {
    switch (state_) {
      case State::closed: at_the_latest(loop_.now()); break;
      case State::resolving: at_the_latest(resolver_.wait(*this)); break;
      case State::connecting:
        source_.wait({.read = false, .write = true}, *this);
        at_the_latest(address_deadline_);
        break;
      case State::open: source_.wait(interest_, *this); break;
    }
  }
  if (deadline) timer_.start(*deadline, *this);
}

Result<Transport::Progress> TcpTransport::step(const Broker& broker) {
  switch (state_) {
    case State::closed: return begin(broker);
    case State::resolving: return resolve();
    case State::connecting: return finish_connect();
    case State::open: break;
  }
  return Progress::ready;
}

Result<Transport::Progress> TcpTransport::begin(const Broker& broker) {
  if (!broker.valid() || broker.tls()) return std::unexpected(Error::transport_unsupported);
  errno_ = 0;
  reason_.reset();
  address_count_ = 0;
  address_next_ = 0;
  port_ = broker.port();
  if (broker.is_unix_path()) return connect_path(broker.host());

  // That name is this machine, whatever files and name servers say [RFC 6761 6.3].
  if (is_localhost(broker.host())) {
    add_address("127.0.0.1");
    add_address("::1");
  } else {
    add_address(broker.host());
  }
  if (address_count_ != 0) return connect_next();
  const Result<void> started = resolver_.start(broker.host(), addresses_, options_);
  if (!started) return std::unexpected(started.error());
  state_ = State::resolving;
  return resolve();
}

void TcpTransport::add_address(std::string_view text) {
  if (const std::optional<IpAddress> address = parse_ip_address(text))
    addresses_[address_count_++] = *address;
}

Result<Transport::Progress> TcpTransport::resolve() {
  const Result<std::size_t> found = resolver_.advance();
  if (!found) return std::unexpected(found.error());
  if (*found == 0) return Progress::pending;
  address_count_ = static_cast<std::uint8_t>(*found);
  return connect_next();
}

Result<Transport::Progress> TcpTransport::connect_next() {
  drop_socket();
  while (address_next_ < address_count_) {
    const IpAddress& address = addresses_[address_next_++];
    const socket::Answer<int> descriptor = socket::connect_to(address, port_);
    if (!descriptor) {
      blame(failed(descriptor.error()));
      continue;
    }
    if (const Result<void> taken = take_socket(*descriptor); !taken)
      return std::unexpected(taken.error());
    address_deadline_.reset();
    if (address_next_ < address_count_)
      address_deadline_ = loop_.now() + Duration{options_.address_timeout};
    return Progress::pending;
  }
  return std::unexpected(reason_.value_or(Error::host_unreachable));
}

Result<Transport::Progress> TcpTransport::connect_path(std::string_view path) {
  const socket::Answer<int> descriptor = socket::connect_to(path);
  if (!descriptor) return std::unexpected(failed(descriptor.error()));
  address_deadline_.reset();
  if (const Result<void> taken = take_socket(*descriptor); !taken)
    return std::unexpected(taken.error());
  return Progress::pending;
}

Result<Transport::Progress> TcpTransport::finish_connect() {
  const socket::Answer<bool> connected = socket::connected(descriptor());
  if (connected && *connected) {
    state_ = State::open;
    return Progress::ready;
  }
  if (!connected) {
    blame(failed(connected.error()));
    return connect_next();
  }
  if (address_deadline_ && *address_deadline_ <= loop_.now()) {
    blame(failed(socket::timed_out));
    return connect_next();
  }
  return Progress::pending;
}

// The reason to report if no address answers: that one could not be reached says less than any
// other reason, so it never replaces one.
void TcpTransport::blame(Error error) {
  if (!reason_ || error != Error::host_unreachable) reason_ = error;
}

Error TcpTransport::failed(int error) {
  errno_ = error;
  return socket::connect_error(error);
}

Result<void> TcpTransport::take_socket(int descriptor) {
  if (!source_.attach(descriptor)) {
    socket::give_back(descriptor);
    errno_ = socket::no_place;
    return std::unexpected(Error::link_error);
  }
  state_ = State::connecting;
  return {};
}

void TcpTransport::drop_socket() {
  const int descriptor = source_.descriptor();
  source_.detach();
  if (descriptor >= 0) socket::give_back(descriptor);
}

}  // namespace minimq::sockets

// SPDX-License-Identifier: MIT
#include <minimq/lwip/tcp_transport.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <lwip/def.h>
#include <lwip/dns.h>
#include <lwip/opt.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <utility>

static_assert(LWIP_TCP && LWIP_DNS && LWIP_CALLBACK_API, "minimq::lwip needs these of lwIP");

namespace minimq::lwip {

namespace {

// lwIP cannot take a question to its DNS back, so an answer may come when the transport that asked
// is gone. Those that wait are listed here; nothing else is written to memory of the port's own.
constinit TcpTransport* searches = nullptr;

constexpr std::size_t chunk_max = 0xffff;  // sizes of lwIP have 16 bits

Error connect_error(err_t error) {
  switch (error) {
    case ERR_RST: return Error::connect_refused;
    case ERR_RTE:
    case ERR_TIMEOUT:
    case ERR_ABRT: return Error::host_unreachable;  // no SYN was answered
    default: return Error::link_error;
  }
}

Error stream_error(err_t error) {
  const bool closed = error == ERR_RST || error == ERR_CLSD || error == ERR_CONN;
  return closed ? Error::link_closed : Error::link_error;
}

}  // namespace

Result<Transport::Progress> TcpTransport::open(const Broker& broker) {
  switch (state_) {
    case State::closed: break;
    case State::resolving:
    case State::connecting: return Progress::pending;
    case State::open: return Progress::ready;
    case State::failed: {
      const Error why = failure_;
      close();
      return std::unexpected(why);
    }
  }
  const Result<Progress> progress = begin(broker);
  if (!progress) close();
  return progress;
}

Result<Transport::Progress> TcpTransport::begin(const Broker& broker) {
  if (!broker.valid() || broker.tls() || broker.is_unix_path())
    return std::unexpected(Error::transport_unsupported);
  // lwIP wants its texts terminated by a zero.
  std::array<char, DNS_MAX_NAME_LENGTH> name;
  const std::string_view host = broker.host();
  if (host.empty() || host.size() >= name.size() || host.contains('\0'))
    return std::unexpected(Error::host_not_found);
  *std::copy(host.begin(), host.end(), name.begin()) = '\0';
  host_ = host;
  port_ = broker.port();
  ip_addr_t address;
  lwip_error_ = ::dns_gethostbyname(name.data(), &address, resolved, nullptr);
  switch (lwip_error_) {
    case ERR_OK:
      if (const Result<void> begun = connect(address); !begun)
        return std::unexpected(begun.error());
      return Progress::pending;
    case ERR_INPROGRESS:
      lwip_error_ = ERR_OK;
      search();
      return Progress::pending;
    case ERR_MEM: return std::unexpected(Error::link_error);
    default: return std::unexpected(Error::host_not_found);
  }
}

Result<void> TcpTransport::connect(const ip_addr_t& address) {
  pcb_ = ::tcp_new_ip_type(IP_GET_TYPE(&address));
  if (pcb_ == nullptr) {
    lwip_error_ = ERR_MEM;
    return std::unexpected(Error::link_error);
  }
  ::tcp_arg(pcb_, this);
  ::tcp_recv(pcb_, received);
  ::tcp_sent(pcb_, acknowledged);
  ::tcp_poll(pcb_, polled, 1);
  ::tcp_err(pcb_, lost);
  tcp_nagle_disable(pcb_);  // A small packet must not wait for the acknowledgement of another.
  lwip_error_ = ::tcp_connect(pcb_, &address, port_, connected);
  if (lwip_error_ != ERR_OK) return std::unexpected(connect_error(lwip_error_));
  state_ = State::connecting;
  return {};
}

Result<std::size_t> TcpTransport::read(std::span<std::byte> space) {
  if (received_ != nullptr) return take_received(space);
  if (state_ == State::failed) return std::unexpected(failure_);
  if (state_ != State::open || ended_) return std::unexpected(Error::link_closed);
  return 0;
}

std::size_t TcpTransport::take_received(std::span<std::byte> space) {
  const auto count = static_cast<std::uint16_t>(
      std::min({space.size(), std::size_t{received_->tot_len}, chunk_max}));
  ::pbuf_copy_partial(received_, space.data(), count, 0);
  received_ = ::pbuf_free_header(received_, count);
  if (pcb_ != nullptr) ::tcp_recved(pcb_, count);
  return count;
}

Result<std::size_t> TcpTransport::write(TxSpans spans) {
  if (state_ == State::failed) return std::unexpected(failure_);
  if (state_ != State::open) return std::unexpected(Error::link_closed);
  std::size_t taken = 0;
  err_t error = ERR_OK;
  for (std::size_t i = 0; i < spans.size() && error == ERR_OK; ++i)
    error = enqueue(spans[i], i + 1 < spans.size(), taken);
  // If lwIP cannot send now, it does so later by itself.
  if (taken != 0) ::tcp_output(pcb_);
  if (error == ERR_OK || error == ERR_MEM || taken != 0) return taken;
  lwip_error_ = error;
  return std::unexpected(stream_error(error));
}

// Hands a piece over, and less and less of it where memory is short. ERR_MEM: not all of it.
err_t TcpTransport::enqueue(Bytes piece, bool more, std::size_t& taken) {
  while (!piece.empty()) {
    if (!writable()) return ERR_MEM;
    std::size_t size = std::min({piece.size(), std::size_t{tcp_sndbuf(pcb_)}, chunk_max});
    // With this flag lwIP takes memory for a whole segment at once.
    unsigned flags = TCP_WRITE_FLAG_COPY;
    if (more || size < piece.size()) flags |= TCP_WRITE_FLAG_MORE;
    err_t error = ERR_MEM;
    while (size != 0) {
      error = ::tcp_write(pcb_, piece.data(), static_cast<std::uint16_t>(size),
                          static_cast<std::uint8_t>(flags));
      if (error != ERR_MEM) break;
      size /= 2;
      flags = TCP_WRITE_FLAG_COPY;
    }
    if (error == ERR_MEM) starved_ = true;
    if (error != ERR_OK) return error;
    taken += size;
    piece = piece.subspan(size);
  }
  return ERR_OK;
}

void TcpTransport::close() {
  end_search();
  const std::uint16_t unread = received_ != nullptr ? received_->tot_len : std::uint16_t{0};
  if (received_ != nullptr) ::pbuf_free(std::exchange(received_, nullptr));
  if (tcp_pcb* const pcb = std::exchange(pcb_, nullptr)) {
    ::tcp_arg(pcb, nullptr);
    ::tcp_recv(pcb, nullptr);
    ::tcp_sent(pcb, nullptr);
    ::tcp_poll(pcb, nullptr, 0);
    ::tcp_err(pcb, nullptr);
    // What it still has to send goes on without us, but gives way when lwIP needs a pcb.
    ::tcp_setprio(pcb, TCP_PRIO_MIN);
    // With unread bytes lwIP would send a reset instead, and drop what was not sent yet.
    if (unread != 0) ::tcp_recved(pcb, unread);
    if (::tcp_close(pcb) != ERR_OK) ::tcp_abort(pcb);
  }
  state_ = State::closed;
  ended_ = starved_ = false;
}

void TcpTransport::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  interest_ = interest;
  begin_wait(deadline, waiter);
}

bool TcpTransport::possible() const {
  if (!interest_.read && !interest_.write) return false;
  switch (state_) {
    case State::closed:
    case State::failed: return true;
    case State::resolving:
    case State::connecting: return false;
    case State::open: break;
  }
  return (interest_.read && (received_ != nullptr || ended_)) || (interest_.write && writable());
}

bool TcpTransport::writable() const {
  return !starved_ && tcp_sndbuf(pcb_) != 0 && tcp_sndqueuelen(pcb_) < TCP_SND_QUEUELEN;
}

// What lwIP calls: nothing but notes, because it is in the middle of its own work.

void TcpTransport::resolved(const char* name, const ip_addr_t* address, void*) {
  for (TcpTransport* transport = searches; transport != nullptr;) {
    TcpTransport* const next = transport->next_search_;
    const std::string_view host = transport->host_;
    if (::lwip_strnicmp(name, host.data(), host.size()) == 0 && name[host.size()] == '\0') {
      transport->end_search();
      if (address == nullptr) {
        transport->fail(Error::host_not_found);
      } else if (const Result<void> begun = transport->connect(*address); !begun) {
        transport->fail(begun.error());
      }
    }
    transport = next;
  }
}

err_t TcpTransport::connected(void* self, tcp_pcb*, err_t) {
  static_cast<TcpTransport*>(self)->state_ = State::open;
  return ERR_OK;
}

err_t TcpTransport::received(void* self, tcp_pcb*, pbuf* data, err_t) {
  auto& transport = *static_cast<TcpTransport*>(self);
  if (data == nullptr) {
    transport.ended_ = true;
  } else if (transport.received_ == nullptr) {
    transport.received_ = data;
  } else if (std::size_t{transport.received_->tot_len} + data->tot_len > chunk_max) {
    return ERR_MEM;  // lwIP keeps it and offers it again.
  } else {
    ::pbuf_cat(transport.received_, data);
  }
  return ERR_OK;
}

err_t TcpTransport::acknowledged(void* self, tcp_pcb*, std::uint16_t) {
  static_cast<TcpTransport*>(self)->starved_ = false;
  return ERR_OK;
}

err_t TcpTransport::polled(void* self, tcp_pcb*) {
  static_cast<TcpTransport*>(self)->starved_ = false;
  return ERR_OK;
}

// The pcb is freed already, or will be when this returns.
void TcpTransport::lost(void* self, err_t error) {
  auto& transport = *static_cast<TcpTransport*>(self);
  transport.pcb_ = nullptr;
  transport.lwip_error_ = error;
  transport.fail(transport.state_ == State::open ? stream_error(error) : connect_error(error));
}

void TcpTransport::fail(Error error) {
  state_ = State::failed;
  failure_ = error;
}

void TcpTransport::search() {
  state_ = State::resolving;
  next_search_ = std::exchange(searches, this);
}

void TcpTransport::end_search() {
  if (state_ != State::resolving) return;
  TcpTransport** link = &searches;
  while (*link != this)
    link = &(*link)->next_search_;
  *link = next_search_;
  state_ = State::closed;
}

}  // namespace minimq::lwip

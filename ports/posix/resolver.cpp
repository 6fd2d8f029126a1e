// SPDX-License-Identifier: MIT
#include <minimq/posix/resolver.hpp>

#include <algorithm>
// Newer versions of c-ares would rather own the thread that waits; here the loop does.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <cstring>
#include <expected>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>
#include <utility>

namespace minimq::posix {

namespace {

// The longest name that DNS can carry, written with dots [RFC 1035 2.3.4], and its end.
constexpr std::size_t name_size_max = 254;

template <std::size_t>
Source source_of(sockets::EventLoop& loop) {
  return Source{loop};
}

// An array of objects that cannot be moved, each made in its place.
template <std::size_t... Index>
std::array<Source, sizeof...(Index)> sources_of(sockets::EventLoop& loop,
                                                std::index_sequence<Index...>) {
  return {source_of<Index>(loop)...};
}

}  // namespace

Resolver::Resolver(sockets::EventLoop& loop)
    : loop_{loop}, sources_{sources_of(loop, std::make_index_sequence<socket_count_max>{})} {}

Result<void> Resolver::start(std::string_view name, std::span<IpAddress> found,
                             const TcpOptions& options) {
  stop();
  std::array<char, name_size_max + 1> text;
  if (name.empty() || name.size() > name_size_max || name.contains('\0'))
    return std::unexpected(Error::host_not_found);
  *std::copy(name.begin(), name.end(), text.begin()) = '\0';

  ares_options settings{};
  settings.timeout = static_cast<int>(options.dns_timeout.count());
  settings.tries = 3;
  if (ares_init_options(&channel_, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
      ARES_SUCCESS) {
    channel_ = nullptr;
    return std::unexpected(Error::link_error);
  }
  if (options.dns_servers != nullptr &&
      ares_set_servers_ports_csv(channel_, options.dns_servers) != ARES_SUCCESS) {
    stop();
    return std::unexpected(Error::link_error);
  }
  found_ = found;
  found_count_ = 0;
  outcome_ = Outcome::pending;
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_, text.data(), nullptr, &hints, finished, this);
  return follow_sockets();
}

Result<std::size_t> Resolver::advance() {
  if (channel_ == nullptr) return std::unexpected(Error::host_not_found);
  if (outcome_ == Outcome::pending) process_ready_sockets();
  switch (outcome_) {
    case Outcome::pending:
      if (const Result<void> followed = follow_sockets(); !followed)
        return std::unexpected(followed.error());
      return 0;
    case Outcome::found: stop(); return found_count_;
    case Outcome::not_found: stop(); return std::unexpected(Error::host_not_found);
    case Outcome::no_memory: stop(); return std::unexpected(Error::link_error);
  }
  return 0;
}

std::optional<Instant> Resolver::wait(Waiter& waiter) {
  if (channel_ == nullptr) return std::nullopt;
  if (outcome_ != Outcome::pending) return loop_.now();
  for (std::size_t i = 0; i < socket_count_max; ++i) {
    if (sources_[i].descriptor() >= 0) sources_[i].wait(interests_[i], waiter);
  }
  timeval left{};
  if (ares_timeout(channel_, nullptr, &left) == nullptr) return std::nullopt;
  // Rounded up, so that c-ares agrees that the time has come.
  return loop_.now() + Duration{std::int64_t{left.tv_sec} * 1'000 + left.tv_usec / 1'000 + 1};
}

void Resolver::cancel_wait() {
  for (Source& source : sources_)
    source.cancel();
}

void Resolver::stop() {
  for (Source& source : sources_)
    source.detach();
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
}

// Called by c-ares at any time from start() to stop(), which must not end the channel here.
void Resolver::finished(void* self, int status, int, ares_addrinfo* answer) {
  auto& resolver = *static_cast<Resolver*>(self);
  if (status == ARES_SUCCESS) resolver.store(*answer);
  if (answer != nullptr) ares_freeaddrinfo(answer);
  if (status == ARES_ENOMEM)
    resolver.outcome_ = Outcome::no_memory;
  else
    resolver.outcome_ = resolver.found_count_ > 0 ? Outcome::found : Outcome::not_found;
}

void Resolver::store(const ares_addrinfo& answer) {
  for (const auto* node = answer.nodes; node != nullptr; node = node->ai_next) {
    if (found_count_ == found_.size()) return;
    IpAddress address;
    if (node->ai_family == AF_INET) {
      sockaddr_in v4;
      std::memcpy(&v4, node->ai_addr, sizeof v4);
      std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    } else if (node->ai_family == AF_INET6) {
      sockaddr_in6 v6;
      std::memcpy(&v6, node->ai_addr, sizeof v6);
      std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
      address.scope = v6.sin6_scope_id;
      address.v6 = true;
    } else {
      continue;
    }
    found_[found_count_++] = address;
  }
}

void Resolver::process_ready_sockets() {
  std::array<pollfd, socket_count_max> questions;
  nfds_t count = 0;
  for (std::size_t i = 0; i < socket_count_max; ++i) {
    if (sources_[i].descriptor() < 0) continue;
    questions[count++] = {.fd = sources_[i].descriptor(),
                          .events = static_cast<short>((interests_[i].read ? POLLIN : 0) |
                                                       (interests_[i].write ? POLLOUT : 0)),
                          .revents = 0};
  }
  // What became ready is asked again here, so that a super-loop may call advance() at any time.
  if (::poll(questions.data(), count, 0) > 0) {
    for (nfds_t i = 0; i < count; ++i) {
      const short answer = questions[i].revents;
      if (answer == 0) continue;
      const bool trouble = (answer & (POLLERR | POLLHUP)) != 0;
      ares_process_fd(channel_, trouble || (answer & POLLIN) != 0 ? questions[i].fd : -1,
                      (answer & POLLOUT) != 0 ? questions[i].fd : -1);
    }
  }
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has timed out
}

// c-ares opens and closes sockets in each of its calls; what the loop watches must follow at once.
Result<void> Resolver::follow_sockets() {
  for (Source& source : sources_)
    source.detach();
  std::array<ares_socket_t, socket_count_max> sockets;
  const int bits = ares_getsock(channel_, sockets.data(), static_cast<int>(sockets.size()));
  for (unsigned i = 0; i < socket_count_max; ++i) {
    interests_[i] = {.read = ARES_GETSOCK_READABLE(bits, i) != 0,
                     .write = ARES_GETSOCK_WRITABLE(bits, i) != 0};
    if (!interests_[i].read && !interests_[i].write) continue;
    if (!sources_[i].attach(sockets[i])) {
      stop();
      return std::unexpected(Error::link_error);
    }
  }
  return {};
}

}  // namespace minimq::posix

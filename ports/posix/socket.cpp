// SPDX-License-Identifier: MIT
#include <minimq/sockets/socket.hpp>
#include <minimq/sockets/source.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <errno.h>
#include <expected>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

namespace minimq::sockets::socket {

namespace {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un path;
};

socklen_t fill(SocketAddress& name, const IpAddress& address, std::uint16_t port) {
  if (address.v6) {
    name.v6 = {};
    name.v6.sin6_family = AF_INET6;
    name.v6.sin6_port = htons(port);
    name.v6.sin6_scope_id = address.scope;
    std::memcpy(&name.v6.sin6_addr, address.bytes.data(), sizeof name.v6.sin6_addr);
    return sizeof name.v6;
  }
  name.v4 = {};
  name.v4.sin_family = AF_INET;
  name.v4.sin_port = htons(port);
  std::memcpy(&name.v4.sin_addr, address.bytes.data(), sizeof name.v4.sin_addr);
  return sizeof name.v4;
}

Answer<int> begin_connect(const SocketAddress& name, socklen_t size) {
  const int descriptor =
      ::socket(name.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::unexpected(errno);
  if (name.any.sa_family != AF_UNIX) {
    constexpr int on = 1;
    // A small packet must not wait for the acknowledgement of the one before it.
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  // An interrupted connect(2) goes on by itself, as one in progress does.
  if (::connect(descriptor, &name.any, size) != 0 && errno != EINPROGRESS && errno != EINTR) {
    const int error = errno;
    ::close(descriptor);
    return std::unexpected(error);
  }
  return descriptor;
}

// A client that dials an unused port of its own machine may get that very port for itself and then
// reach itself. That would also keep the broker from listening there.
bool connected_to_itself(int descriptor) {
  SocketAddress ours{};
  SocketAddress theirs{};
  socklen_t our_size = sizeof ours;
  socklen_t their_size = sizeof theirs;
  if (::getsockname(descriptor, &ours.any, &our_size) != 0) return false;
  if (::getpeername(descriptor, &theirs.any, &their_size) != 0) return false;
  if (ours.any.sa_family != theirs.any.sa_family) return false;
  if (ours.any.sa_family == AF_INET) {
    return ours.v4.sin_port == theirs.v4.sin_port &&
           ours.v4.sin_addr.s_addr == theirs.v4.sin_addr.s_addr;
  }
  if (ours.any.sa_family != AF_INET6) return false;
  return ours.v6.sin6_port == theirs.v6.sin6_port &&
         std::memcmp(&ours.v6.sin6_addr, &theirs.v6.sin6_addr, sizeof ours.v6.sin6_addr) == 0;
}

bool try_again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

const int timed_out = ETIMEDOUT;
const int no_place = EMFILE;

bool ask(std::span<Question> questions, int timeout_ms) {
  std::array<pollfd, PollSet::capacity> asked;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Interest interest = questions[i].interest;
    asked[i] = {
        .fd = questions[i].descriptor,
        .events = static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0)),
        .revents = 0};
  }
  const int count = ::poll(asked.data(), questions.size(), timeout_ms);
  if (count < 0) return errno == EINTR;
  for (std::size_t i = 0; i < questions.size(); ++i)
    questions[i].ready = asked[i].revents != 0;
  return true;
}

void give_back(int descriptor) {
  ::close(descriptor);
}

Answer<int> connect_to(const IpAddress& address, std::uint16_t port) {
  SocketAddress name;
  const socklen_t size = fill(name, address, port);
  return begin_connect(name, size);
}

Answer<int> connect_to(std::string_view path) {
  SocketAddress name;
  name.path = {};
  name.path.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.path.sun_path || path.contains('\0'))
    return std::unexpected(ENOENT);
  std::copy(path.begin(), path.end(), std::begin(name.path.sun_path));
  return begin_connect(name, sizeof name.path);
}

Answer<bool> connected(int descriptor) {
  pollfd question{.fd = descriptor, .events = POLLOUT, .revents = 0};
  if (::poll(&question, 1, 0) <= 0) return false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return std::unexpected(error);
  if (connected_to_itself(descriptor)) return std::unexpected(ECONNREFUSED);
  return true;
}

Answer<std::size_t> receive(int descriptor, std::span<std::byte> space) {
  for (;;) {
    const ssize_t count = ::recv(descriptor, space.data(), space.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) return std::unexpected(ECONNRESET);
    if (try_again(errno)) return 0;
    if (errno != EINTR) return std::unexpected(errno);
  }
}

Answer<std::size_t> transmit(int descriptor, TxSpans spans) {
  std::array<iovec, span_count_max> pieces;
  const std::size_t count = std::min(spans.size(), pieces.size());
  for (std::size_t i = 0; i < count; ++i) {
    // sendmsg(2) does not write into what it is given; its type only cannot say so.
    pieces[i] = {.iov_base = const_cast<std::byte*>(spans[i].data()), .iov_len = spans[i].size()};
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (try_again(errno)) return 0;
    if (errno != EINTR) return std::unexpected(errno);
  }
}

Error connect_error(int error) {
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EACCES:
    case EPERM:
    case EAGAIN:  // The queue of a unix-domain listener is full.
      return Error::connect_refused;
    case ENOENT:
    case ENOTDIR: return Error::host_not_found;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return Error::host_unreachable;
    default: return Error::link_error;
  }
}

Error stream_error(int error) {
  const bool closed = error == ECONNRESET || error == EPIPE || error == ECONNABORTED;
  return closed ? Error::link_closed : Error::link_error;
}

}  // namespace minimq::sockets::socket

// SPDX-License-Identifier: MIT
#include <minimq/sockets/socket.hpp>
#include <minimq/sockets/source.hpp>

#include <algorithm>
#include <array>
#include <expected>

#include "socket_address.hpp"

#if !LWIP_SOCKET || !LWIP_SOCKET_POLL
#error "this port needs LWIP_SOCKET and LWIP_SOCKET_POLL in lwipopts.h"
#endif

namespace minimq::sockets::socket {

namespace {

using lwip_sockets::SocketAddress;

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
  const auto count = static_cast<nfds_t>(questions.size());
  if (::lwip_poll(asked.data(), count, timeout_ms) < 0) return false;
  for (std::size_t i = 0; i < questions.size(); ++i)
    questions[i].ready = asked[i].revents != 0;
  return true;
}

void give_back(int descriptor) {
  ::lwip_close(descriptor);
}

Answer<int> connect_to(const IpAddress& address, std::uint16_t port) {
  SocketAddress name;
  const socklen_t size = lwip_sockets::fill(name, address, port);
  if (size == 0) return std::unexpected(EAFNOSUPPORT);
  const int descriptor = ::lwip_socket(name.any.sa_family, SOCK_STREAM, 0);
  if (descriptor < 0) return std::unexpected(errno);
  // A small packet must not wait for the acknowledgement of the one before it.
  constexpr int on = 1;
  ::lwip_setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!lwip_sockets::never_block(descriptor) ||
      (::lwip_connect(descriptor, &name.any, size) != 0 && errno != EINPROGRESS)) {
    const int error = errno;
    give_back(descriptor);
    return std::unexpected(error);
  }
  return descriptor;
}

Answer<int> connect_to(std::string_view) {
  return std::unexpected(EPROTONOSUPPORT);  // There are no paths.
}

Answer<bool> connected(int descriptor) {
  Question question{.descriptor = descriptor, .interest = {.read = false, .write = true}};
  if (!ask({&question, 1}, 0) || !question.ready) return false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::lwip_getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return std::unexpected(error);
  return true;
}

Answer<std::size_t> receive(int descriptor, std::span<std::byte> space) {
  const auto count = ::lwip_recv(descriptor, space.data(), space.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) return std::unexpected(ECONNRESET);
  if (try_again(errno)) return 0;
  return std::unexpected(errno);
}

Answer<std::size_t> transmit(int descriptor, TxSpans spans) {
  std::array<iovec, span_count_max> pieces;
  int count = 0;
  for (const Bytes span : spans) {
    if (span.empty()) continue;  // lwIP does not take these.
    // lwIP does not write into what it is given; its type only cannot say so.
    pieces[static_cast<std::size_t>(count)] = {.iov_base = const_cast<std::byte*>(span.data()),
                                               .iov_len = span.size()};
    if (++count == static_cast<int>(pieces.size())) break;
  }
  if (count == 0) return 0;
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const auto sent = ::lwip_sendmsg(descriptor, &message, 0);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (try_again(errno)) return 0;
  return std::unexpected(errno);
}

Error connect_error(int error) {
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:  // what lwIP says when nobody listens
      return Error::connect_refused;
    case ECONNABORTED:  // what it says when nobody answers
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return Error::host_unreachable;
    case EPROTONOSUPPORT: return Error::transport_unsupported;
    default: return Error::link_error;
  }
}

Error stream_error(int error) {
  switch (error) {
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN: return Error::link_closed;
    default: return Error::link_error;
  }
}

}  // namespace minimq::sockets::socket

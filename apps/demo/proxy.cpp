// SPDX-License-Identifier: MIT
#include "proxy.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "failure.hpp"

namespace demo {

LoopbackListener::LoopbackListener(std::uint16_t wanted) : descriptor{-1}, port{wanted} {
  const int on = 1;
  sockaddr_in address{};
  address.sin_port = htons(wanted);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(descriptor, generic, size) != 0 || ::listen(descriptor, 8) != 0 ||
      ::getsockname(descriptor, generic, &size) != 0) {
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    throw Failure{"a loopback port is free", std::strerror(error)};
  }
  port = ntohs(address.sin_port);
}

Proxy::Proxy(minimq::posix::EventLoop& loop, const minimq::Broker& broker, Content content)
    : broker_{broker}, content_{content}, listener_{loop}, client_{loop}, upstream_{loop} {
  admit();
}

Proxy::~Proxy() {
  cut();
  refuse();
}

void Proxy::admit() {
  const LoopbackListener listener{port_};
  if (!listener_.attach(listener.descriptor)) {
    ::close(listener.descriptor);
    throw Failure{"the event loop has room for the proxy", "PollSet::capacity"};
  }
  port_ = listener.port;
  listener_.wait({.read = true}, on_listener_);
}

void Proxy::refuse() {
  const int descriptor = listener_.descriptor();
  listener_.detach();
  if (descriptor >= 0) ::close(descriptor);
}

void Proxy::cut() {
  upstream_.cancel(on_upstream_);
  upstream_.close();
  const int descriptor = client_.descriptor();
  client_.detach();
  if (descriptor >= 0) ::close(descriptor);
  from_client_.clear();
  from_broker_.clear();
  to_client_.clear();
  to_broker_.clear();
  opening_ = holding_ = blocked_ = false;
}

void Proxy::accept_client() {
  const int descriptor =
      ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  listener_.wait({.read = true}, on_listener_);
  if (descriptor < 0) return;
  const int on = 1;
  (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  cut();  // One client at a time: a new one means that the old one has given up.
  if (!client_.attach(descriptor)) {
    ::close(descriptor);
    return;
  }
  opening_ = true;
  ++links_;
  pump();
}

void Proxy::pump() {
  // The client may be gone because the broker was unreachable: then it is the client's turn again.
  if (client_.descriptor() < 0) return;
  if (opening_ && !open_broker()) return cut();
  const bool client_lives = read_client();
  const bool broker_lives = opening_ || (write_broker() && read_broker());
  if (!write_client() || !client_lives || !broker_lives) return cut();
  arm();
}

bool Proxy::open_broker() {
  const auto progress = upstream_.open(broker_);
  if (!progress) return false;
  opening_ = *progress == minimq::Transport::Progress::pending;
  return true;
}

bool Proxy::read_client() {
  std::array<std::byte, 4096> space{};
  const ssize_t count = ::recv(client_.descriptor(), space.data(), space.size(), 0);
  if (count == 0) return false;
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  const std::span bytes = std::span{space}.first(static_cast<std::size_t>(count));
  if (content_ == Content::bytes) {
    to_broker_.insert(to_broker_.end(), bytes.begin(), bytes.end());
  } else {
    from_client_.append(bytes);
    pass_up();
  }
  return true;
}

bool Proxy::read_broker() {
  std::array<std::byte, 4096> space{};
  const auto count = upstream_.read(space);
  if (!count) return false;
  const std::span bytes = std::span{space}.first(*count);
  if (content_ == Content::packets) {
    from_broker_.append(bytes);
    pass_down();
  } else if (holding_) {
    blocked_ = blocked_ || !bytes.empty();
  } else {
    to_client_.insert(to_client_.end(), bytes.begin(), bytes.end());
  }
  return true;
}

void Proxy::pass_up() {
  while (const auto packet = from_client_.next()) {
    if (packet->type() == Packet::Type::publish && packet->qos() > 0) {
      published_.push_back({.topic = packet->topic(),
                            .packet_id = packet->packet_id(),
                            .duplicate = packet->duplicate(),
                            .link = links_});
    }
    to_broker_.insert(to_broker_.end(), packet->bytes.begin(), packet->bytes.end());
  }
}

void Proxy::pass_down() {
  while (!blocked_) {
    const auto packet = from_broker_.next();
    if (!packet) return;
    if (packet->type() == Packet::Type::puback) {
      if (holding_) {
        held_ = packet->packet_id();
        blocked_ = true;
        return;
      }
      acknowledged_id_ = packet->packet_id();
    }
    to_client_.insert(to_client_.end(), packet->bytes.begin(), packet->bytes.end());
  }
}

bool Proxy::write_client() {
  if (to_client_.empty()) return true;
  const ssize_t count =
      ::send(client_.descriptor(), to_client_.data(), to_client_.size(), MSG_NOSIGNAL);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  to_client_.erase(to_client_.begin(), to_client_.begin() + count);
  return true;
}

bool Proxy::write_broker() {
  if (to_broker_.empty()) return true;
  const minimq::Bytes bytes{to_broker_};
  const auto count = upstream_.write({&bytes, 1});
  if (!count) return false;
  to_broker_.erase(to_broker_.begin(), to_broker_.begin() + static_cast<std::ptrdiff_t>(*count));
  return true;
}

void Proxy::arm() {
  client_.wait({.read = true, .write = !to_client_.empty()}, on_link_);
  upstream_.wait({.read = true, .write = opening_ || !to_broker_.empty()}, std::nullopt,
                 on_upstream_);
}

}  // namespace demo

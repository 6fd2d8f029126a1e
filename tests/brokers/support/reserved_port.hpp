// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace minimq::brokers {

/// A loopback port that belongs to this object: bound, so that nobody else gets it, but not
/// listening, so that a broker may come and go on it.
class ReservedPort {
 public:
  ReservedPort() : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    ::bind(descriptor_, address, size);
    ::getsockname(descriptor_, address, &size);
    number_ = ntohs(name.sin_port);
    constexpr int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  ~ReservedPort() { ::close(descriptor_); }
  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  int descriptor_;
  std::uint16_t number_{0};
};

}  // namespace minimq::brokers

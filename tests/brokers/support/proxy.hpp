// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/source.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <set>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "brokers/support/packet_stream.hpp"
#include "brokers/support/reserved_port.hpp"
#include "brokers/support/wait.hpp"

namespace minimq::brokers {

/// A link between one client and its broker that can be watched, held back and cut, on the loop of
/// the test. It takes one connection after the other.
class Proxy {
 public:
  Proxy(posix::EventLoop& loop, std::uint16_t broker)
      : broker_port_{broker},
        listener_{loop, [this] { accept(); }},
        client_{loop, [this] { turn(); }},
        broker_{loop, [this] { turn(); }} {
    admit();
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() = default;

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  /// New connections are refused, as if the broker was not there. The one that is there stays.
  void refuse() { listener_.close(); }
  /// New connections are taken again.
  void admit() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    constexpr int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in name = loopback(port());
    ::bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name);
    ::listen(descriptor, 16);
    listener_.open(descriptor);
    listener_.wait({.read = true});
  }

  /// From the client to the broker.
  [[nodiscard]] PacketStream& up() { return up_; }
  /// From the broker to the client.
  [[nodiscard]] PacketStream& down() { return down_; }
  /// How many messages above QoS 0 the broker has had under way to the client at once, at most.
  [[nodiscard]] std::size_t under_way_max() const { return under_way_max_; }
  /// Lets everything through again, on this connection and on the next ones.
  void release() {
    up_.release();
    down_.release();
    if (connected()) turn();
  }
  /// Ends the connection on both sides.
  void cut() {
    client_.close();
    broker_.close();
    up_.cut();
    down_.cut();
    under_way_.clear();
    up_counted_ = up_.packets().size();
    down_counted_ = down_.packets().size();
    listener_.wait({.read = true});
  }
  [[nodiscard]] bool connected() const { return client_.descriptor() >= 0; }

 private:
  // A socket, what it is to send, and what happens when it is ready.
  class Socket final : private Waiter {
   public:
    Socket(posix::EventLoop& loop, std::function<void()> action)
        : source_{loop}, action_{std::move(action)} {}
    ~Socket() { close(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void open(int descriptor) { (void)source_.attach(descriptor); }
    void close() {
      const int descriptor = source_.descriptor();
      source_.detach();
      if (descriptor >= 0) ::close(descriptor);
      unsent_.clear();
    }
    [[nodiscard]] int descriptor() const { return source_.descriptor(); }
    void wait(Interest interest) {
      if (descriptor() >= 0) source_.wait(interest, *this);
    }
    void wait() { wait({.read = true, .write = !unsent_.empty()}); }
    // False at the end of the stream.
    bool read_into(PacketStream& stream) {
      std::array<char, 16384> space;
      const ssize_t count = ::recv(descriptor(), space.data(), space.size(), 0);
      if (count > 0) stream.feed({space.data(), static_cast<std::size_t>(count)});
      return count > 0 || (count < 0 && errno == EAGAIN);
    }
    void send(const std::string& bytes) {
      unsent_ += bytes;
      const ssize_t count = ::send(descriptor(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
    }

   private:
    void ready() override { action_(); }
    posix::Source source_;
    std::function<void()> action_;
    std::string unsent_;
  };

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return name;
  }

  void accept() {
    const int client = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return listener_.wait({.read = true});
    // A loopback port takes a connection at once, or refuses it.
    const int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in name = loopback(broker_port_);
    if (::connect(broker, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
      ::close(client);
      ::close(broker);
      return listener_.wait({.read = true});
    }
    for (const int descriptor : {client, broker}) {
      constexpr int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    client_.open(client);
    broker_.open(broker);
    turn();
  }

  void turn() {
    const bool client_lives = client_.read_into(up_);
    const bool broker_lives = broker_.read_into(down_);
    count_under_way();
    broker_.send(up_.take());
    client_.send(down_.take());
    if (!client_lives || !broker_lives) return cut();
    client_.wait();
    broker_.wait();
  }

  // What the client has acknowledged is counted first, so that the result is never too large.
  void count_under_way() {
    for (; up_counted_ < up_.packets().size(); ++up_counted_) {
      const std::string& packet = up_.packets()[up_counted_];
      const PacketType type = packet_type(packet);
      const bool refusal =
          type == PacketType::pubrec && (packet.size() > 4 && (packet[4] & 0x80) != 0);
      if (type == PacketType::puback || type == PacketType::pubcomp || refusal)
        under_way_.erase(packet_id(packet));
    }
    for (; down_counted_ < down_.packets().size(); ++down_counted_) {
      const std::string& packet = down_.packets()[down_counted_];
      if (packet_type(packet) == PacketType::publish && packet_id(packet) != 0)
        under_way_.insert(packet_id(packet));
    }
    under_way_max_ = std::max(under_way_max_, under_way_.size());
  }

  std::uint16_t broker_port_;
  ReservedPort port_;
  PacketStream up_;
  PacketStream down_;
  std::set<std::uint16_t> under_way_;
  std::size_t under_way_max_{0};
  std::size_t up_counted_{0};
  std::size_t down_counted_{0};
  Socket listener_;
  Socket client_;
  Socket broker_;
};

}  // namespace minimq::brokers

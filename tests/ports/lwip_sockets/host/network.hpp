// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

struct netif;
struct udp_pcb;

namespace minimq::lwip_sockets::test {

/// Starts lwIP, once in a process.
void start_lwip();

/// Lets lwIP's own thread call it, soon.
void call_from_lwip(void (*function)(void*), void* argument);

/// How many sockets can still be opened.
[[nodiscard]] int free_sockets();

/// The socket does not hold small packets back.
[[nodiscard]] bool sends_at_once(int descriptor);

/// The other end of a connection; its calls block, a receive at most for ten seconds.
class Peer {
 public:
  explicit Peer(int descriptor = -1);
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;
  ~Peer() { close(); }

  [[nodiscard]] bool valid() const { return descriptor_ >= 0; }
  /// Whether all of it was taken.
  bool send(std::string_view text);
  /// Exactly `size` bytes, fewer only at the end of the stream.
  std::string receive(std::size_t size);
  /// What is there, at least a byte; nothing at the end of the stream.
  std::string receive_some();
  /// Ends the connection with RST instead of FIN.
  void reset();
  void close();

 private:
  int descriptor_;
};

/// A listening socket on a loopback address.
class Listener {
 public:
  explicit Listener(bool v6 = false, std::uint16_t port = 0);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Blocks until somebody connects.
  [[nodiscard]] Peer accept();
  void close();

 private:
  int descriptor_{-1};
  std::uint16_t port_{0};
};

/// An interface to a network where nobody answers, and through which 192.0.2.0/24 is reached.
class DeadNetwork {
 public:
  DeadNetwork();
  DeadNetwork(const DeadNetwork&) = delete;
  DeadNetwork& operator=(const DeadNetwork&) = delete;
  ~DeadNetwork();

 private:
  netif* interface_;
};

/// A name server on the loopback interface that is lwIP's while it exists. What it says of every
/// name is an address of four or sixteen bytes, nothing (there is none), or silence.
class NameServer {
 public:
  struct Answers {
    std::string_view v4{};
    std::string_view v6{};
    bool v4_silent{false};
    bool v6_silent{false};
  };

  explicit NameServer(const Answers& answers);
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer();

  /// How often it was asked; lwIP repeats what was not answered within a second.
  [[nodiscard]] int questions() const { return questions_; }
  [[nodiscard]] int questions_v6() const { return questions_v6_; }
  /// Answers what it was silent about, with that address.
  void answer_late(std::string_view address);

 private:
  friend struct NameServerCallbacks;

  Answers answers_;
  udp_pcb* pcb_{nullptr};
  std::atomic<int> questions_{0};
  std::atomic<int> questions_v6_{0};
  std::string late_question_{};
  std::uint16_t late_port_{0};
};

inline constexpr std::string_view loopback_v4{"\x7f\0\0\x01", 4};
inline constexpr std::string_view loopback_v6{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16};
inline constexpr std::string_view dead_v4{"\xc0\0\x02\x01", 4};  // 192.0.2.1

}  // namespace minimq::lwip_sockets::test

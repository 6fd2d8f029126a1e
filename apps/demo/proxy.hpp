// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/broker.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/source.hpp>
#include <minimq/posix/tcp_transport.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "packet_stream.hpp"

namespace demo {

/// Stands between one client and the broker: passes packets on, remembers the messages, can cut the
/// link, and can keep an acknowledgement to itself.
class Proxy {
 public:
  /// What it looks into.
  enum class Content : std::uint8_t {
    packets,
    bytes,  ///< They are enciphered: nothing is known of messages and acknowledgements.
  };

  /// A message above QoS 0 that went to the broker.
  struct Published {
    std::string topic;
    unsigned packet_id;
    bool duplicate;
    unsigned link;  ///< Counted from 1.
  };

  /// Listens on a loopback port of its own. Throws Failure if it cannot.
  Proxy(minimq::posix::EventLoop& loop, const minimq::Broker& broker,
        Content content = Content::packets);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// From now on until the link ends, the first PUBACK of the broker and all that follows it stay
  /// here; of bytes, all that the broker says.
  void hold_acknowledgement() { holding_ = true; }
  /// The packet identifier of the PUBACK that is, or was, held back.
  [[nodiscard]] std::optional<unsigned> held() const { return held_; }
  /// Whether something was held back since hold_acknowledgement().
  [[nodiscard]] bool holds() const { return blocked_; }
  /// Ends the link on both sides; what was held back is lost.
  void cut();
  /// Takes no new link from now on: its port refuses them, as that of a host without a broker does.
  /// (A proxy that accepts one and drops it leaves the client in doubt: was its CONNECT answered?)
  void refuse();
  /// Takes links again, on the same port. Throws Failure.
  void admit();

  [[nodiscard]] const std::vector<Published>& published() const { return published_; }
  /// The last PUBACK that was passed on to the client, and on which link.
  [[nodiscard]] unsigned acknowledged_id() const { return acknowledged_id_; }
  [[nodiscard]] unsigned links() const { return links_; }

 private:
  // One descriptor that calls a function of the proxy.
  class Side final : public minimq::Waiter {
   public:
    Side(Proxy& proxy, void (Proxy::*action)()) : proxy_{proxy}, action_{action} {}
    void ready() override { (proxy_.*action_)(); }

   private:
    Proxy& proxy_;
    void (Proxy::*action_)();
  };

  void accept_client();
  void pump();
  [[nodiscard]] bool open_broker();
  [[nodiscard]] bool read_client();
  [[nodiscard]] bool read_broker();
  [[nodiscard]] bool write_client();
  [[nodiscard]] bool write_broker();
  void pass_up();
  void pass_down();
  void arm();

  minimq::Broker broker_;
  Content content_;
  minimq::posix::Source listener_;
  minimq::posix::Source client_;
  minimq::posix::TcpTransport upstream_;
  Side on_listener_{*this, &Proxy::accept_client};
  Side on_link_{*this, &Proxy::pump};
  Side on_upstream_{*this, &Proxy::pump};
  PacketStream from_client_;
  PacketStream from_broker_;
  std::vector<std::byte> to_client_;
  std::vector<std::byte> to_broker_;
  std::vector<Published> published_;
  std::optional<unsigned> held_;
  unsigned acknowledged_id_{0};
  unsigned links_{0};
  std::uint16_t port_{0};
  bool opening_{false};
  bool holding_{false};
  bool blocked_{false};  // an acknowledgement is held back, and what follows waits behind it
};

/// A socket that listens on a loopback port; 0: one which the system chooses. Throws Failure.
struct LoopbackListener {
  explicit LoopbackListener(std::uint16_t wanted = 0);
  int descriptor;
  std::uint16_t port;
};

}  // namespace demo

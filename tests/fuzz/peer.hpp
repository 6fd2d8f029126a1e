// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "fuzz/device.hpp"
#include "fuzz/input.hpp"
#include "support/judge/client_packet.hpp"
#include "support/wire.hpp"

namespace minimq::fuzz {

/// The other end of a device's link. It sees what the client sends, and answers as the input says:
/// well, wrongly, twice, or not at all.
class Peer {
 public:
  explicit Peer(Device& device) : device_{device} {}

  /// The packets of this connection that nobody has answered.
  [[nodiscard]] bool has_unanswered();
  /// Answers the oldest of them as a broker should that has no session.
  void answer_well();
  /// Answers one of them in a way that the input chooses.
  void answer(Input& input);
  /// Sends what nobody has asked for.
  void send_connack(Input& input);
  void send_publish(Input& input);
  void send_ack(Input& input);
  void send_other(Input& input);
  /// Bytes as they are, in pieces of that size.
  void send(const testing::Packet& bytes);
  void set_piece(std::size_t piece) { piece_ = piece; }
  /// The same stream, where acknowledgements with a packet identifier above 0xFF00 have those that
  /// the client has used, the latest first.
  [[nodiscard]] testing::Packet with_ids(Bytes stream);

 private:
  using ClientPacket = judge::OwnedClientPacket;

  void listen();
  [[nodiscard]] testing::Packet good_answer(const ClientPacket& packet) const;
  [[nodiscard]] testing::Packet other_answer(const ClientPacket& packet, Input& input);
  [[nodiscard]] std::uint16_t some_id(Input& input);

  Device& device_;
  std::deque<ClientPacket> unanswered_{};
  std::vector<std::uint16_t> ids_{};  // that the client has used, the latest ones
  unsigned stream_{0};
  std::size_t position_{0};
  std::size_t piece_{SIZE_MAX};
};

/// The faults are off, and the peer is an honest broker: everything that was accepted ends, and all
/// of tx is free again.
void come_to_rest(Device& device, Peer& peer);

}  // namespace minimq::fuzz

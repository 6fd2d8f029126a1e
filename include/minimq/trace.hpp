// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace minimq {

/// The packet types of MQTT 5.0, table 2-1.
enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
  auth = 15,
};

/// One control packet on its way. It has no contents, so a trace cannot leak a secret.
struct TraceEvent {
  enum class Direction : std::uint8_t {
    sent,
    received,
  };
  Direction direction;
  PacketType type;
  std::uint8_t flags;   ///< The low four bits of the first byte: DUP, QoS and RETAIN of a PUBLISH.
  std::uint8_t reason;  ///< Of acknowledgements, CONNACK and DISCONNECT; otherwise 0.
  std::uint16_t packet_id;  ///< 0: the packet has none.
  std::size_t size;         ///< Of the whole packet, in bytes.
};

namespace codec {
struct TraceEncoding;
extern const TraceEncoding trace_encoding;
}  // namespace codec

/// A hook that sees every control packet sent (when its first byte is taken) and received (when it
/// is processed). It must not call into the session.
struct Tracer {
  void (*function)(void* context, const TraceEvent& event){nullptr};
  void* context{nullptr};
  /// How a packet becomes an event. Leave it as it is: through it only those who have a tracer link
  /// the code for it.
  const codec::TraceEncoding* encoding{&codec::trace_encoding};
};

}  // namespace minimq

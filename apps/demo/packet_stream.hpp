// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace demo {

/// One MQTT packet as it stands on the wire. The proxy has its own idea of the format, so that it
/// does not believe the library.
struct Packet {
  enum class Type : std::uint8_t {
    unknown = 0,
    publish = 3,
    puback = 4,
  };

  std::vector<std::byte> bytes;
  std::size_t header_size{0};

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool duplicate() const { return (flags() & 8) != 0; }
  [[nodiscard]] int qos() const { return (flags() >> 1) & 3; }
  /// Of a PUBLISH.
  [[nodiscard]] std::string topic() const;
  /// Of a PUBLISH above QoS 0, or a PUBACK.
  [[nodiscard]] unsigned packet_id() const;

 private:
  [[nodiscard]] unsigned flags() const { return bytes.empty() ? 0 : octet(0) & 0x0Fu; }
  [[nodiscard]] unsigned octet(std::size_t index) const;
  [[nodiscard]] unsigned number(std::size_t index) const;
};

/// Cuts a stream of bytes into packets.
class PacketStream {
 public:
  void append(std::span<const std::byte> bytes);
  /// The next packet that is there as a whole. Bytes that cannot be MQTT are one of unknown type.
  [[nodiscard]] std::optional<Packet> next();
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace demo

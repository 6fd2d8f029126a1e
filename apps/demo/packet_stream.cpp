// SPDX-License-Identifier: MIT
#include "packet_stream.hpp"

namespace demo {

Packet::Type Packet::type() const {
  if (header_size == 0) return Type::unknown;
  const unsigned type = octet(0) >> 4;
  return type == 3 || type == 4 ? static_cast<Type>(type) : Type::unknown;
}

std::string Packet::topic() const {
  std::string topic;
  const std::size_t size = number(header_size);
  for (std::size_t index = 0; index < size; ++index)
    topic += static_cast<char>(octet(header_size + 2 + index));
  return topic;
}

unsigned Packet::packet_id() const {
  if (type() == Type::puback) return number(header_size);
  return qos() == 0 ? 0 : number(header_size + 2 + number(header_size));
}

unsigned Packet::octet(std::size_t index) const {
  return index < bytes.size() ? std::to_integer<unsigned>(bytes[index]) : 0;
}

unsigned Packet::number(std::size_t index) const {
  return octet(index) << 8 | octet(index + 1);
}

void PacketStream::append(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Packet> PacketStream::next() {
  constexpr std::size_t kHeaderMax = 5;
  std::size_t body_size = 0;
  for (std::size_t index = 1; index < bytes_.size() && index < kHeaderMax; ++index) {
    const auto octet = std::to_integer<std::size_t>(bytes_[index]);
    body_size |= (octet & 0x7F) << (7 * (index - 1));
    if ((octet & 0x80) != 0) continue;
    const std::size_t header_size = index + 1;
    if (bytes_.size() < header_size + body_size) return std::nullopt;
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(header_size + body_size);
    Packet packet{.bytes = {bytes_.begin(), end}, .header_size = header_size};
    bytes_.erase(bytes_.begin(), end);
    return packet;
  }
  if (bytes_.size() < kHeaderMax) return std::nullopt;
  Packet rest;
  rest.bytes.swap(bytes_);
  return rest;
}

}  // namespace demo

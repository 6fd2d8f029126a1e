// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minimq::brokers {

/// The size of the packet that begins `bytes`; 0 if its head or its end is still to come. Of our
/// own, so that the library's parser is not its own judge.
inline std::size_t packet_size(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < 5 && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    length |= static_cast<std::size_t>(byte & 0x7F) << (7 * (i - 1));
    if ((byte & 0x80) == 0) return 1 + i + length <= bytes.size() ? 1 + i + length : 0;
  }
  return 0;
}

inline PacketType packet_type(std::string_view packet) {
  return static_cast<PacketType>(static_cast<unsigned char>(packet[0]) >> 4);
}

/// The packet identifier of a PUBLISH above QoS 0, or of an acknowledgement; otherwise 0.
inline std::uint16_t packet_id(std::string_view packet) {
  std::size_t at = 1;
  while ((static_cast<unsigned char>(packet[at++]) & 0x80) != 0) {
  }
  const auto two = [&] {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(packet[at]) << 8 |
                                      static_cast<unsigned char>(packet[at + 1]));
  };
  const PacketType type = packet_type(packet);
  if (type != PacketType::publish) {
    return type >= PacketType::puback && type <= PacketType::unsuback ? two() : std::uint16_t{0};
  }
  if ((packet[0] & 0x06) == 0) return 0;
  at += 2u + two();
  return two();
}

/// One direction of a proxied connection: bytes go in, whole packets come out, unless they are held
/// back. It keeps what has ever passed, over all connections.
class PacketStream {
 public:
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  /// All packets that came in, and how many of a type.
  [[nodiscard]] const std::vector<std::string>& packets() const { return packets_; }
  [[nodiscard]] std::size_t arrived(PacketType type) const { return count(packets_.size(), type); }
  /// How many of them were let out.
  [[nodiscard]] std::size_t passed(PacketType type) const { return count(passed_, type); }
  /// How many PUBLISH came in that say they are repeated.
  [[nodiscard]] std::size_t duplicates() const {
    return static_cast<std::size_t>(std::ranges::count_if(packets_, [](const std::string& packet) {
      return packet_type(packet) == PacketType::publish && (packet[0] & 0x08) != 0;
    }));
  }

  /// Lets `more` packets of that type out, with everything between them, and then nothing.
  void hold_after(PacketType type, std::size_t more) {
    limit_type_ = type;
    limit_ = passed(type) + more;
    held_ = false;
  }
  /// Lets nothing out.
  void hold() { held_ = true; }
  /// Lets everything out from now on.
  void release() {
    limit_ = never;
    held_ = false;
  }

  void feed(std::string_view bytes) {
    rest_ += bytes;
    while (const std::size_t size = packet_size(rest_)) {
      packets_.push_back(rest_.substr(0, size));
      rest_.erase(0, size);
    }
  }
  /// What may leave now.
  [[nodiscard]] std::string take() {
    std::string out;
    while (passed_ < packets_.size() && !held_ &&
           (limit_ == never || passed(limit_type_) < limit_)) {
      out += packets_[passed_++];
    }
    return out;
  }
  /// The connection is gone, and with it what was held back.
  void cut() {
    rest_.clear();
    std::vector<std::string> kept(packets_.begin(),
                                  packets_.begin() + static_cast<std::ptrdiff_t>(passed_));
    lost_ += packets_.size() - passed_;
    packets_ = std::move(kept);
  }
  /// How many packets were held back when their connection ended.
  [[nodiscard]] std::size_t lost() const { return lost_; }

 private:
  [[nodiscard]] std::size_t count(std::size_t first, PacketType type) const {
    return static_cast<std::size_t>(
        std::count_if(packets_.begin(), packets_.begin() + static_cast<std::ptrdiff_t>(first),
                      [&](const std::string& packet) { return packet_type(packet) == type; }));
  }

  std::vector<std::string> packets_;
  std::string rest_;
  std::size_t passed_{0};
  std::size_t limit_{never};
  std::size_t lost_{0};
  PacketType limit_type_{};
  bool held_{false};
};

}  // namespace minimq::brokers

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace minimq::simulation {

/// What the checks want to know of a packet that the client has read. Taken apart without the
/// library's codec, and without judging it: that is the client's business.
struct ServerPacket {
  unsigned type{0};
  unsigned flags{0};
  std::size_t size{0};
  std::uint16_t id{0};
  unsigned reason{0};
  bool session_present{false};
  std::string assigned{};  ///< The client identifier.
  // CONNACK; absent: not mentioned
  std::optional<std::uint32_t> receive_maximum{};
  std::optional<std::uint32_t> maximum_packet_size{};
  std::optional<std::uint32_t> maximum_qos{};
  std::optional<std::uint32_t> retain_available{};
  std::optional<std::uint32_t> server_keep_alive{};
  std::optional<std::uint32_t> session_expiry_s{};
  std::optional<std::uint32_t> topic_alias_maximum{};
  // PUBLISH
  unsigned qos{0};
  bool dup{false};
  std::string_view topic{};
  std::string_view payload{};

  [[nodiscard]] std::string text() const;
};

/// The first packet; nothing if it is not complete, `bad` if it cannot be taken apart.
std::optional<ServerPacket> parse_server_packet(std::string_view bytes, bool& bad);

}  // namespace minimq::simulation

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/judge/frame.hpp"
#include "support/judge/properties.hpp"

namespace minimq::judge {

/// A packet that a client has sent, taken apart; all texts are views of its bytes.
struct ClientPacket {
  enum class Type : std::uint8_t {
    none = 0,
    connect = 1,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubrel = 6,
    pubcomp = 7,
    subscribe = 8,
    unsubscribe = 10,
    pingreq = 12,
    disconnect = 14,
    auth = 15,
  };
  struct Filter {
    std::string_view filter{};
    unsigned options{0};
  };
  struct Will {
    unsigned qos{0};
    bool retain{false};
    std::string_view topic{};
    std::string_view payload{};
    Properties properties{};
  };

  /// Takes a whole packet apart. Throws a Violation for all that a client must not send, as far as
  /// one packet shows it.
  void parse(const Frame& frame);

  Type type{Type::none};
  unsigned flags{0};
  std::uint16_t id{0};
  std::size_t size{0};  ///< Of the whole packet, in bytes.
  Properties properties{};

  // PUBLISH
  unsigned qos{0};
  bool dup{false};
  bool retain{false};
  std::string_view topic{};
  std::string_view payload{};
  // Acknowledgements, DISCONNECT and AUTH
  unsigned reason{0};
  // SUBSCRIBE and UNSUBSCRIBE
  std::vector<Filter> filters{};
  // CONNECT
  bool clean_start{false};
  std::string_view client_id{};
  unsigned keep_alive{0};
  std::optional<Will> will{};
  std::optional<std::string_view> user_name{};
  std::optional<std::string_view> password{};
};

/// One line, properties in braces at its end:
///   CONNECT clean=1 id=demo [will=q0 topic=... payload=...] [user=...] [password=...]
///   PUBLISH q1 d0 [retain] id=17 topic=a/b payload=x        (QoS 0: PUBLISH q0 [retain] topic=...)
///   PUBACK id=17 0x00, PUBREC, PUBREL, PUBCOMP
///   SUBSCRIBE id=3 a/b:2 c:0,no_local,as_published,handling1; UNSUBSCRIBE id=4 a/b c
///   PINGREQ, DISCONNECT 0x00, AUTH 0x18
/// The braces of a CONNECT begin with keep_alive. Payloads that are not printable are hexadecimal.
std::string to_string(const ClientPacket& packet);

/// A packet that keeps the bytes which it is a view of.
struct OwnedClientPacket : ClientPacket {
  std::shared_ptr<const std::vector<std::byte>> bytes{};
};

/// Takes the first packet apart; nothing if it is not complete. Throws as ClientPacket::parse.
std::optional<OwnedClientPacket> parse_client_packet(Bytes bytes);

}  // namespace minimq::judge

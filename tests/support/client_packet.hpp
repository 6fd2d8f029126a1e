// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace minimq::testing {

/// The client broke the specification.
class SpecificationBroken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A packet that a client has sent, taken apart without the library's codec.
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
  struct Property {
    std::uint32_t id;
    std::string value{};  ///< Numbers in decimal, a User Property as "name:value".
  };
  struct Filter {
    std::string filter{};
    unsigned options{0};
  };
  struct Will {
    unsigned qos{0};
    bool retain{false};
    std::string topic{};
    std::string payload{};
    std::vector<Property> properties{};
  };

  /// The value of the first property of that identifier.
  [[nodiscard]] std::optional<std::string> property(std::uint32_t property_id) const;

  Type type{Type::none};
  unsigned flags{0};
  std::uint16_t id{0};
  std::size_t size{0};  ///< Of the whole packet, in bytes.
  std::vector<Property> properties{};

  // PUBLISH
  unsigned qos{0};
  bool dup{false};
  bool retain{false};
  std::string topic{};
  std::string payload{};
  // Acknowledgements, DISCONNECT and AUTH
  unsigned reason{0};
  // SUBSCRIBE and UNSUBSCRIBE
  std::vector<Filter> filters{};
  // CONNECT
  bool clean_start{false};
  std::string client_id{};
  unsigned keep_alive{0};
  std::optional<Will> will{};
  std::optional<std::string> user_name{};
  std::optional<std::string> password{};
};

/// Takes the first packet apart; nothing if it is not complete. Throws SpecificationBroken for all
/// that a client must not send, as far as one packet shows it.
std::optional<ClientPacket> parse_client_packet(std::span<const std::byte> bytes);

/// One line, properties in braces at its end:
///   CONNECT clean=1 id=demo [will=q0 topic=... payload=...] [user=...] [password=...]
///   PUBLISH q1 d0 [retain] id=17 topic=a/b payload=x        (QoS 0: PUBLISH q0 [retain] topic=...)
///   PUBACK id=17 0x00, PUBREC, PUBREL, PUBCOMP
///   SUBSCRIBE id=3 a/b:2 c:0,no_local,as_published,handling1; UNSUBSCRIBE id=4 a/b c
///   PINGREQ, DISCONNECT 0x00, AUTH 0x18
/// The braces of a CONNECT begin with keep_alive. Payloads that are not printable are hexadecimal.
std::string to_string(const ClientPacket& packet);

}  // namespace minimq::testing

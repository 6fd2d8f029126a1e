// SPDX-License-Identifier: MIT
#include "codec/corpus.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "codec/ack.hpp"
#include "codec/auth.hpp"
#include "codec/connack.hpp"
#include "codec/decode.hpp"
#include "codec/disconnect.hpp"
#include "codec/fixed_header.hpp"
#include "codec/publish.hpp"
#include "codec/subscribe.hpp"
#include "codec/utf8.hpp"

namespace minimq::codec {
namespace {

// Looks at what a decoder gave, in the packet it came from.
class Inspector {
 public:
  explicit Inspector(Bytes packet) : packet_{packet} {}

  void binary(Bytes view) {
    if (view.empty()) return;
    const std::less_equal<const std::byte*> not_behind;
    EXPECT_TRUE(not_behind(packet_.data(), view.data()) &&
                not_behind(view.data() + view.size(), packet_.data() + packet_.size()));
    for (const std::byte byte : view)
      sum_ = sum_ + std::to_integer<unsigned>(byte);
  }
  void text(std::string_view view) {
    binary(as_bytes(view));
    EXPECT_TRUE(is_valid_utf8(view));
  }
  void properties(const Properties& properties) {
    std::size_t count = 0;
    for (const Property& property : properties) {
      text(property.name());
      const bool is_binary = property.id() == PropertyId::correlation_data ||
                             property.id() == PropertyId::authentication_data;
      if (is_binary) {
        binary(property.bytes());
      } else {
        text(property.text());
      }
      ++count;
    }
    EXPECT_EQ(count == 0, properties.empty());
    binary(properties.encoded());
  }

  // Each packet type.
  void value(const Connack& connack) {
    EXPECT_TRUE(!connack.session_present || connack.reason == ReasonCode::success);
    EXPECT_NE(connack.limits.receive_maximum, 0);
    EXPECT_LE(connack.limits.maximum_qos, QoS::exactly_once);
    text(connack.assigned_client_id);
    text(connack.authentication_method);
    binary(connack.authentication_data);
    properties(connack.properties);
  }
  void value(const Publish& publish) {
    EXPECT_LE(publish.qos, QoS::exactly_once);
    EXPECT_EQ(publish.packet_id == 0, publish.qos == QoS::at_most_once);
    EXPECT_TRUE(!publish.topic.empty() || publish.topic_alias != 0);
    text(publish.topic);
    binary(publish.payload);
    properties(publish.properties);
  }
  void value(const Ack& ack) {
    EXPECT_NE(ack.packet_id, 0);
    properties(ack.properties);
  }
  void value(const SubscriptionAck& ack) {
    EXPECT_NE(ack.packet_id, 0);
    EXPECT_FALSE(ack.reasons.empty());
    binary(ack.reasons);
    properties(ack.properties);
  }
  void value(const Disconnect& disconnect) { properties(disconnect.properties); }
  void value(const Auth& auth) {
    text(auth.method);
    binary(auth.data);
  }

 private:
  Bytes packet_;
  volatile unsigned sum_{0};
};

template <class T>
ReasonCode inspect(Bytes packet, const Decoded<T>& decoded) {
  if (!decoded) {
    EXPECT_NE(decoded.error(), ReasonCode::success);
    return decoded.error();
  }
  Inspector{packet}.value(*decoded);
  return ReasonCode::success;
}

}  // namespace

ReasonCode decode_any(Bytes packet) {
  const auto header = decode_fixed_header(packet);
  if (!header) return header.error();
  if (!*header || (*header)->packet_size() != packet.size()) return ReasonCode::malformed_packet;
  const Bytes body = packet.subspan((*header)->size);
  const PacketType type = (*header)->type;
  switch (type) {
    case PacketType::connack: return inspect(packet, decode_connack(body));
    case PacketType::publish: return inspect(packet, decode_publish((*header)->flags, body));
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: return inspect(packet, decode_ack(type, body));
    case PacketType::suback:
    case PacketType::unsuback: return inspect(packet, decode_subscription_ack(type, body));
    case PacketType::disconnect: return inspect(packet, decode_disconnect(body));
    case PacketType::auth: return inspect(packet, decode_auth(body));
    case PacketType::pingresp:
      return body.empty() ? ReasonCode::success : ReasonCode::malformed_packet;
    case PacketType::connect:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq: break;
  }
  return ReasonCode::protocol_error;
}

}  // namespace minimq::codec

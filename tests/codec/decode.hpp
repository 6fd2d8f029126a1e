// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <optional>

#include "codec/ack.hpp"
#include "codec/auth.hpp"
#include "codec/connack.hpp"
#include "codec/disconnect.hpp"
#include "codec/fixed_header.hpp"
#include "codec/publish.hpp"
#include "codec/subscribe.hpp"

namespace minimq::codec {

/// The decoders in a form that is easy to ask: a value, or the reason code to disconnect with.
template <class T>
using Decoded = std::expected<T, ReasonCode>;

template <class T, class F>
Decoded<T> decoded(F decode) {
  T value{};
  const ReasonCode code = decode(value);
  if (code != ReasonCode::success) return std::unexpected{code};
  return value;
}

inline Decoded<Ack> decode_ack(PacketType type, Bytes body) {
  return decoded<Ack>([&](Ack& ack) { return decode_ack(type, body, ack); });
}
inline Decoded<Auth> decode_auth(Bytes body) {
  return decoded<Auth>([&](Auth& auth) { return decode_auth(body, auth); });
}
inline Decoded<Connack> decode_connack(Bytes body) {
  return decoded<Connack>([&](Connack& connack) { return decode_connack(body, connack); });
}
inline Decoded<Connack> decode_connack_head(Bytes body) {
  return decoded<Connack>([&](Connack& connack) { return decode_connack_head(body, connack); });
}
inline Decoded<Disconnect> decode_disconnect(Bytes body) {
  return decoded<Disconnect>([&](Disconnect& it) { return decode_disconnect(body, it); });
}
inline Decoded<Publish> decode_publish(std::uint8_t flags, Bytes body) {
  return decoded<Publish>([&](Publish& it) { return decode_publish(flags, body, it); });
}
inline Decoded<Publish> decode_publish_head(std::uint8_t flags, Bytes body) {
  return decoded<Publish>([&](Publish& it) { return decode_publish_head(flags, body, it); });
}
inline Decoded<SubscriptionAck> decode_subscription_ack(PacketType type, Bytes body) {
  return decoded<SubscriptionAck>(
      [&](SubscriptionAck& ack) { return decode_subscription_ack(type, body, ack); });
}
/// Nothing: bytes are missing.
inline Decoded<std::optional<FixedHeader>> decode_fixed_header(Bytes bytes) {
  const auto header =
      decoded<FixedHeader>([&](FixedHeader& it) { return decode_fixed_header(bytes, it); });
  if (!header) return std::unexpected{header.error()};
  return header->size != 0 ? std::optional{*header} : std::nullopt;
}

}  // namespace minimq::codec

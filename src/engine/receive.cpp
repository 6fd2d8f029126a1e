// SPDX-License-Identifier: MIT
#include <algorithm>

#include "codec/ack.hpp"
#include "codec/connect.hpp"
#include "codec/fixed_header.hpp"
#include "codec/publish.hpp"
#include "minimq/engine.hpp"

namespace minimq {

void Engine::rx_commit(std::size_t count) {
  if (count != 0) {
    rx_.commit(count);
    received_something();
    scan_due_ = true;
  }
  if (scan_due_) scan();
}

// Processes every packet that is complete. Messages stay where they are until the application takes
// them; all else acts now, also behind messages that nobody has taken.
void Engine::scan() {
  paused_ = scan_due_ = false;
  while (phase_ == Phase::connecting || phase_ == Phase::online) {
    if (build::subscriptions && skip_left_ != 0) skip_bytes();
    const Bytes bytes = rx_.unscanned();
    codec::FixedHeader header;
    const ReasonCode code = codec::decode_fixed_header(bytes, header);
    if (code != ReasonCode::success) {
      fail_received(code);
      return;
    }
    if (header.size == 0) break;
    const std::uint32_t size = header.packet_size();
    if (size > std::min<std::size_t>(accepted_packet_size(), rx_.capacity())) {
      scan_oversize(header);
      if (skip_left_ == 0) break;
      continue;
    }
    if (bytes.size() < size) break;
    const Verdict verdict = process(header, bytes.first(size));
    if (phase_ == Phase::closing) return;  // The broker's last words stay where they are.
    if (verdict == Verdict::pause) {
      paused_ = true;
      break;
    }
    if (pong_limit_.running()) pong_limit_.start(ping_limit());  // It is one for each packet.
    if (verdict == Verdict::keep) {
      rx_.keep(size);
    } else {
      rx_.drop(size);
    }
  }
  rx_.close_gap();
}

// A packet that rx cannot hold. Where it is a message and may be skipped, its head is kept for the
// report once it is there, and the rest is dropped as it comes.
void Engine::scan_oversize(const codec::FixedHeader& header) {
  const Bytes bytes = rx_.unscanned();
  if (phase_ == Phase::connecting && header.type == PacketType::connack) {
    const std::size_t head = header.size + 2u;
    if (bytes.size() >= head) on_connack_cut(bytes.subspan(header.size), header.packet_size());
    return;
  }
  if (header.packet_size() > accepted_packet_size() || header.type != PacketType::publish ||
      phase_ != Phase::online || !build::subscriptions) {
    fail(Error::inbound_too_large, ReasonCode::packet_too_large);
    return;
  }
  if (oversize_ != 0 || !rx_.untaken().empty() || rx_.holding()) return;
  const std::size_t topic_at = header.size + 2u;
  if (bytes.size() < topic_at) return;
  const std::size_t topic = std::to_integer<std::size_t>(bytes[header.size]) << 8 |
                            std::to_integer<std::size_t>(bytes[header.size + 1u]);
  const std::size_t head = topic_at + topic + ((header.flags & 0x06) != 0 ? 2 : 0);
  if (head > header.packet_size()) {
    fail_received(ReasonCode::malformed_packet);
    return;
  }
  if (head >= std::min<std::size_t>(rx_.capacity(), UINT16_MAX)) {
    fail(Error::inbound_too_large, ReasonCode::packet_too_large);
    return;
  }
  if (bytes.size() < head) return;
  detail::Publish publish;
  const ReasonCode code =
      codec::decode_publish_head(header.flags, bytes.first(head).subspan(header.size), publish);
  if (code != ReasonCode::success) {
    fail_received(code);
    return;
  }
  oversize_ = header.packet_size();
  kept_head_ = static_cast<std::uint16_t>(head);
  skip_left_ = oversize_ - kept_head_;
  rx_.keep(head);
}

void Engine::skip_bytes() {
  const std::size_t count = std::min<std::size_t>(skip_left_, rx_.unscanned().size());
  rx_.drop(count);
  skip_left_ -= static_cast<std::uint32_t>(count);
}

// One byte more is accepted: Mosquitto does not count the first byte of a packet, and would send
// one that is refused again and again [MQTT-3.1.2-24].
std::uint32_t Engine::accepted_packet_size() const {
  const std::uint32_t announced = codec::announced_packet_size(config_);
  return announced == 0 ? UINT32_MAX : announced + 1;
}

Engine::Verdict Engine::process(const codec::FixedHeader& header, Bytes packet) {
  const Bytes body = packet.subspan(header.size);
  trace(TraceEvent::Direction::received, packet);
  if (phase_ == Phase::online) return process_online(header, body);
  if (header.type == PacketType::connack) return on_connack(body);
  if (header.type == PacketType::auth) return on_auth(body);
  return fail_received(ReasonCode::protocol_error);  // [MQTT-3.2.0-1], [MQTT-3.14.0-1]
}

// Dispatches; each packet has its own function.
Engine::Verdict Engine::process_online(const codec::FixedHeader& header, Bytes body) {
  switch (header.type) {
    case PacketType::publish:
      if (build::subscriptions) return on_publish(header.flags, body);
      break;
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      if (!build::qos2) break;
      [[fallthrough]];
    case PacketType::puback: return on_ack(header.type, body);
    case PacketType::suback:
    case PacketType::unsuback:
      if (build::subscriptions) return on_subscription_ack(header.type, body);
      break;
    case PacketType::pingresp: return on_pingresp(body);
    case PacketType::disconnect: return on_disconnect(body);
    case PacketType::connect:
    case PacketType::connack:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq: break;  // [MQTT-3.2.0-2]
    case PacketType::auth: return on_auth(body);
  }
  return fail_received(ReasonCode::protocol_error);
}

Engine::Verdict Engine::on_auth(Bytes body) {
  Authentication* const exchange = authentication();
  if (exchange == nullptr) return fail_received(ReasonCode::protocol_error);  // [MQTT-4.12.0-6]
  exchange->received(*this, body);
  return Verdict::done;
}

Engine::Verdict Engine::on_publish(std::uint8_t flags, Bytes body) {
  detail::Publish publish;
  ReasonCode code = codec::decode_publish(flags, body, publish);
  if (code == ReasonCode::success) code = judge_alias(publish);
  return code == ReasonCode::success ? Verdict::keep : fail_received(code);
}

// Without aliases none was announced [MQTT-3.1.2-26], [MQTT-3.1.2-27], [MQTT-3.3.2-11].
ReasonCode Engine::judge_alias(const detail::Publish& publish) const {
  if (publish.qos > build::highest_qos) return ReasonCode::protocol_error;
  if (publish.topic_alias == 0) return ReasonCode::success;
  InboundAliases* const aliases = extras().inbound_aliases;
  return aliases != nullptr ? aliases->admit(publish.topic, publish.topic_alias)
                            : ReasonCode::topic_alias_invalid;
}

Engine::Verdict Engine::on_ack(PacketType type, Bytes body) {
  codec::Ack ack;
  ReasonCode code = codec::decode_ack(type, body, ack);
  if (code == ReasonCode::success && !may_have(ack.properties)) code = ReasonCode::protocol_error;
  if (code != ReasonCode::success) return fail_received(code);
  if (!build::qos2 || type == PacketType::puback) return on_puback(ack);
  if (type == PacketType::pubrec) return on_pubrec(ack);
  if (type == PacketType::pubrel) return on_pubrel(ack);
  return on_pubcomp(ack);
}

}  // namespace minimq

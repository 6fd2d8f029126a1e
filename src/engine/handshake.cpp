// SPDX-License-Identifier: MIT
#include <algorithm>

#include "codec/connack.hpp"
#include "codec/connect.hpp"
#include "minimq/engine.hpp"

namespace minimq {

// The phase connecting begins here and nowhere else [MQTT-3.1.0-2]; in it only CONNECT leaves
// [MQTT-3.1.4-M], [MQTT-3.1.2-30].
void Engine::link_opened() {
  phase_ = Phase::connecting;
  ++connection_;
  rx_.clear();
  held_id_ = 0;  // What is still held comes again, or is known by its identifier.
  control_.clear();
  skip_left_ = oversize_ = half_sent_ = 0;
  last_words_size_ = kept_head_ = 0;
  limits_.keep_alive_s = 0;  // Unknown until CONNACK.
  // A CONNECT with Clean Start that nobody answered may arrive after the next one, and take its
  // session away: so the connection after that one is in doubt as well.
  if (unanswered_ || late_clean_) doubtful_ = true;
  late_clean_ = unanswered_ && clean_start_;
  was_online_ = unanswered_ = session_present_ = progress_ = overflow_ = ping_due_ = paused_ =
      abandoned_ = false;
  if (InboundAliases* const aliases = inbound_aliases()) aliases->forget();
  if (OutboundAliases* const aliases = outbound_aliases()) aliases->forget();
  // [MQTT-3.1.2-4], [MQTT-3.1.2-5]
  clean_start_ = force_clean_ || (first_ ? config_.clean_start : !has_session_);
  rx_idle_.stop();
  tx_idle_.stop();
  stall_.stop();
  pong_.stop();
  pong_limit_.stop();
  phase_timer_.start(config_.connack_timeout.count());
  if (Authentication* const exchange = authentication()) exchange->link_opened(*this);
}

// CONNECT is made anew for each write, from the configuration's own memory, behind what was taken
// already: it needs room neither in rx nor in tx, and leaves no copy of a secret.
std::size_t Engine::gather_connect(TxGather& gather) const {
  codec::GatherWriter writer{half_sent_, gather.scratch, gather.pieces};
  codec::write_connect(writer, config_, connect_parameters());
  return writer.pieces().size();
}

std::size_t Engine::connect_size() const {
  codec::GatherWriter writer{0, {}, {}};
  codec::write_connect(writer, config_, connect_parameters());
  return writer.size();
}

codec::ConnectParameters Engine::connect_parameters() const {
  const InboundAliases* const aliases = inbound_aliases();
  const Authentication* const exchange = authentication();
  return {
      .clean_start = clean_start_,
      .maximum_packet_size = announced_packet_size(),
      .assigned_client_id = assigned_client_id(),
      .topic_alias_maximum = aliases != nullptr ? aliases->maximum() : std::uint16_t{0},
      .authentication = exchange != nullptr ? exchange->properties() : std::span<const Property>{}};
}

void Engine::on_connack(Bytes body) {
  const auto connack = codec::decode_connack(body);
  if (!connack) {
    fail_received(connack.error());
    return;
  }
  unanswered_ = false;
  if (is_error(connack->reason)) {
    refused(*connack);
    return;
  }
  // [MQTT-3.2.2-16]
  const bool unnamed = config_.client_id.empty() && assigned_client_id().empty() &&
                       connack->assigned_client_id.empty();
  const bool too_early = half_sent_ < connect_size();
  if (too_early || unnamed) {  // [MQTT-3.1.3-7]
    fail_received(ReasonCode::protocol_error);
    return;
  }
  if (!authenticated(*connack)) return;
  if (!judge_session(*connack)) {
    fail(Error::session_unexpected, ReasonCode::protocol_error);
    return;
  }
  if (!take_client_id(*connack)) {
    fail(Error::assigned_client_id_too_long, ReasonCode::implementation_specific_error);
    return;
  }
  if (config_.extras != nullptr && config_.extras->connack_properties != nullptr) {
    config_.extras->connack_properties->keep(0, connack->properties);
  }
  phase_ = Phase::online;
  phase_timer_.stop();
  first_ = force_clean_ = false;
  was_online_ = has_session_ = true;
  session_present_ = connack->session_present;  // [MQTT-3.2.2-3]
  ++counters_.connections;
  take_limits(*connack);
  if (doubtful_) doubtful_ids_ = true;
  if (!session_present_) {  // [MQTT-3.2.2-5], [MQTT-3.1.2-6], [MQTT-4.1.0-2]
    doubtful_ = false;
    session_ended();
  }
  apply_limits();
  half_sent_ = 0;
  received_something();
  wrote_something();
}

bool Engine::authenticated(const codec::Connack& connack) {
  if (Authentication* const exchange = authentication()) return exchange->accepted(*this, connack);
  if (!connack.properties.find(PropertyId::authentication_method)) return true;
  fail_received(ReasonCode::protocol_error);  // [MQTT-4.12.0-6]
  return false;
}

// False: the client id that the broker assigned does not fit.
bool Engine::take_client_id(const codec::Connack& connack) {
  AssignedClientId* const kept =
      config_.extras != nullptr ? config_.extras->assigned_client_id : nullptr;
  if (kept == nullptr || !config_.client_id.empty() || !kept->view().empty()) return true;
  return kept->keep(connack.assigned_client_id);
}

// Whether Session Present is what it can be [MQTT-3.2.2-2], [MQTT-3.2.2-4].
bool Engine::judge_session(const codec::Connack& connack) {
  if (!connack.session_present) return true;
  if (!clean_start_ && (has_session_ || config_.adopt_session)) {
    if (!has_session_) doubtful_ = true;
    return true;
  }
  force_clean_ = true;
  return false;
}

// A CONNACK larger than rx: what can be read of it is obeyed [MQTT-3.2.2-19], [MQTT-3.2.2-20].
void Engine::on_connack_cut(Bytes body, std::size_t size) {
  const auto connack = codec::decode_connack_head(body);
  if (connack && is_error(connack->reason)) {
    unanswered_ = false;
    refused(*connack);
    return;
  }
  oversize_ = static_cast<std::uint32_t>(size);
  fail(Error::rx_too_small, ReasonCode::packet_too_large);
}

// Nothing is sent any more, and the link ends [MQTT-3.1.4-6], [MQTT-3.2.2-7].
void Engine::refused(const codec::Connack& connack) {
  remember(connack.properties);
  fail(Error::connection_refused, connack.reason);
}

// Anew from each CONNACK, and from nothing else [MQTT-3.2.2.3-M], [MQTT-3.1.2-21], [MQTT-3.2.2-22],
// [MQTT-3.2.2.3.2-M].
void Engine::take_limits(const codec::Connack& connack) {
  limits_ = {
      .maximum_packet_size = connack.maximum_packet_size,
      .session_expiry_s = connack.session_expiry.value_or(config_.session_expiry_s),
      .receive_maximum = connack.receive_maximum,
      .keep_alive_s = connack.server_keep_alive.value_or(config_.keep_alive_s),  // [MQTT-3.2.2-21]
      .topic_alias_maximum = connack.topic_alias_maximum,
      .maximum_qos = std::min(connack.maximum_qos, build::highest_qos),
      .retain_available = connack.retain_available,
      .wildcard_available = connack.wildcard_available,
      .subscription_ids_available = connack.subscription_ids_available,
      .shared_available = connack.shared_available,
  };
}

// Server Reference and Response Information are shown, and nothing is done about them
// [MQTT-4.11-M], [MQTT-3.1.2-28].
void Engine::remember(Properties last_words) {
  const Bytes bytes = last_words.encoded();
  const auto at = static_cast<std::size_t>(bytes.data() - config_.buffers.rx.data());
  if (bytes.empty() || at > UINT16_MAX || bytes.size() > UINT16_MAX) return;
  last_words_at_ = static_cast<std::uint16_t>(at);
  last_words_size_ = static_cast<std::uint16_t>(bytes.size());
}

Properties Engine::last_words() const {
  return Properties{Bytes{config_.buffers.rx}.subspan(last_words_at_, last_words_size_)};
}

}  // namespace minimq

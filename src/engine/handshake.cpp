// SPDX-License-Identifier: MIT
#include <algorithm>

#include "codec/connack.hpp"
#include "codec/connect.hpp"
#include "codec/trace.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

std::span<const Property> properties_of(const Authentication* exchange) {
  return exchange != nullptr ? exchange->properties() : std::span<const Property>{};
}

}  // namespace

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
      scan_due_ = disconnect_due_ = abandoned_ = false;
  if (InboundAliases* const aliases = extras().inbound_aliases) aliases->forget();
  if (OutboundAliases* const aliases = extras().outbound_aliases) aliases->forget();
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
// already: it needs room neither in rx nor in tx, and leaves no copy of a secret. The numbers in it
// are put together where acknowledgements are later.
std::size_t Engine::gather_connect(TxGather& gather) {
  codec::Writer writer;
  codec::write_connect(writer, config_, clean_start_, properties_of(authentication()));
  writer.gather(half_sent_, control_.scratch(), gather.pieces);
  codec::write_connect(writer, config_, clean_start_, properties_of(authentication()));
  return writer.pieces().size();
}

void Engine::consume_connect(std::size_t count) {
  codec::Writer writer;
  codec::write_connect(writer, config_, clean_start_, properties_of(authentication()));
  if (const Tracer* const tracer = config_.tracer; tracer != nullptr && half_sent_ == 0) {
    tracer->encoding->show_made(*tracer, PacketType::connect, ReasonCode::success, writer.size());
  }
  half_sent_ += static_cast<std::uint32_t>(count);
  unanswered_ = half_sent_ >= writer.size();
}

Engine::Verdict Engine::on_connack(Bytes body) {
  codec::Connack connack;
  // Anew from each CONNACK, and from nothing else [MQTT-3.2.2.3-M], [MQTT-3.1.2-21],
  // [MQTT-3.2.2-21], [MQTT-3.2.2-22], [MQTT-3.2.2.3.2-M].
  connack.limits.session_expiry_s = config_.session_expiry_s;
  connack.limits.keep_alive_s = config_.keep_alive_s;
  const ReasonCode code = codec::decode_connack(body, connack);
  if (code != ReasonCode::success) return fail_received(code);
  const bool too_early = !unanswered_;
  unanswered_ = false;
  if (is_error(connack.reason)) {
    refused(connack);
    return Verdict::done;
  }
  // [MQTT-3.2.2-16]
  const bool unnamed = config_.client_id.empty() && assigned_client_id().empty() &&
                       connack.assigned_client_id.empty();
  if (too_early || unnamed) return fail_received(ReasonCode::protocol_error);  // [MQTT-3.1.3-7]
  if (!authenticated(connack)) return Verdict::done;
  if (!judge_session(connack)) {
    fail(Error::session_unexpected, ReasonCode::protocol_error);
    return Verdict::done;
  }
  if (!take_client_id(connack)) {
    fail(Error::assigned_client_id_too_long, ReasonCode::implementation_specific_error);
    return Verdict::done;
  }
  if (PropertyStore* const store = extras().connack_properties) store->keep(0, connack.properties);
  limits_ = connack.limits;
  limits_.maximum_qos = std::min(limits_.maximum_qos, build::highest_qos);
  session_present_ = connack.session_present;  // [MQTT-3.2.2-3]
  online();
  return Verdict::done;
}

// A CONNACK was a success.
void Engine::online() {
  phase_ = Phase::online;
  phase_timer_.stop();
  first_ = force_clean_ = false;
  was_online_ = has_session_ = true;
  ++counters_.connections;
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
  if (connack.authentication_method.data() == nullptr) return true;
  fail_received(ReasonCode::protocol_error);  // [MQTT-4.12.0-6]
  return false;
}

// False: the client id that the broker assigned does not fit.
bool Engine::take_client_id(const codec::Connack& connack) {
  AssignedClientId* const kept = extras().assigned_client_id;
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
  codec::Connack connack;
  const ReasonCode code = codec::decode_connack_head(body, connack);
  if (code == ReasonCode::success && is_error(connack.reason)) {
    unanswered_ = false;
    refused(connack);
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

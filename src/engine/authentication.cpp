// SPDX-License-Identifier: MIT
//
// Enhanced authentication, chapter 4.12: an exchange of AUTH packets before CONNACK, or later on an
// open connection.
#include <cstdint>

#include "codec/auth.hpp"
#include "codec/connack.hpp"
#include "codec/trace.hpp"
#include "codec/utf8.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

constexpr std::size_t text_size_max = 65'535;

}  // namespace

Authentication::Authentication(Authenticator& authenticator) : authenticator_{authenticator} {}

bool Authentication::has_good_method() const {
  const std::string_view method = authenticator_.method();
  return method.size() <= text_size_max && codec::is_valid_utf8(method);
}

// Asks the application for data: the first, or the answer to a challenge.
Result<void> Authentication::ask_for_data(Engine& engine, const Bytes* asked) {
  engine.calling_ = true;
  const Result<Bytes> data =
      asked != nullptr ? authenticator_.challenge(*asked) : authenticator_.begin();
  engine.calling_ = false;
  if (!data) return std::unexpected{data.error()};
  if (data->size() > text_size_max) return std::unexpected{Error::packet_too_large};
  properties_ = {Property{PropertyId::authentication_method, authenticator_.method()},
                 Property{PropertyId::authentication_data, as_text(*data)}};
  property_count_ = data->empty() ? 1 : 2;
  return {};
}

// CONNECT has the method and the first data.
void Authentication::link_opened(Engine& engine) {
  link_lost();
  busy_ = true;
  if (!ask_for_data(engine, nullptr)) engine.abandon(Error::authentication_failed);
}

Result<void> Authentication::begin_again(Engine& engine) {
  if (engine.calling_ || busy_) return std::unexpected{Error::busy};
  if (engine.phase_ != Engine::Phase::online) return std::unexpected{Error::not_online};
  if (const auto data = ask_for_data(engine, nullptr); !data) return data;
  const std::uint32_t most = engine.limits_.maximum_packet_size;
  if (most != 0 && packet_size() > most) return std::unexpected{Error::packet_too_large};
  link_lost();
  busy_ = true;
  timer_.start(engine.config_.connack_timeout.count());
  begin_packet(ReasonCode::re_authenticate);  // [MQTT-4.12.1-1]
  return {};
}

void Authentication::begin_packet(ReasonCode reason) {
  reason_ = reason;
  sent_ = 0;
  speaking_ = true;
}

void Authentication::received(Engine& engine, Bytes body) {
  codec::Auth auth;
  const ReasonCode code = codec::decode_auth(body, auth);
  if (code != ReasonCode::success) {
    engine.fail_received(code);
    return;
  }
  const bool connecting = engine.phase_ == Engine::Phase::connecting;
  const bool too_early = speaking_ || (connecting && !engine.unanswered_);
  const bool same_method =
      !body.empty() && auth.method == authenticator_.method();  // [MQTT-4.12.0-5]
  const bool success = auth.reason == ReasonCode::success;
  if (!busy_ || too_early || !same_method || (success && connecting)) {
    engine.fail_received(ReasonCode::protocol_error);
    return;
  }
  if (!success) {
    answer(engine, auth.data);
  } else if (finished(engine, auth.data)) {
    link_lost();
  }
}

// What the broker asks for is answered, and nothing else is sent: no Reason String and no User
// Property would have to be left out for its size [MQTT-3.15.2-2], [MQTT-3.15.2-3],
// [MQTT-4.12.0-2], [MQTT-4.12.0-3].
void Authentication::answer(Engine& engine, Bytes asked) {
  constexpr auto failed = Error::authentication_failed;
  if (++rounds_ > rounds_max || !ask_for_data(engine, &asked)) {
    engine.fail(failed, ReasonCode::unspecified_error);
    return;
  }
  const bool online = engine.phase_ == Engine::Phase::online;
  const std::uint32_t most = online ? engine.limits_.maximum_packet_size : 0;
  if (most != 0 && packet_size() > most) {
    engine.fail(failed, ReasonCode::packet_too_large);
    return;
  }
  begin_packet(ReasonCode::continue_authentication);
}

// [MQTT-4.12.1-2]
bool Authentication::finished(Engine& engine, Bytes data) {
  engine.calling_ = true;
  const bool good = authenticator_.finish(data);
  engine.calling_ = false;
  if (!good) engine.fail(Error::authentication_failed, ReasonCode::unspecified_error);
  return good;
}

// Whether a CONNACK that is a success is one for this exchange.
bool Authentication::accepted(Engine& engine, const codec::Connack& connack) {
  const bool has_method = connack.authentication_method.data() != nullptr;
  if (speaking_ || !has_method ||
      connack.authentication_method != authenticator_.method()) {  // [MQTT-4.12.0-5]
    engine.fail_received(ReasonCode::protocol_error);
    return false;
  }
  if (!finished(engine, connack.authentication_data)) {
    engine.unanswered_ = true;  // A session may have been made, which is not taken up.
    return false;
  }
  link_lost();
  return true;
}

std::size_t Authentication::packet_size() const {
  std::size_t size = 0;
  for (const Property& property : properties())
    size += 1 + 2 + property.text().size();
  size += 1 + codec::varint_size(static_cast<std::uint32_t>(size));
  return size + 1 + codec::varint_size(static_cast<std::uint32_t>(size));
}

std::size_t Authentication::gather(TxGather& gather) {
  codec::Writer writer;
  codec::write_auth(writer, reason_, properties());
  writer.gather(sent_, scratch_, gather.pieces);
  codec::write_auth(writer, reason_, properties());
  return writer.pieces().size();
}

void Authentication::consume(Engine& engine, std::size_t count) {
  const std::size_t size = packet_size();
  if (const Tracer* const tracer = engine.config_.tracer; tracer != nullptr && sent_ == 0) {
    tracer->encoding->show_made(*tracer, PacketType::auth, reason_, size);
  }
  sent_ += static_cast<std::uint32_t>(count);
  if (sent_ < size) return;
  speaking_ = false;
  sent_ = 0;
}

Result<void> Engine::reauthenticate() {
  Authentication* const exchange = authentication();
  if (exchange == nullptr) return std::unexpected{Error::no_authenticator};  // [MQTT-4.12.0-7]
  return exchange->begin_again(*this);
}

}  // namespace minimq

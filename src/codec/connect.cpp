// SPDX-License-Identifier: MIT
#include "codec/connect.hpp"

#include "codec/properties.hpp"
#include "codec/will.hpp"
#include "minimq/assigned_client_id.hpp"
#include "minimq/topic_alias.hpp"

namespace minimq::codec {
namespace {

// What is not known before the connection: Authentication Method and Data, an assigned client id.
constexpr std::size_t outside_size_max = 3 * 65'538;
constexpr std::uint32_t protocol_name = 0x4D51'5454;  // [MQTT-3.1.2-1]
constexpr std::uint8_t protocol_version = 5;          // [MQTT-3.1.2-2]

constexpr std::uint8_t clean_start_flag = 0x02;
constexpr std::uint8_t will_flag = 0x04;
constexpr unsigned will_qos_shift = 3;
constexpr std::uint8_t will_retain_flag = 0x20;
constexpr std::uint8_t password_flag = 0x40;
constexpr std::uint8_t user_name_flag = 0x80;

// The reserved flag is never set, and what is absent sets none [MQTT-3.1.2-3], [MQTT-3.1.2-11],
// [MQTT-3.1.2-13], [MQTT-3.1.2-16], [MQTT-3.1.2-18].
std::uint8_t connect_flags(const Config& config, bool clean_start) {
  unsigned flags = clean_start ? clean_start_flag : 0;
  if (const Will* const will = config.will) {
    flags |= will_flag | static_cast<unsigned>(will->qos) << will_qos_shift;
    if (will->retain) flags |= will_retain_flag;
  }
  if (const Credentials* const credentials = config.credentials) {
    if (credentials->user_name) flags |= user_name_flag;
    if (credentials->password) flags |= password_flag;
  }
  return static_cast<std::uint8_t>(flags);
}

// Not inlined: what stands here is not needed on the stack below the will.
[[gnu::noinline]] void write_properties(Writer& writer, const Config& config,
                                        std::span<const Property> authentication) {
  PropertyWriter list{writer, Carrier::connect};
  if (config.session_expiry_s != 0) {
    list.put_number(PropertyId::session_expiry_interval, config.session_expiry_s);
  }
  if (config.receive_maximum != 65'535) {
    list.put_number(PropertyId::receive_maximum, config.receive_maximum);
  }
  if (const std::uint32_t size = announced_packet_size(config); size != 0) {
    list.put_number(PropertyId::maximum_packet_size, size);
  }
  const InboundAliases* const aliases =
      config.extras != nullptr ? config.extras->inbound_aliases : nullptr;
  if (aliases != nullptr && aliases->maximum() != 0) {
    list.put_number(PropertyId::topic_alias_maximum, aliases->maximum());
  }
  for (const Property& property : authentication) {
    list.put(property);
  }
  // Values that would be protocol errors are refused [MQTT-3.1.2.11-M].
  list.add(config.properties, Error::config_property);
  list.end(Error::config_property);
}

}  // namespace

std::uint32_t announced_packet_size(const Config& config) {
  if (config.oversize == Oversize::skip) return config.maximum_packet_size;
  return static_cast<std::uint32_t>(config.buffers.rx.size() - 1);
}

void write_connect(Writer& writer, const Config& config, bool clean_start,
                   std::span<const Property> authentication) {
  writer.u8(0x10);
  const std::size_t remaining_length = writer.begin_length();
  writer.u16(4);
  writer.number(protocol_name, 4);
  writer.u8(protocol_version);
  writer.u8(connect_flags(config, clean_start));
  writer.u16(config.keep_alive_s);
  write_properties(writer, config, authentication);

  // The payload, in the order of [MQTT-3.1.3-1]; first the client id [MQTT-3.1.3-2],
  // [MQTT-3.1.3-3], [MQTT-3.1.3-4].
  const bool assigned = config.client_id.empty() && config.extras != nullptr &&
                        config.extras->assigned_client_id != nullptr;
  writer.text(assigned ? config.extras->assigned_client_id->view() : config.client_id,
              Error::config_client_id);
  if (config.will != nullptr) config.will->encoding->write(writer, *config.will);
  if (const Credentials* const credentials = config.credentials) {
    // [MQTT-3.1.2-17], [MQTT-3.1.2-19], [MQTT-3.1.3-12]
    if (credentials->user_name) writer.text(*credentials->user_name, Error::config_credentials);
    if (credentials->password) writer.binary(*credentials->password, Error::config_credentials);
  }
  writer.end_length(remaining_length);
}

Error check_connect(const Config& config) {
  Writer writer;
  write_connect(writer, config, true, {});
  if (writer.error() == Error::packet_too_large) return Error::config_property;
  const bool too_large = writer.size() > remaining_length_max - outside_size_max;
  return writer.error() == Error{} && too_large ? Error::config_property : writer.error();
}

}  // namespace minimq::codec

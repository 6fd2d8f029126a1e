// SPDX-License-Identifier: MIT
#include "codec/connect.hpp"

#include <array>
#include <span>

#include "codec/properties.hpp"
#include "codec/property_check.hpp"
#include "codec/utf8.hpp"
#include "codec/will.hpp"
#include "codec/writer.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t field_size_max = 65'535;
constexpr std::size_t length_size = 2;
// What is not known before the connection: Authentication Method and Data, an assigned client id.
constexpr std::size_t outside_size_max = 3 * 65'538;
constexpr std::size_t head_size = 10;                 // protocol name, version, flags, keep alive
constexpr std::uint32_t protocol_name = 0x4D51'5454;  // [MQTT-3.1.2-1]
constexpr std::uint8_t protocol_version = 5;          // [MQTT-3.1.2-2]

constexpr std::uint8_t clean_start_flag = 0x02;
constexpr std::uint8_t will_flag = 0x04;
constexpr unsigned will_qos_shift = 3;
constexpr std::uint8_t will_retain_flag = 0x20;
constexpr std::uint8_t password_flag = 0x40;
constexpr std::uint8_t user_name_flag = 0x80;

// The properties that follow from the rest of the configuration.
class OwnProperties {
 public:
  OwnProperties(const Config& config, const ConnectParameters& parameters) {
    if (config.session_expiry_s != 0) {
      add({PropertyId::session_expiry_interval, config.session_expiry_s});
    }
    if (config.receive_maximum != 65'535) {
      add({PropertyId::receive_maximum, std::uint32_t{config.receive_maximum}});
    }
    if (parameters.maximum_packet_size != 0) {
      add({PropertyId::maximum_packet_size, parameters.maximum_packet_size});
    }
    if (parameters.topic_alias_maximum != 0) {
      add({PropertyId::topic_alias_maximum, std::uint32_t{parameters.topic_alias_maximum}});
    }
  }

  [[nodiscard]] std::span<const Property> list() const { return std::span{list_}.first(count_); }

 private:
  void add(const Property& property) { list_[count_++] = property; }

  std::array<Property, 4> list_{};
  std::size_t count_{0};
};

struct Layout {
  std::size_t properties;
  std::size_t remaining_length;
};

std::string_view client_id(const Config& config, const ConnectParameters& parameters) {
  return config.client_id.empty() ? parameters.assigned_client_id : config.client_id;
}

// For properties that were checked, so that the sums fit 32 bits.
Layout measure(const Config& config, const ConnectParameters& parameters,
               std::span<const Property> own) {
  Layout layout{};
  layout.properties = properties_size(own) + properties_size(parameters.authentication) +
                      properties_size(config.properties);
  layout.remaining_length = head_size + property_block_size(layout.properties) + length_size +
                            client_id(config, parameters).size();
  if (config.will != nullptr) layout.remaining_length += config.will->encoding->size(*config.will);
  if (const Credentials* const credentials = config.credentials) {
    if (credentials->user_name) {
      layout.remaining_length += length_size + credentials->user_name->size();
    }
    if (credentials->password) {
      layout.remaining_length += length_size + credentials->password->size();
    }
  }
  return layout;
}

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

bool is_good_text(std::string_view text) {
  return text.size() <= field_size_max && is_sendable_utf8(text);
}

// [MQTT-3.1.3-12]
bool are_good(const Credentials& credentials) {
  if (credentials.user_name && !is_good_text(*credentials.user_name)) return false;
  return !credentials.password || credentials.password->size() <= field_size_max;
}

// Values that would be protocol errors are refused [MQTT-3.1.2.11-M].
bool has_good_properties(const Config& config) {
  PropertyCheck check{Carrier::connect};
  // The configuration has fields for these, or the engine could not answer what they bring about.
  check.reserve(PropertyId::session_expiry_interval);
  check.reserve(PropertyId::receive_maximum);
  check.reserve(PropertyId::maximum_packet_size);
  check.reserve(PropertyId::topic_alias_maximum);
  check.reserve(PropertyId::authentication_method);
  check.reserve(PropertyId::authentication_data);
  if (!measure_properties(check, config.properties)) return false;
  const ConnectParameters most{
      .clean_start = true, .maximum_packet_size = remaining_length_max, .topic_alias_maximum = 1};
  const OwnProperties own{config, most};
  return measure(config, most, own.list()).remaining_length <=
         remaining_length_max - outside_size_max;
}

}  // namespace

Result<void> check_connect(const Config& config) {
  // [MQTT-3.1.3-4]
  if (!is_good_text(config.client_id)) return std::unexpected{Error::config_client_id};
  if (config.credentials != nullptr && !are_good(*config.credentials)) {
    return std::unexpected{Error::config_credentials};
  }
  if (config.will != nullptr) {
    const Result<void> will = config.will->encoding->check(*config.will);
    if (!will) return will;
  }
  if (!has_good_properties(config)) return std::unexpected{Error::config_property};
  return {};
}

void write_connect(GatherWriter& writer, const Config& config,
                   const ConnectParameters& parameters) {
  const OwnProperties own{config, parameters};
  const Layout layout = measure(config, parameters, own.list());
  writer.u8(0x10);
  writer.varint(static_cast<std::uint32_t>(layout.remaining_length));
  writer.u16(4);
  writer.u32(protocol_name);
  writer.u8(protocol_version);
  writer.u8(connect_flags(config, parameters.clean_start));
  writer.u16(config.keep_alive_s);
  writer.varint(static_cast<std::uint32_t>(layout.properties));
  write_properties(writer, own.list());
  write_properties(writer, parameters.authentication);
  write_properties(writer, config.properties);

  // The payload, in the order of [MQTT-3.1.3-1].
  writer.text(client_id(config, parameters));  // [MQTT-3.1.3-2], [MQTT-3.1.3-3]
  if (config.will != nullptr) config.will->encoding->write(writer, *config.will);
  if (const Credentials* const credentials = config.credentials) {
    // [MQTT-3.1.2-17], [MQTT-3.1.2-19]
    if (credentials->user_name) writer.text(*credentials->user_name);
    if (credentials->password) writer.binary(*credentials->password);
  }
}

}  // namespace minimq::codec

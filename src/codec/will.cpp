// SPDX-License-Identifier: MIT
#include "codec/will.hpp"

#include "codec/properties.hpp"
#include "codec/topic.hpp"

namespace minimq::codec {
namespace {

constexpr std::size_t field_size_max = 65'535;
constexpr std::size_t length_size = 2;

// [MQTT-3.1.2-12], [MQTT-3.1.3-11]
Result<void> check(const Will& will) {
  const bool good = is_valid_topic_name(will.topic) && will.payload.size() <= field_size_max &&
                    will.qos <= QoS::exactly_once;
  if (!good) return std::unexpected{Error::config_will};
  if (!measure_properties(will.properties, Carrier::will)) {
    return std::unexpected{Error::config_property};
  }
  return {};
}

std::size_t size(const Will& will) {
  return property_block_size(properties_size(will.properties)) + length_size + will.topic.size() +
         length_size + will.payload.size();
}

// All three, also where they are empty [MQTT-3.1.2-9].
void write(GatherWriter& writer, const Will& will) {
  writer.varint(static_cast<std::uint32_t>(properties_size(will.properties)));
  write_properties(writer, will.properties);
  writer.text(will.topic);
  writer.binary(will.payload);
}

}  // namespace

const WillEncoding will_encoding{.check = &check, .size = &size, .write = &write};

}  // namespace minimq::codec

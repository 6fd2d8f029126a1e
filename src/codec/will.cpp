// SPDX-License-Identifier: MIT
#include "codec/will.hpp"

#include "codec/properties.hpp"
#include "codec/topic.hpp"

namespace minimq::codec {
namespace {

// All three, also where they are empty [MQTT-3.1.2-9], [MQTT-3.1.2-12], [MQTT-3.1.3-11].
void write(Writer& writer, const Will& will) {
  const bool good =
      !writer.measures() || (is_valid_topic_name(will.topic) && will.qos <= QoS::exactly_once);
  if (!good) writer.fail(Error::config_will);
  write_properties(writer, Carrier::will, will.properties, Error::config_property);
  writer.binary(as_bytes(will.topic), Error::config_will);
  writer.binary(will.payload, Error::config_will);
}

}  // namespace

const WillEncoding will_encoding{.write = &write};

}  // namespace minimq::codec

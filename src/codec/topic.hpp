// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace minimq::codec {

/// 1 to 65,535 bytes of valid UTF-8 without wildcards [MQTT-4.7.0-1], [MQTT-4.7.3-1],
/// [MQTT-4.7.3-2], [MQTT-4.7.3-3].
[[nodiscard]] bool is_valid_topic_name(std::string_view topic);

/// `+` or `#` is in it.
[[nodiscard]] bool has_wildcard(std::string_view topic);

/// What a topic filter asks of a broker.
struct FilterTraits {
  bool valid;     ///< It obeys [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.8.2-1] and [MQTT-4.8.2-2].
  bool wildcard;  ///< `+` or `#` is in it.
  bool shared;    ///< `$share/...`
};
[[nodiscard]] FilterTraits examine_topic_filter(std::string_view filter);

}  // namespace minimq::codec

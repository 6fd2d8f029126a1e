// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace minimq::judge {

/// Throws a Violation for a topic name that is empty [MQTT-4.7.3-1] or has a wildcard in it.
void check_topic_name(std::string_view topic, std::string_view wildcard_statement);

/// Throws a Violation for a topic filter that is empty, has a wildcard out of place
/// [MQTT-4.7.1-1], [MQTT-4.7.1-2], or is a wrong shared subscription [MQTT-4.8.2-1],
/// [MQTT-4.8.2-2].
void check_topic_filter(std::string_view filter);

[[nodiscard]] bool is_shared(std::string_view filter);
[[nodiscard]] bool has_wildcard(std::string_view filter);

}  // namespace minimq::judge

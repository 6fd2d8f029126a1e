// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace minimq::codec {

/// True for well-formed UTF-8 without U+0000 and without surrogates [MQTT-1.5.4-1], [MQTT-1.5.4-2].
[[nodiscard]] bool is_valid_utf8(std::string_view text);

}  // namespace minimq::codec

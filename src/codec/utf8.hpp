// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace minimq::codec {

/// True for well-formed UTF-8 without U+0000 and without surrogates [MQTT-1.5.4-1], [MQTT-1.5.4-2].
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// The same for a text that we send: neither are there control characters (U+0001 to U+001F, U+007F
/// to U+009F) nor non-characters, which a receiver may take for a malformed packet [MQTT-1.5.4-M].
/// What we receive may have them, so that no publisher can disconnect its subscribers.
[[nodiscard]] bool is_sendable_utf8(std::string_view text);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minimq::testing {

/// Bytes from a text of hexadecimal pairs and quoted ASCII: `hex("10 0D 00 04 'MQTT' 05")`. Blanks
/// between them do not count. Throws std::invalid_argument for anything else.
std::vector<std::byte> hex(std::string_view text);

/// The same in upper case, a blank between the pairs.
std::string to_hex(std::span<const std::byte> bytes);

/// What to_hex() gives for bytes written as in hex(), to compare with.
std::string as_hex(std::string_view text);

}  // namespace minimq::testing

// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {

/// Valid packets that a broker may send: each type, bare and with all that can be in it.
inline constexpr std::string_view received_packets[] = {
    "20 03 00 00 00",
    "20 03 01 00 00",
    "20 0E 00 9C 0B 1C 00 01 's' 1F 00 04 'move'",
    "20 42 01 00 3F 11 00 00 0E 10 21 00 0A 24 01 25 00 27 00 00 04 00 12 00 02 'id' 22 00 05"
    "1F 00 02 'ok' 26 00 01 'k' 00 01 'v' 28 00 29 00 2A 00 13 00 1E"
    "1A 00 01 'r' 1C 00 01 's' 15 00 01 'm' 16 00 02 FF 00",
    "30 04 00 01 'a' 00",
    "31 09 00 03 'a/b' 00 '123'",
    "32 08 00 01 'a' 00 01 00 'xy'",
    "3D 34 00 03 'a/b' 12 34 28 01 01 02 00 00 00 0A 03 00 01 't' 08 00 01 'r' 09 00 02 00 FF"
    "23 00 07 0B 01 0B 80 01 26 00 01 'k' 00 01 'v' 26 00 00 00 00 00 FF 00 FF",
    "30 06 00 00 03 23 00 01",
    "30 0A 00 07 'a' E2 82 AC EF BF BF 00",
    "40 02 12 34",
    "40 03 12 34 97",
    "40 04 12 34 00 00",
    "50 12 12 34 80 0E 1F 00 04 'full' 26 00 01 'k' 00 01 'v'",
    "62 02 12 34",
    "62 03 12 34 92",
    "62 09 12 34 00 05 1F 00 02 'ok'",
    "70 02 12 34",
    "70 09 12 34 92 05 26 00 00 00 00",
    "90 06 12 34 00 00 01 02",
    "90 0B 12 34 07 26 00 01 'k' 00 01 'v' 87",
    "B0 04 12 34 00 11",
    "B0 0A 12 34 05 1F 00 02 'no' 00 8F",
    "D0 00",
    "E0 00",
    "E0 01 8E",
    "E0 15 9C 13 1F 00 04 'move' 1C 00 02 's2' 26 00 01 'k' 00 01 'v'",
    "F0 00",
    "F0 17 18 15 15 00 03 'abc' 16 00 02 00 FF 1F 00 02 'go' 26 00 00 00 00",
};

/// Decodes whatever packet the bytes are, as a client would, and reads all that the result refers
/// to. Gives success, or the error. Fails the running test if the result has anything outside the
/// bytes.
[[nodiscard]] ReasonCode decode_any(Bytes packet);

}  // namespace minimq::codec

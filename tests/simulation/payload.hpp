// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minimq::simulation {

/// A payload that says which message it is, how long it must be, and whether it is whole: number
/// (4 bytes), size (2), filling, CRC-32 (4). At least 10 bytes.
[[nodiscard]] std::string make_payload(std::uint32_t number, std::size_t size);

/// The number; nothing if a byte is missing or wrong.
[[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view payload);

/// Numbers of the broker's messages have this bit.
inline constexpr std::uint32_t from_broker = 0x8000'0000;
/// Retained ones, which may come any number of times, have this one too.
inline constexpr std::uint32_t retained = 0x4000'0000;

}  // namespace minimq::simulation

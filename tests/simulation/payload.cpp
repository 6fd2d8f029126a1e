// SPDX-License-Identifier: MIT
#include "simulation/payload.hpp"

#include <algorithm>
#include <array>

namespace minimq::simulation {

namespace {

constexpr std::size_t head_size = 6;
constexpr std::size_t tail_size = 4;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? value >> 1 ^ 0xEDB8'8320u : value >> 1;
    table[i] = value;
  }
  return table;
}

std::uint32_t crc_of(std::string_view bytes) {
  static constexpr auto table = make_table();
  std::uint32_t crc = 0xFFFF'FFFF;
  for (const char byte : bytes)
    crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

void append(std::string& text, std::uint32_t number, unsigned bytes) {
  for (unsigned i = bytes; i-- != 0;)
    text += static_cast<char>(number >> 8 * i & 0xFF);
}

std::uint32_t read(std::string_view text, std::size_t at, unsigned bytes) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < bytes; ++i)
    number = number << 8 | static_cast<unsigned char>(text[at + i]);
  return number;
}

}  // namespace

std::string make_payload(std::uint32_t number, std::size_t size) {
  std::string payload;
  payload.reserve(size);
  append(payload, number, 4);
  append(payload, static_cast<std::uint32_t>(size), 2);
  const std::size_t filled = payload.size();
  payload.resize(std::max(filled, size - std::min(size, tail_size)));
  for (std::size_t at = filled; at < payload.size(); ++at)
    payload[at] = static_cast<char>(number * 7 + at);
  append(payload, crc_of(payload), 4);
  return payload;
}

std::optional<std::uint32_t> number_of(std::string_view payload) {
  if (payload.size() < head_size + tail_size) return std::nullopt;
  if (read(payload, 4, 2) != payload.size()) return std::nullopt;
  const std::size_t tail = payload.size() - tail_size;
  if (read(payload, tail, 4) != crc_of(payload.substr(0, tail))) return std::nullopt;
  return read(payload, 0, 4);
}

}  // namespace minimq::simulation

// SPDX-License-Identifier: MIT
#include "simulation/payload.hpp"

#include <algorithm>
#include <array>

namespace minimq::simulation {

namespace {

constexpr std::size_t head_size = 6;
constexpr std::size_t tail_size = 4;

using Table = std::array<std::uint32_t, 256>;

// What a byte does to the CRC that is followed by none, one, two or three others.
constexpr std::array<Table, 4> make_tables() {
  std::array<Table, 4> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? value >> 1 ^ 0xEDB8'8320u : value >> 1;
    tables[0][i] = value;
  }
  for (std::uint32_t i = 0; i < 256; ++i)
    for (std::size_t k = 1; k < 4; ++k)
      tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xFF];
  return tables;
}

// CRC-32, four bytes at a time: each payload is checked wherever it passes by.
std::uint32_t crc_of(std::string_view bytes) {
  static constexpr auto tables = make_tables();
  const auto byte = [&bytes](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  std::uint32_t crc = 0xFFFF'FFFF;
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    crc ^= byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    crc = tables[3][crc & 0xFF] ^ tables[2][crc >> 8 & 0xFF] ^ tables[1][crc >> 16 & 0xFF] ^
          tables[0][crc >> 24];
  }
  for (; !bytes.empty(); bytes.remove_prefix(1))
    crc = tables[0][(crc ^ byte(0)) & 0xFF] ^ crc >> 8;
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

// SPDX-License-Identifier: MIT
//
// Mutates what the peer sends packet by packet, so that lengths fit again afterwards: a packet
// changes within, goes away, comes twice, changes places, or a good one is put in.
#include "fuzz/receive_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#include "codec/corpus.hpp"
#include "support/hex.hpp"
#include "support/judge/frame.hpp"
#include "support/judge/violation.hpp"
#include "support/wire.hpp"

// libFuzzer's own mutations, in place.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace minimq::fuzz {
namespace {

using testing::Packet;
using Packets = std::vector<Packet>;

// The packets of a stream; what makes no sense at its end is one more.
Packets split(Bytes bytes) {
  Packets packets;
  try {
    while (const auto frame = judge::first_frame(bytes)) {
      const Bytes whole = bytes.first(frame->size);
      packets.emplace_back(whole.begin(), whole.end());
      bytes = bytes.subspan(frame->size);
    }
  } catch (const judge::Violation&) {
  }
  if (!bytes.empty()) packets.emplace_back(bytes.begin(), bytes.end());
  return packets;
}

Packet some_good_packet(unsigned choice) {
  return testing::hex(codec::received_packets[choice % std::size(codec::received_packets)]);
}

// The body changes, and the Remaining Length with it.
Packet with_other_body(const Packet& packet, std::size_t growth) {
  const auto frame = judge::first_frame(packet);
  if (!frame) return packet;
  Packet body{frame->body.begin(), frame->body.end()};
  const std::size_t size = body.size();
  body.resize(size + growth);
  const auto data = reinterpret_cast<std::uint8_t*>(body.data());
  body.resize(body.empty() ? 0 : LLVMFuzzerMutate(data, size, body.size()));
  return testing::packet(static_cast<std::uint8_t>(frame->first), body);
}

void mutate(Packets& packets, unsigned random, std::size_t growth) {
  const auto at = [&](unsigned shift) {
    return static_cast<std::ptrdiff_t>((random >> shift) % packets.size());
  };
  if (packets.empty() || random % 8 == 0) {
    const auto place = static_cast<std::ptrdiff_t>((random >> 16) % (packets.size() + 1));
    packets.insert(packets.begin() + place, some_good_packet(random >> 4));
    return;
  }
  switch (random % 8) {
    case 1: packets.erase(packets.begin() + at(8)); return;
    case 2:
      packets.insert(packets.begin() + at(8), Packet{packets[(random >> 16) % packets.size()]});
      return;
    case 3: std::iter_swap(packets.begin() + at(8), packets.begin() + at(16)); return;
    default: {
      Packet& packet = packets[(random >> 8) % packets.size()];
      packet = with_other_body(packet, growth);
    }
  }
}

}  // namespace

std::size_t mutate_stream(std::span<std::uint8_t> space, std::size_t size, unsigned random) {
  Packets packets = split(std::as_bytes(space.first(size)));
  try {
    mutate(packets, random, std::min<std::size_t>(space.size() - size, 16));
  } catch (const judge::Violation&) {
    return size;  // What is no packet stays.
  }
  std::size_t written = 0;
  for (const Packet& packet : packets) {
    const std::size_t count = std::min(packet.size(), space.size() - written);
    std::memcpy(space.data() + written, packet.data(), count);
    written += count;
  }
  return written;
}

}  // namespace minimq::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  constexpr std::size_t head = 9;  // the configuration, the state, pieces and habits
  const unsigned random = seed * 2'654'435'761u;
  if (size <= head || max_size <= head || random % 4 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::span stream{data + head, max_size - head};
  return head + minimq::fuzz::mutate_stream(stream, size - head, random >> 2);
}

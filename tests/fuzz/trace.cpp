// SPDX-License-Identifier: MIT
#include "fuzz/trace.hpp"

#include <cstdio>
#include <cstdlib>

#include "support/hex.hpp"
#include "support/judge/client_packet.hpp"
#include "support/judge/violation.hpp"

namespace minimq::fuzz {

namespace {

bool is_wanted() {
  static const bool wanted = std::getenv("MINIMQ_FUZZ_TRACE") != nullptr;
  return wanted;
}

void print_client(const judge::Frame& frame) {
  judge::ClientPacket packet;
  packet.parse(frame);
  std::fprintf(stderr, "  -> %s\n", judge::to_string(packet).c_str());
}

void print_server(const judge::Frame& frame) {
  std::fprintf(stderr, "  <- %02X | %s\n", frame.first, testing::to_hex(frame.body).c_str());
}

void print(judge::Framer& framer, judge::Bytes bytes, void (*packet)(const judge::Frame&)) {
  if (!is_wanted()) return;
  try {
    framer.feed(bytes, packet);
  } catch (const judge::Violation& violation) {
    std::fprintf(stderr, "  ?? %s\n", violation.what());
    framer.clear();
  }
}

}  // namespace

void Trace::opened() {
  if (is_wanted()) std::fprintf(stderr, "connection\n");
}

void Trace::closed() {
  if (is_wanted()) std::fprintf(stderr, "closed\n");
  from_client_.clear();
  from_server_.clear();
}

void Trace::client_bytes(judge::Bytes bytes) {
  print(from_client_, bytes, print_client);
}

void Trace::server_bytes(judge::Bytes bytes) {
  print(from_server_, bytes, print_server);
}

}  // namespace minimq::fuzz

// SPDX-License-Identifier: MIT
#include "fuzz/peer.hpp"
#include "fuzz/require.hpp"

namespace minimq::fuzz {

namespace {

// Connections, pauses and packets until all is at rest: far more than any queue here needs.
constexpr int rounds_max = 2'000;

bool is_at_rest(Device& device, Peer& peer) {
  return device.session().state() == Session::State::online && !device.has_pending() &&
         !peer.has_unanswered() && device.session().tx_free() == device.tx_free_at_first();
}

}  // namespace

void come_to_rest(Device& device, Peer& peer) {
  Link& link = device.link();
  link.set_open(Transport::Progress::ready);
  link.limit_writes(SIZE_MAX, SIZE_MAX);
  link.reset();  // The next connection has a broker that is honest from its beginning.
  peer.set_piece(SIZE_MAX);
  device.run();
  device.let_go();
  for (int round = 0; round < rounds_max; ++round) {
    device.run();
    while (device.take_event()) {
    }
    device.release();
    device.run();
    if (is_at_rest(device, peer)) return;
    if (device.session().state() == Session::State::stopped)
      static_cast<void>(device.session().start());
    if (peer.has_unanswered()) {
      peer.answer_well();
      continue;
    }
    const auto next =
        link.is_waited_for() ? link.wait_deadline() : device.session().next_deadline();
    if (next && *next > link.now()) link.pass(*next - link.now());
  }
  require(!device.has_pending(), "an operation that never ends");
  require(device.session().state() == Session::State::online, "it does not come online again");
  require(false, "tx is not free at rest");
}

}  // namespace minimq::fuzz

// SPDX-License-Identifier: MIT
//
// The receive path: a session is brought into a state, and what follows in the input is what the
// peer sends, in pieces of a size that the input chooses. At the end everything comes to rest.
//
// Six bytes are the configuration, one the state, one the size of the pieces, one what the
// application does meanwhile.
#include <cstdint>

#include "fuzz/device.hpp"
#include "fuzz/input.hpp"
#include "fuzz/peer.hpp"
#include "fuzz/receive_states.hpp"

namespace minimq::fuzz {
namespace {

// What the application does after each piece, a bit each.
enum Habit : unsigned {
  takes = 1,
  takes_all = 2,
  releases = 4,
  defers = 8,
  acknowledges = 16,
  takes_its_time = 32,
  publishes = 64,
};

void act(Device& device, unsigned habits) {
  if ((habits & takes) != 0) static_cast<void>(device.take_event());
  if ((habits & takes_all) != 0) {
    while (device.take_event()) {
    }
  }
  if ((habits & defers) != 0) device.defer();
  if ((habits & releases) != 0) device.release();
  if ((habits & acknowledges) != 0) device.acknowledge(0, ReasonCode::success);
  if ((habits & publishes) != 0) device.publish({.topic = "t", .qos = QoS::at_least_once});
  if ((habits & takes_its_time) != 0) device.pass(Duration{700});
}

void run(Input& input) {
  Device device{input};
  Peer peer{device};
  bring_into_state(input.byte(), device, peer);
  const unsigned piece = input.byte();
  const unsigned habits = input.byte();
  const testing::Packet stream = peer.with_ids(input.rest());
  Bytes left = stream;
  while (!left.empty()) {
    const std::size_t size = piece == 0 ? left.size() : std::min<std::size_t>(piece, left.size());
    const Bytes first = left.first(size);
    peer.send({first.begin(), first.end()});
    device.run();
    act(device, habits);
    device.run();
    left = left.subspan(size);
  }
  come_to_rest(device, peer);
}

}  // namespace
}  // namespace minimq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  minimq::fuzz::Input input{data, size};
  minimq::fuzz::run(input);
  return 0;
}

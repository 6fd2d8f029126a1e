// SPDX-License-Identifier: MIT
#include "fuzz/receive_states.hpp"

#include <array>

namespace minimq::fuzz {

namespace {

constexpr std::array<TopicFilter, 2> filters{TopicFilter{.filter = "a"},
                                             TopicFilter{.filter = "b/#"}};
constexpr std::array<std::string_view, 1> no_more{"a"};

void everything_answered(Device& device, Peer& peer) {
  device.run();
  while (peer.has_unanswered()) {
    peer.answer_well();
    device.run();
  }
}

void online(Device& device, Peer& peer) {
  everything_answered(device, peer);
  while (device.take_event()) {
  }
  device.run();
}

void operations_in_flight(Device& device, Peer& peer) {
  online(device, peer);
  device.publish({.topic = "t", .payload = "1", .qos = QoS::at_least_once});
  device.publish({.topic = "t", .payload = "2", .qos = QoS::exactly_once});
  device.subscribe(filters, {});
  device.unsubscribe(no_more);
  device.run();
}

void released(Device& device, Peer& peer) {
  online(device, peer);
  device.publish({.topic = "t", .qos = QoS::exactly_once});
  device.run();
  peer.answer_well();
  device.run();
}

void release_due(Device& device, Peer& peer) {
  online(device, peer);
  device.publish({.topic = "t", .qos = QoS::exactly_once});
  device.run();
  device.link().limit_writes(0, SIZE_MAX);
  peer.answer_well();
  device.run();
}

void messages_waiting(Device& device, Peer& peer) {
  online(device, peer);
  for (std::uint16_t id = 1; id <= 3; ++id)
    peer.send(testing::publish({.topic = "a", .payload = "xyz", .qos = id % 2u + 1, .id = id}));
  device.run();
}

void message_held(Device& device, Peer& peer) {
  messages_waiting(device, peer);
  static_cast<void>(device.take_event());
  device.run();
}

void release_awaited(Device& device, Peer& peer) {
  online(device, peer);
  peer.send(testing::publish({.topic = "a", .qos = 2, .id = 1}));
  device.run();
  static_cast<void>(device.take_event());
  device.release();
  device.run();
}

void connecting_again(Device& device, Peer& peer) {
  operations_in_flight(device, peer);
  device.link().reset();
  device.run();
  static_cast<void>(device.session().reconnect_now());
  device.run();
}

void message_held_while_connecting(Device& device, Peer& peer) {
  message_held(device, peer);
  device.link().reset();
  device.run();
  static_cast<void>(device.session().reconnect_now());
  device.run();
}

void ping_awaited(Device& device, Peer& peer) {
  online(device, peer);
  device.pass(Duration{59'000});
}

void closing(Device& device, Peer& peer) {
  operations_in_flight(device, peer);
  device.link().limit_writes(1, SIZE_MAX);
  static_cast<void>(device.session().disconnect({}));
  device.run();
}

void draining(Device& device, Peer& peer) {
  operations_in_flight(device, peer);
  static_cast<void>(device.session().disconnect({.drain = Milliseconds{5'000}}));
  device.run();
}

void half_a_connect(Device& device, Peer&) {
  device.link().limit_writes(5, SIZE_MAX);
  device.run();
}

void connect_sent(Device& device, Peer&) {
  device.run();
}

void authenticating_again(Device& device, Peer& peer) {
  operations_in_flight(device, peer);
  static_cast<void>(device.session().reauthenticate());
  device.run();
}

void awaited(Device& device, Peer& peer) {
  operations_in_flight(device, peer);
  device.await_settled(0, std::nullopt);
  device.await_ready(20, Duration{1'000});
  device.run();
}

}  // namespace

void bring_into_state(unsigned number, Device& device, Peer& peer) {
  constexpr std::array states{connect_sent,
                              half_a_connect,
                              online,
                              operations_in_flight,
                              released,
                              release_due,
                              messages_waiting,
                              message_held,
                              release_awaited,
                              connecting_again,
                              message_held_while_connecting,
                              ping_awaited,
                              closing,
                              draining,
                              authenticating_again,
                              awaited};
  states[number % states.size()](device, peer);
}

}  // namespace minimq::fuzz

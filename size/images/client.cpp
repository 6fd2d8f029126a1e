// SPDX-License-Identifier: MIT
//
// The minimal client: connect and reconnect, subscribe, publish at QoS 1 and 2, receive, keep the
// link alive, disconnect; a super-loop.
#include "image.hpp"

void start() {
  run([](minimq::Session& session, const minimq::Event& event) {
    if (event.kind() == minimq::Event::Kind::connected) {
      (void)session.subscribe({.filter = "a"});
      (void)session.publish({.topic = "b", .payload = "c", .qos = minimq::QoS::at_least_once});
    } else if (event.kind() == minimq::Event::Kind::inbound) {
      const auto& message = event.message();
      if (message.payload().empty())
        (void)session.disconnect();
      else
        (void)session.publish(
            {.topic = "b", .payload = message.payload(), .qos = minimq::QoS::exactly_once});
    }
  });
}

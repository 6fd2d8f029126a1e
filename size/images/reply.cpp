// SPDX-License-Identifier: MIT
#include "image.hpp"

void start() {
  run([](minimq::Session& session, const minimq::Event& event) {
    (void)session.publish({.topic = "a", .payload = "b"});
    if (const auto reply = event.message().reply("b")) (void)session.publish(*reply);
  });
}

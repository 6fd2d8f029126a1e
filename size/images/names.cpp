// SPDX-License-Identifier: MIT
#include "image.hpp"

void start() {
  run([](minimq::Session& session, const minimq::Event& event) {
    const auto name = to_string(event.cause().error);
    (void)session.publish({.topic = "a", .payload = name});
  });
}

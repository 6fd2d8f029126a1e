// SPDX-License-Identifier: MIT
#include "image.hpp"

void start() {
  run([](minimq::Session& session, const minimq::Event&) {
    (void)session.publish({.topic = "a", .payload = "b"});
    (void)session.subscribe({.filter = "a"});
  });
}

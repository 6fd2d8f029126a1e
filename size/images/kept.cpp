// SPDX-License-Identifier: MIT
#include "image.hpp"

void start() {
  static std::byte memory[64];
  static char id[32];
  minimq::PropertyStore properties{memory};
  minimq::AssignedClientId client_id{id};
  const minimq::Extras extras{.assigned_client_id = &client_id, .connack_properties = &properties};
  run([](minimq::Session& session,
         const minimq::Event&) { (void)session.publish({.topic = "a", .payload = "b"}); },
      &extras);
}

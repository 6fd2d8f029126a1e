// SPDX-License-Identifier: MIT
#include "minimq/event.hpp"

namespace minimq {

std::string_view to_string(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::connected: return "connected";
    case Event::Kind::reconnected: return "reconnected";
    case Event::Kind::disconnected: return "disconnected";
    case Event::Kind::inbound: return "inbound";
    case Event::Kind::skipped: return "skipped";
    case Event::Kind::settled: return "settled";
    case Event::Kind::stopped: return "stopped";
    case Event::Kind::idle: return "idle";
  }
  return "unknown";
}

}  // namespace minimq

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "minimq/bytes.hpp"
#include "minimq/reason.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

/// What a tracer is shown, which is linked where a Tracer exists.
struct TraceEncoding {
  /// `packet` begins with the fixed header; it need not be whole, nor right.
  void (*show)(const Tracer& tracer, TraceEvent::Direction direction, Bytes packet);
  /// A packet that is sent, and in memory nowhere as a whole.
  void (*show_made)(const Tracer& tracer, PacketType type, ReasonCode reason, std::size_t size);
};

}  // namespace minimq::codec

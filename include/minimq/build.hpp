// SPDX-License-Identifier: MIT
#pragma once

#include "minimq/qos.hpp"

/// What the library is built with. Most of what a program does not use is not linked, because
/// nothing it calls leads there. In two cases the broker and not the program decides what is
/// needed; whoever knows better says so with a CMake option, which must be the same for the library
/// and all that uses it.

/// Option MINIMQ_QOS2. Without it: publishing at QoS 2 is refused with `qos_not_supported`, and
/// subscriptions ask for QoS 1 at most.
#ifndef MINIMQ_QOS2
#define MINIMQ_QOS2 1
#endif

/// Option MINIMQ_SUBSCRIPTIONS. Without it: there is no `subscribe` and no `unsubscribe`, and a
/// message from the broker is answered as a protocol error.
#ifndef MINIMQ_SUBSCRIPTIONS
#define MINIMQ_SUBSCRIPTIONS 1
#endif

namespace minimq::build {

inline constexpr bool qos2 = MINIMQ_QOS2;
inline constexpr bool subscriptions = MINIMQ_SUBSCRIPTIONS;
inline constexpr QoS highest_qos = qos2 ? QoS::exactly_once : QoS::at_least_once;

}  // namespace minimq::build

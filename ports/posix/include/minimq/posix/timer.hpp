// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/timer.hpp>

namespace minimq::posix {

using sockets::Timer;
using sockets::TimerQueue;

}  // namespace minimq::posix

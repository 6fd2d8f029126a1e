// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/sleep.hpp>

namespace minimq::posix {

using sockets::Sleep;

}  // namespace minimq::posix

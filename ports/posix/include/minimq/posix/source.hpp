// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/source.hpp>

namespace minimq::posix {

using sockets::PollSet;
using sockets::Source;

}  // namespace minimq::posix

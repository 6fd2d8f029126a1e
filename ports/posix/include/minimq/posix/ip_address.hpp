// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/sockets/ip_address.hpp>

namespace minimq::posix {

using sockets::IpAddress;
using sockets::parse_ip_address;

}  // namespace minimq::posix

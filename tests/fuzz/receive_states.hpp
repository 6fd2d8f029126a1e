// SPDX-License-Identifier: MIT
#pragma once

#include "fuzz/device.hpp"
#include "fuzz/peer.hpp"

namespace minimq::fuzz {

/// Brings a session, by lawful packets alone, to where it is in the middle of something: each
/// number is another state, and they repeat.
void bring_into_state(unsigned number, Device& device, Peer& peer);

}  // namespace minimq::fuzz

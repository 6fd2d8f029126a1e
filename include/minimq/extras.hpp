// SPDX-License-Identifier: MIT
#pragma once

namespace minimq {

class Authentication;
class InboundAliases;
class OutboundAliases;

/// What few sessions need. Each is an object of the application's own with its state and its
/// memory, so that a session without it pays one pointer for all of them, and its code is linked
/// only where such an object exists. All of them serve one session, and outlive it.
struct Extras {
  /// Enhanced authentication, chapter 4.12.
  Authentication* authentication{nullptr};
  /// Topic aliases that the broker may use.
  InboundAliases* inbound_aliases{nullptr};
  /// Topic aliases for `Session::publish_aliased`.
  OutboundAliases* outbound_aliases{nullptr};
};

}  // namespace minimq

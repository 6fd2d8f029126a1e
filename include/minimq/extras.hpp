// SPDX-License-Identifier: MIT
#pragma once

namespace minimq {

class AssignedClientId;
class Authentication;
class InboundAliases;
class OutboundAliases;
class PropertyStore;

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
  /// Keeps the client id that the broker assigned, so that a session without a `client_id` of its
  /// own can be resumed.
  AssignedClientId* assigned_client_id{nullptr};
  /// Keeps the properties of the last CONNACK for `Event::properties` of connected and reconnected.
  PropertyStore* connack_properties{nullptr};
  /// Keeps the properties of an acknowledgement for `Outcome::properties`.
  PropertyStore* ack_properties{nullptr};
};

}  // namespace minimq

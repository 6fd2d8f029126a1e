// SPDX-License-Identifier: MIT
#include "codec/name_list.hpp"
#include "minimq/reason.hpp"

namespace minimq {
namespace {

// From 0x80 on there are no gaps.
constexpr codec::NameList failure_names =
    "Unspecified error\n"
    "Malformed Packet\n"
    "Protocol Error\n"
    "Implementation specific error\n"
    "Unsupported Protocol Version\n"
    "Client Identifier not valid\n"
    "Bad User Name or Password\n"
    "Not authorized\n"
    "Server unavailable\n"
    "Server busy\n"
    "Banned\n"
    "Server shutting down\n"
    "Bad authentication method\n"
    "Keep Alive timeout\n"
    "Session taken over\n"
    "Topic Filter invalid\n"
    "Topic Name invalid\n"
    "Packet Identifier in use\n"
    "Packet Identifier not found\n"
    "Receive Maximum exceeded\n"
    "Topic Alias invalid\n"
    "Packet too large\n"
    "Message rate too high\n"
    "Quota exceeded\n"
    "Administrative action\n"
    "Payload format invalid\n"
    "Retain not supported\n"
    "QoS not supported\n"
    "Use another server\n"
    "Server moved\n"
    "Shared Subscriptions not supported\n"
    "Connection rate exceeded\n"
    "Maximum connect time\n"
    "Subscription Identifiers not supported\n"
    "Wildcard Subscriptions not supported\n";

constexpr ReasonCode other_codes[] = {
    ReasonCode::success,
    ReasonCode::granted_qos_1,
    ReasonCode::granted_qos_2,
    ReasonCode::disconnect_with_will_message,
    ReasonCode::no_matching_subscribers,
    ReasonCode::no_subscription_existed,
    ReasonCode::continue_authentication,
    ReasonCode::re_authenticate,
};
constexpr codec::NameList other_names =
    "Success\n"
    "Granted QoS 1\n"
    "Granted QoS 2\n"
    "Disconnect with Will Message\n"
    "No matching subscribers\n"
    "No subscription existed\n"
    "Continue authentication\n"
    "Re-authenticate\n";

std::string_view find_name(ReasonCode code) {
  if (code >= ReasonCode::unspecified_error) {
    return codec::name_at(
        failure_names,
        static_cast<std::size_t>(code) - static_cast<std::size_t>(ReasonCode::unspecified_error));
  }
  std::size_t line = 0;
  for (const ReasonCode other : other_codes) {
    if (other == code) return codec::name_at(other_names, line);
    ++line;
  }
  return {};
}

}  // namespace

std::string_view to_string(ReasonCode code) {
  const std::string_view name = find_name(code);
  return name.empty() ? "unknown" : name;
}

}  // namespace minimq

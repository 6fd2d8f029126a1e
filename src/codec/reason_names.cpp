// SPDX-License-Identifier: MIT
#include "codec/name_list.hpp"
#include "minimq/reason.hpp"

namespace minimq {
namespace {

using namespace std::string_view_literals;

// From 0x80 on there are no gaps.
constexpr codec::NameList failure_names =
    "Unspecified error\0"
    "Malformed Packet\0"
    "Protocol Error\0"
    "Implementation specific error\0"
    "Unsupported Protocol Version\0"
    "Client Identifier not valid\0"
    "Bad User Name or Password\0"
    "Not authorized\0"
    "Server unavailable\0"
    "Server busy\0"
    "Banned\0"
    "Server shutting down\0"
    "Bad authentication method\0"
    "Keep Alive timeout\0"
    "Session taken over\0"
    "Topic Filter invalid\0"
    "Topic Name invalid\0"
    "Packet Identifier in use\0"
    "Packet Identifier not found\0"
    "Receive Maximum exceeded\0"
    "Topic Alias invalid\0"
    "Packet too large\0"
    "Message rate too high\0"
    "Quota exceeded\0"
    "Administrative action\0"
    "Payload format invalid\0"
    "Retain not supported\0"
    "QoS not supported\0"
    "Use another server\0"
    "Server moved\0"
    "Shared Subscriptions not supported\0"
    "Connection rate exceeded\0"
    "Maximum connect time\0"
    "Subscription Identifiers not supported\0"
    "Wildcard Subscriptions not supported\0"sv;

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
    "Success\0"
    "Granted QoS 1\0"
    "Granted QoS 2\0"
    "Disconnect with Will Message\0"
    "No matching subscribers\0"
    "No subscription existed\0"
    "Continue authentication\0"
    "Re-authenticate\0"sv;

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

// SPDX-License-Identifier: MIT
#include <minimq/sockets/ip_address.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <net/if.h>

namespace minimq::sockets {

namespace {

// The system wants its texts terminated by a zero.
template <std::size_t Size>
bool copy_terminated(std::string_view text, std::array<char, Size>& copy) {
  if (text.empty() || text.size() >= Size || text.contains('\0')) return false;
  *std::copy(text.begin(), text.end(), copy.begin()) = '\0';
  return true;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  IpAddress address;
  if (const std::size_t percent = text.find('%'); percent != std::string_view::npos) {
    std::array<char, IF_NAMESIZE> interface;
    std::string_view scope = text;
    scope.remove_prefix(percent + 1);
    if (!copy_terminated(scope, interface)) return std::nullopt;
    address.scope = ::if_nametoindex(interface.data());
    if (address.scope == 0) return std::nullopt;
    text.remove_suffix(text.size() - percent);
  }
  std::array<char, INET6_ADDRSTRLEN> numbers;
  if (!copy_terminated(text, numbers)) return std::nullopt;
  if (address.scope == 0 && ::inet_pton(AF_INET, numbers.data(), address.bytes.data()) == 1)
    return address;
  if (::inet_pton(AF_INET6, numbers.data(), address.bytes.data()) != 1) return std::nullopt;
  address.v6 = true;
  return address;
}

}  // namespace minimq::sockets

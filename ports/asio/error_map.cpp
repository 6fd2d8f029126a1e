// SPDX-License-Identifier: MIT
#include "error_map.hpp"

#include <algorithm>
#include <asio/error.hpp>
#include <span>

namespace minimq::asio {

namespace {

// Asio's own category of the system's numbers knows no std::errc.
bool one_of(std::error_code error, std::span<const std::errc> list) {
  if (error.category() == ::asio::error::get_system_category())
    error = {error.value(), std::system_category()};
  return std::ranges::any_of(list, [&](std::errc one) { return error == one; });
}

// The queue of a unix-domain listener is full: resource_unavailable_try_again.
constexpr std::errc refused[] = {std::errc::connection_refused, std::errc::connection_reset,
                                 std::errc::permission_denied, std::errc::operation_not_permitted,
                                 std::errc::resource_unavailable_try_again};
constexpr std::errc no_such_path[] = {std::errc::no_such_file_or_directory,
                                      std::errc::not_a_directory, std::errc::filename_too_long};
constexpr std::errc unreachable[] = {
    std::errc::timed_out,
    std::errc::host_unreachable,
    std::errc::network_unreachable,
    std::errc::network_down,
    std::errc::address_not_available,
    std::errc::address_family_not_supported,
};
constexpr std::errc closed[] = {std::errc::connection_reset, std::errc::broken_pipe,
                                std::errc::connection_aborted};

}  // namespace

Error resolve_error(std::error_code error) {
  const bool not_found = error == ::asio::error::host_not_found ||
                         error == ::asio::error::host_not_found_try_again ||
                         error == ::asio::error::no_data || error == ::asio::error::no_recovery ||
                         error == ::asio::error::service_not_found;
  return not_found ? Error::host_not_found : Error::link_error;
}

Error connect_error(std::error_code error) {
  if (one_of(error, refused)) return Error::connect_refused;
  if (one_of(error, no_such_path)) return Error::host_not_found;
  if (one_of(error, unreachable)) return Error::host_unreachable;
  return Error::link_error;
}

Error stream_error(std::error_code error) {
  const bool ended = error == ::asio::error::eof || one_of(error, closed);
  return ended ? Error::link_closed : Error::link_error;
}

}  // namespace minimq::asio

// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>

#include <system_error>

namespace minimq::asio {

/// What an error of the resolver means.
[[nodiscard]] Error resolve_error(std::error_code error);
/// What an error of connecting means.
[[nodiscard]] Error connect_error(std::error_code error);
/// What an error of an open connection means.
[[nodiscard]] Error stream_error(std::error_code error);

}  // namespace minimq::asio

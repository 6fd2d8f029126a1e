// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "codec/writer.hpp"
#include "minimq/config.hpp"
#include "minimq/error.hpp"

namespace minimq::codec {

/// Writes the whole CONNECT of a configuration, with what its extras have to say, and with method
/// and data of an authentication. Values that are the protocol's defaults are left out. Errors:
/// config_client_id, config_credentials, config_will, config_property.
void write_connect(Writer& writer, const Config& config, bool clean_start,
                   std::span<const Property> authentication = {});

/// What CONNECT announces as Maximum Packet Size; 0: no limit.
[[nodiscard]] std::uint32_t announced_packet_size(const Config& config);

/// The first of these errors that the CONNECT of a configuration has; Error{}: none.
[[nodiscard]] Error check_connect(const Config& config);

}  // namespace minimq::codec

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/gather_writer.hpp"
#include "minimq/config.hpp"
#include "minimq/error.hpp"

namespace minimq::codec {

/// What CONNECT says beside the configuration.
struct ConnectParameters {
  bool clean_start;
  std::uint32_t maximum_packet_size;      ///< 0: no limit is announced.
  std::string_view assigned_client_id{};  ///< Where the configuration has none.
  std::uint16_t topic_alias_maximum{0};
  std::span<const Property> authentication{};  ///< Method and data, or none.
};

/// Checks what CONNECT and the will are made of. Errors: config_client_id, config_credentials,
/// config_will, config_property.
[[nodiscard]] Result<void> check_connect(const Config& config);

/// Writes the whole CONNECT of a configuration that was checked. Values that are the protocol's
/// defaults are left out.
void write_connect(GatherWriter& writer, const Config& config, const ConnectParameters& parameters);

}  // namespace minimq::codec

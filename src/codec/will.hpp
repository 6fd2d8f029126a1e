// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "codec/gather_writer.hpp"
#include "minimq/config.hpp"
#include "minimq/error.hpp"

namespace minimq::codec {

/// The will's part of CONNECT, which is linked where a Will exists.
struct WillEncoding {
  /// Errors: config_will, config_property.
  Result<void> (*check)(const Will& will);
  /// The bytes it takes, of a will that was checked.
  std::size_t (*size)(const Will& will);
  void (*write)(GatherWriter& writer, const Will& will);
};

}  // namespace minimq::codec
